"""How often what was challenged did not stand, and when a behaviour needs a closer look."""

from dataclasses import dataclass

from coachloop.core.stats.proportions import wilson

OFTEN = 0.20
"""One challenge in five that succeeds is what a behaviour may have: fewer are the price of any scorer, and of any person."""

ENOUGH = 5
"""Below so many decisions chance alone makes a behaviour look bad."""


@dataclass(frozen=True, slots=True)
class Challenged:
    """Challenges that were decided, how many did not stand, and where the true share likely lies.

    Agents choose what they challenge, so the share is no error rate of the scorer: that one needs calls drawn by chance.
    """

    overturned: int
    decided: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share that did not stand; empty before anything is decided."""
        return self.overturned / self.decided if self.decided else None

    @property
    def often(self) -> bool:
        """Whether it is overturned often beyond chance: the interval as a whole lies above `OFTEN`."""
        return self.decided >= ENOUGH and self.low > OFTEN


def challenged(overturned: int, decided: int) -> Challenged:
    """The share with its 95 % interval.

    Args:
        overturned: decisions by which the verdict changed, to “did not apply” too.
        decided: all decisions.

    Raises:
        ValueError: a count is negative, or there are more overturned than decided.

    Source:
        Wilson (1927), JASA 22:209-212.
    """
    low, high = wilson(overturned, decided)
    return Challenged(overturned, decided, float(low), float(high))
