"""Protected time of a team: how much it needs, and where it could go."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MORNING, AFTERNOON = (time(9, 30), time(12)), (time(14), time(16, 30))
APART = 30
"""Minutes between the beginnings of proposed slots: a session, and time to write down what was agreed."""


@dataclass(frozen=True, slots=True, order=True)
class WeeklyTime:
    """A time of the week, on the site's clock. `weekday` is ISO: Monday is 1."""

    weekday: int
    starts: time
    minutes: int = 15

    def __post_init__(self) -> None:
        """Refuse what is no time of a week, or runs into the next day."""
        if not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday must be 1 to 7, got {self.weekday}")
        if not 5 <= self.minutes <= 120:
            raise ValueError(f"minutes must be 5 to 120, got {self.minutes}")
        if _minute(self.starts) + self.minutes > 24 * 60:
            raise ValueError(f"a slot of {self.minutes} minutes at {self.starts:%H:%M} ends on the next day")

    def meets(self, other: "WeeklyTime") -> bool:
        """Whether the two overlap."""
        mine, theirs = _minute(self.starts), _minute(other.starts)
        apart = mine + self.minutes <= theirs or theirs + other.minutes <= mine
        return self.weekday == other.weekday and not apart


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def suggest(
    agents: int, *, weekdays: Collection[int], minutes: int, taken: Sequence[WeeklyTime] = ()
) -> tuple[WeeklyTime, ...]:
    """Slots that a team still lacks: one a week for each agent, spread evenly over the working days.

    Args:
        agents: how many there are.
        weekdays: the site's working days.
        minutes: how long a session takes there.
        taken: the slots that the team has.

    Returns:
        As many as are missing, or as many as the hours of the week hold.
    """
    found: list[WeeklyTime] = []
    for _ in range(max(0, agents - len(taken))):
        kept = [*taken, *found]
        days = sorted(weekdays, key=lambda day: (sum(one.weekday == day for one in kept), day))
        times = (WeeklyTime(day, at, minutes) for day in days for at in _times(minutes))
        free = next((one for one in times if not any(one.meets(other) for other in kept)), None)
        if free is None:
            break
        found.append(free)
    return tuple(sorted(found))


def _times(minutes: int) -> Iterator[time]:
    """Times of a day: first half an hour apart, then those in between."""
    for step in (max(APART, minutes), minutes):
        for first, end in (MORNING, AFTERNOON):
            for at in range(_minute(first), _minute(end) - minutes + 1, step):
                yield time(at // 60, at % 60)


def _minute(at: time | datetime) -> int:
    return at.hour * 60 + at.minute
