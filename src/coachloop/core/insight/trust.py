"""What to do next about a behaviour that the machine scores, in words."""

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


def next_step(seen: Seen, *, most_unscored: float) -> str:
    """One sentence: what helps most."""
    if seen.unscored > most_unscored:
        why = f", mostly “{seen.reason}”" if seen.reason else ""
        return (
            f"{100 * seen.unscored:.0f} % is unscored{why}: until that is mended, nothing is built on this behaviour."
        )
    if seen.n < FIRST:
        checked = f"Only {seen.n} calls were checked" if seen.n else "Nobody has checked the machine here"
        return f"{checked}: audit {FIRST - seen.n} {'more' if seen.n else 'calls'}."
    if seen.people is not None and seen.people < POOR:
        return "People differ among themselves: calibrate, and reword the behaviour before the machine is blamed."
    if seen.kappa is None or seen.low is None or seen.high is None:
        return f"All answers are alike, so agreement beyond chance can't be told: audit {FIRST} more calls."
    return _says(seen.n, seen.low, seen.high)


def _says(n: int, low: float, high: float) -> str:
    """What the interval of kappa asks for."""
    if high < POOR:
        return "The machine differs from people: reword the behaviour, or train its scorer with more labels."
    if high - low > NARROW:
        more = ceil(n * (((high - low) / NARROW) ** 2 - 1))
        return f"The interval is wide: audit about {max(more, 5)} more calls."
    if low >= GOOD:
        return "Good: keep auditing a few calls a month, so that a change is noticed."
    return "Moderate: read the calls where machine and people differ, then add labels or reword."
