"""Who sits down when: what the open protected slots are best used for, and why somebody finds none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from coachloop.core.coaching.workdays import WorkingCalendar

TINY = 1e-6
"""How much of the smallest value the order of the slots may weigh in all: it decides between plans of the same value only."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, half-open."""

    starts: datetime
    ends: datetime

    def meets(self, other: "Span") -> bool:
        """Whether the two overlap."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class Opening:
    """An occurrence of a protected slot that nobody has yet; `day` is its date at the site."""

    day: date
    span: Span


@dataclass(frozen=True, slots=True)
class Need:
    """A session that wants a time.

    `due` is its last day, empty where no clock runs or it has run out already; `calendar` holds the days on which the agent
    works, `busy` what the agent has to do otherwise.
    """

    key: str
    value: float
    due: date | None
    calendar: WorkingCalendar
    busy: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not be weighed: something worth nothing would be left out silently."""
        if not 0 < self.value < float("inf"):
            raise ValueError(f"value must be above 0 and finite, got {self.value}")

    def fits(self, opening: Opening) -> bool:
        """Whether this session can be held there."""
        return self.in_time(opening) and self.calendar.works(opening.day) and self.has_time(opening)

    def in_time(self, opening: Opening) -> bool:
        """Whether it is not after the due day."""
        return self.due is None or opening.day <= self.due

    def has_time(self, opening: Opening) -> bool:
        """Whether the agent has nothing else then."""
        return not any(span.meets(opening.span) for span in self.busy)


class Why(StrEnum):
    """What keeps a session from finding a slot."""

    NO_SLOT = "no_slot"
    AFTER_DUE = "after_due"
    AWAY = "away"
    BUSY = "busy"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Placed:
    """A session and its slot."""

    need: Need
    opening: Opening


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A session without a slot, and the reason."""

    need: Need
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """What fits, in the order of time, and what does not, most valuable first."""

    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]


def propose(needs: Sequence[Need], openings: Sequence[Opening]) -> Plan:
    """The plan of largest total value: every slot for one session at most, none after its due day or on a day off.

    A session's value does not depend on its slot, so the plan of largest total value is also the one that serves the most
    valuable first. Between plans of the same value the earlier slots win, and what is due sooner comes sooner.

    Args:
        needs: sessions that want a time.
        openings: free occurrences; those that overlap are not both given out.

    Returns:
        Every need, placed or with what keeps it from a slot.

    Source:
        Kuhn (1955), Naval Research Logistics Quarterly 2:83-97, as scipy.optimize.linear_sum_assignment.
    """
    apart = _apart(openings)
    found = _assign(needs, apart)
    placed = [Placed(needs[row], apart[column]) for row, column in found.items()]
    left = [Unplaced(need, _why(need, openings)) for row, need in enumerate(needs) if row not in found]
    return Plan(
        tuple(sorted(placed, key=lambda one: (one.opening.span.starts, one.need.key))),
        tuple(sorted(left, key=lambda one: (-one.need.value, one.need.key))),
    )


def _apart(openings: Sequence[Opening]) -> list[Opening]:
    """The openings in the order of time, without those that begin before an earlier one has ended."""
    kept: list[Opening] = []
    for opening in sorted(openings, key=lambda one: (one.span.starts, one.span.ends)):
        if not any(opening.span.meets(other.span) for other in kept):
            kept.append(opening)
    return kept


def _assign(needs: Sequence[Need], openings: Sequence[Opening]) -> dict[int, int]:
    """The column of each row that gets one."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 -- it loads slowly, and commands don't plan

    fits = np.array([[need.fits(opening) for opening in openings] for need in needs], bool)
    if not fits.any():
        return {}
    worth = np.array([need.value for need in needs], float)[:, None] - _order(needs, len(openings))
    rows, columns = linear_sum_assignment(np.where(fits, worth, 0.0), maximize=True)
    return {int(r): int(c) for r, c in zip(rows, columns, strict=True) if fits[r, c]}


def _order(needs: Sequence[Need], slots: int) -> NDArray[np.float64]:
    """A penalty that grows with the slot's place in time, faster for what is due sooner: products pair the first with the first."""
    ranked = sorted(range(len(needs)), key=lambda n: (needs[n].due or date.max, -needs[n].value, needs[n].key))
    urgency = np.empty(len(needs))
    urgency[ranked] = np.linspace(1, 0.5, len(needs))
    place = np.arange(1, slots + 1) / slots
    scale = TINY * min(need.value for need in needs) / len(needs)
    return np.asarray(scale * np.outer(urgency, place), float)


def _why(need: Need, openings: Sequence[Opening]) -> Why:
    """The first thing that keeps every slot from it."""
    if not openings:
        return Why.NO_SLOT
    in_time = [one for one in openings if need.in_time(one)]
    if not in_time:
        return Why.AFTER_DUE
    at_work = [one for one in in_time if need.calendar.works(one.day)]
    if not at_work:
        return Why.AWAY
    return Why.TAKEN if any(need.has_time(one) for one in at_work) else Why.BUSY
