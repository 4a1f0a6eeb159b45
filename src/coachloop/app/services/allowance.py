"""What may be used in a span of time, counted by all processes and machines together."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil, floor

from django.db import models

from coachloop.app.models import Allowance

LONGEST = 24 * 3600.0
"""Seconds of the longest span that can be limited: what is older is forgotten."""


def take(name: str, *, limit: int, seconds: float, now: datetime, amount: int = 1) -> float:
    """Take from what is allowed in the span of time that `now` lies in; spans of this length follow each other from 1970 on.

    One statement decides, so two who ask at once never get more than there is. Call it outside of a longer transaction: until that
    ends, others wait for this row.

    Args:
        name: what it is counted for, such as `api:token:12`.
        limit: the most in one span.
        seconds: how long a span is, up to a day.
        now: the moment.
        amount: how much is taken: all of it or nothing.

    Returns:
        0.0 where it was taken; else the seconds until the next span begins.
    """
    if not 0 < seconds <= LONGEST or not 0 < amount <= limit:
        raise ValueError(
            f"{amount} of {limit} in {seconds:g} s can't be counted; an amount from 1 to the limit, in up to {LONGEST:g} s"
        )
    span = floor(now.timestamp() / seconds)
    row = {"name": name, "begins_at": datetime.fromtimestamp(span * seconds, UTC)}
    if _took(row, limit, amount) or (_began(row) and _took(row, limit, amount)):
        return 0.0
    return max((span + 1) * seconds - now.timestamp(), 0.001)


def _began(row: dict[str, object]) -> bool:
    """Whether the span had not begun; now it has."""
    if Allowance.objects.filter(**row).exists():
        return False
    Allowance.objects.bulk_create([Allowance(**row)], ignore_conflicts=True)
    return True


def _took(row: dict[str, object], limit: int, amount: int) -> bool:
    enough = Allowance.objects.filter(**row, used__lte=limit - amount)
    return bool(enough.update(used=models.F("used") + amount))


def taker(name: str, *, a_minute: int, now: Callable[[], datetime]) -> Callable[[], float]:
    """A function that takes one of so many a minute, evenly spread: 30 a minute are one every two seconds; 0 is no limit.

    Above one a second, those of about a second are counted together.
    """
    if not a_minute:
        return lambda: 0.0
    at_once = ceil(a_minute / 60)
    return lambda: take(name, limit=at_once, seconds=at_once * 60 / a_minute, now=now())


def forget_past(*, now: datetime) -> None:
    """Forget spans that are over."""
    Allowance.objects.filter(begins_at__lt=now - timedelta(seconds=LONGEST)).delete()
