"""How often agents are offered a conversation of their own, and whether a team does both kinds of coaching."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from coachloop.core.coaching.agreement import SessionKind

MIX_WEEKS = 12
"""Weeks over which a team's mix is counted."""

ENOUGH = 3
"""Sessions below which a team that did only one kind has not shown a habit yet."""


def next_due(last: date, *, weeks: int) -> date:
    """The day from which the next developmental conversation is due, so many weeks after the last one.

    Raises:
        ValueError: `weeks` is below 1.
    """
    if weeks < 1:
        raise ValueError(f"weeks must be 1 or more, got {weeks}")
    return last + timedelta(weeks=weeks)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: `last` is their last developmental conversation and `due_on` the day of the next, empty before the first."""

    last: date | None
    due_on: date | None

    def is_due(self, today: date) -> bool:
        """Whether it is time to offer one; the first is due at once."""
        return self.due_on is None or self.due_on <= today

    @property
    def order(self) -> tuple[int, date]:
        """Sorts by who waits longest; whoever never had one comes first."""
        return (0, date.min) if self.due_on is None else (1, self.due_on)


def turn(last: date | None, *, weeks: int) -> Turn:
    """The turn of somebody whose last developmental conversation was on that day.

    Raises:
        ValueError: `weeks` is below 1.
    """
    return Turn(last, None if last is None else next_due(last, weeks=weeks))


@dataclass(frozen=True, slots=True)
class Mix:
    """How many sessions of each kind were held."""

    performance: int = 0
    developmental: int = 0

    @property
    def held(self) -> int:
        """All of them."""
        return self.performance + self.developmental

    @property
    def lacks(self) -> SessionKind | None:
        """The kind that a team does not do; none as long as there are too few to tell."""
        if self.held < ENOUGH:
            return None
        if not self.developmental:
            return SessionKind.DEVELOPMENTAL
        return None if self.performance else SessionKind.PERFORMANCE


def counted(kinds: Iterable[str]) -> Mix:
    """The mix of sessions of these kinds."""
    held = list(kinds)
    return Mix(held.count(SessionKind.PERFORMANCE), held.count(SessionKind.DEVELOPMENTAL))
