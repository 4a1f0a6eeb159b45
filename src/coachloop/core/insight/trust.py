"""What to do next about a behaviour that the machine scores, in words."""

from enum import StrEnum
from math import ceil
from typing import NamedTuple

ENOUGH_AUDITS = 20
"""Audited conversations from which the machine is compared with audits alone; below, with all labels."""

FIRST = 30
GOOD, POOR = 0.6, 0.4
"""Kappa from which a behaviour is trusted, and below which its wording is in doubt (Landis & Koch 1977)."""

NARROW = 0.3
"""An interval of kappa wider than this decides little."""


class Seen(NamedTuple):
    """What is known: kappa with its interval from `n` calls, people's alpha among themselves, share unscored and why."""

    n: int
    kappa: float | None
    low: float | None
    high: float | None
    people: float | None
    unscored: float
    reason: str


class Where(StrEnum):
    """Where one does it."""

    AUDIT = "audit"
    STUDIO = "studio"
    ROOM = "room"
    CALLS = "calls"
    NOTHING = ""


class Step(NamedTuple):
    """What helps most, in a sentence, and where one does it."""

    words: str
    where: Where


def next_step(seen: Seen, *, most_unscored: float) -> Step:
    """What helps most."""
    if seen.unscored > most_unscored:
        why = f", mostly “{seen.reason}”" if seen.reason else ""
        words = (
            f"{100 * seen.unscored:.0f} % is unscored{why}: until that is mended, nothing is built on this behaviour."
        )
        return Step(words, Where.STUDIO)
    if seen.n < FIRST:
        checked = f"Only {seen.n} calls were checked" if seen.n else "Nobody has checked the machine here"
        return Step(f"{checked}: audit {FIRST - seen.n} {'more' if seen.n else 'calls'}.", Where.AUDIT)
    if seen.people is not None and seen.people < POOR:
        words = "People differ among themselves: calibrate, and reword the behaviour before the machine is blamed."
        return Step(words, Where.ROOM)
    if seen.kappa is None or seen.low is None or seen.high is None:
        words = f"All answers are alike, so agreement beyond chance can't be told: audit {FIRST} more calls."
        return Step(words, Where.AUDIT)
    return _says(seen.n, seen.low, seen.high)


def _says(n: int, low: float, high: float) -> Step:
    """What the interval of kappa asks for."""
    if high < POOR:
        words = "The machine differs from people: reword the behaviour, or train its scorer with more labels."
        return Step(words, Where.STUDIO)
    if high - low > NARROW:
        more = ceil(n * (((high - low) / NARROW) ** 2 - 1))
        return Step(f"The interval is wide: audit about {max(more, 5)} more calls.", Where.AUDIT)
    if low >= GOOD:
        return Step("Good: keep auditing a few calls a month, so that a change is noticed.", Where.NOTHING)
    return Step("Moderate: read the calls where machine and people differ, then add labels or reword.", Where.CALLS)
