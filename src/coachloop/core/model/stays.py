"""Where an agent belongs over time: stays in teams, one after the other, never two at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)
ALWAYS, FOR_GOOD = date.min, date.max
"""The first day of a stay whose beginning nobody knows, and the last of one that goes on."""


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """A first and a last day in a team, both included."""

    first: date
    last: date
    team: int


def joined(stays: Iterable[Stay], *, team: int, first: date, last: date | None = None) -> tuple[Stay, ...]:
    """The stays with another one, before which others give way.

    Args:
        stays: as they were.
        team: that is joined.
        first: from which day on.
        last: up to which day; without it up to the next stay that begins later, else for good.
    """
    known = list(stays)
    later = min((stay.first for stay in known if stay.first > first), default=None)
    until = last or (later - DAY if later else FOR_GOOD)
    if until < first:
        raise ValueError(f"the last day must not be before the first, {first}; got {until}")
    new = Stay(first, until, team)
    return _merged([part for stay in known for part in _beside(stay, new)] + [new])


def ended(stays: Iterable[Stay], last: date) -> tuple[Stay, ...]:
    """The stays up to a day, that one included."""
    return tuple(replace(stay, last=min(stay.last, last)) for stay in sorted(stays) if stay.first <= last)


def without(stays: Iterable[Stay], gone: Stay) -> tuple[Stay, ...]:
    """The stays as they were before `gone` was written down: one that ended the day before goes on in its stead."""
    return _merged(
        replace(stay, last=gone.last) if stay.last != FOR_GOOD and stay.last + DAY == gone.first else stay
        for stay in stays
        if stay != gone
    )


def team_on(stays: Sequence[Stay], day: date | None) -> int | None:
    """The team on that day; without a day that of the newest stay."""
    if day is None:
        return max(stays).team if stays else None
    return next((stay.team for stay in stays if stay.first <= day <= stay.last), None)


def _beside(stay: Stay, new: Stay) -> Iterable[Stay]:
    """What is left of a stay where another one takes place."""
    if stay.first < new.first:
        yield replace(stay, last=min(stay.last, new.first - DAY))
    if stay.last > new.last:
        yield replace(stay, first=max(stay.first, new.last + DAY))


def _merged(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    """In order, and one after the other in the same team as one."""
    found: list[Stay] = []
    for stay in sorted(stays):
        before = found[-1] if found else None
        if before and before.team == stay.team and before.last + DAY == stay.first:
            found[-1] = replace(before, last=stay.last)
        else:
            found.append(stay)
    return tuple(found)
