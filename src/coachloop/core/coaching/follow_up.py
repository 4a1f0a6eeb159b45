"""A look-back that waits: who hears of it when; and what became of an outcome before and since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from coachloop.core.coaching.workdays import WorkingCalendar

QA_LEAD_AFTER, OPERATIONS_AFTER = 5, 10
"""Working days after the due day from which the QA lead advises, and operations count it."""

LARGEST = 1e12
"""A larger number is no outcome but a mistake, and would drown every other."""


class Escalation(StrEnum):
    """How far a waiting follow-up has come; each level stays with those before it."""

    NOBODY = "nobody"
    LEADER = "leader"
    QA_LEAD = "qa_lead"
    OPERATIONS = "operations"

    @property
    def reached(self) -> tuple["Escalation", ...]:
        """The levels up to this one, gentlest first."""
        levels = list(Escalation)
        return tuple(levels[1 : levels.index(self) + 1])


def days_late(due_on: date, today: date, calendar: WorkingCalendar) -> int:
    """Working days that have passed since the due day, today included; 0 up to and on it."""
    return calendar.until(due_on, today) if today > due_on else 0


def escalation(due_on: date, today: date, calendar: WorkingCalendar) -> Escalation:
    """Who is to know that a follow-up waits: the leader from the first working day after it was due, others much later.

    Args:
        due_on: the day that the two agreed on.
        today: the day at the agent's site.
        calendar: the site's working days less the agent's absences: who is away can't look back.
    """
    late = days_late(due_on, today, calendar)
    if late >= OPERATIONS_AFTER:
        return Escalation.OPERATIONS
    if late >= QA_LEAD_AFTER:
        return Escalation.QA_LEAD
    return Escalation.LEADER if late else Escalation.NOBODY


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of an outcome over the `n` conversations that know it; of yes and no, the share of yes (`share`)."""

    mean: float
    n: int
    share: bool


def averages(outcomes: Iterable[Mapping[str, Any] | None]) -> dict[str, Average]:
    """The mean of each outcome that is yes, no or a number, by name; anything else is left out."""
    known: dict[str, list[float | bool]] = {}
    for outcome in outcomes:
        for name, value in (outcome or {}).items():
            if isinstance(value, bool | int | float) and abs(value) <= LARGEST:
                known.setdefault(name, []).append(value)
    return {
        name: Average(sum(values) / len(values), len(values), all(isinstance(value, bool) for value in values))
        for name, values in sorted(known.items())
    }
