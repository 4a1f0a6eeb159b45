"""The five-day clock, in the site's own working days."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

DAYS_TO_HOLD = 5
HORIZON = 3660


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days count.

    `weekdays` holds ISO weekday numbers (Monday is 1); `closed` the site's public holidays and closures; `away` inclusive
    first and last days of one agent's absences.
    """

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    closed: Collection[date] = field(default_factory=frozenset)
    away: tuple[tuple[date, date], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a calendar without a working day: no clock would ever end."""
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"weekdays must be some of 1 to 7, got {sorted(self.weekdays)}")

    def works(self, day: date) -> bool:
        """Whether the day counts."""
        if day.isoweekday() not in self.weekdays or day in self.closed:
            return False
        return not any(first <= day <= last for first, last in self.away)

    def add(self, start: date, days: int) -> date:
        """The end of working day `days` after `start`, which is day 0 whether or not it is a working day.

        Raises:
            ValueError: `days` is negative, or no such day comes within ten years.
        """
        if days < 0:
            raise ValueError(f"days must be 0 or more, got {days}")
        day, left = start, days
        while left:
            day += timedelta(days=1)
            left -= self.works(day)
            if (day - start).days > HORIZON:
                raise ValueError(f"no {days} working days within ten years of {start}")
        return day

    def until(self, today: date, due: date) -> int:
        """Working days left after `today` up to and including `due`; once `due` has passed negative, -1 at least."""
        if due < today:
            return -max(1, self._between(due, today))
        return self._between(today, due)

    def _between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`."""
        days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
        return sum(map(self.works, days))


def due(landed: date, calendar: WorkingCalendar) -> date:
    """The last day to hold a session whose example's verdict landed on the local date `landed`."""
    return calendar.add(landed, DAYS_TO_HOLD)
