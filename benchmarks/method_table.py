"""A row of methods.py's table, and how large its runs are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Run:
    """How much is simulated, and from which seed on."""

    quick: bool
    seed: int

    def centres(self, full: int) -> Iterator[np.random.Generator]:
        """A generator for each of `full` centres, or of a quarter of them."""
        many = max(2, full // 4) if self.quick else full
        return (np.random.default_rng([self.seed, one]) for one in range(many))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. Without `must` it is a rival's, or one without a target; `good` says that it reaches its target."""

    centre: str
    what: str
    must: str
    reached: str
    n: str
    good: bool = True

    def row(self, title: str) -> str:
        """As a line of the table."""
        mark = "" if self.good else " **missed**"
        return f"| {title} | {self.centre} | {self.what} | {self.must} | {self.reached}{mark} | {self.n} |"


@dataclass(frozen=True, slots=True)
class Share:
    """A share found in some centres, one value a centre, with the error that simulating so few of them leaves."""

    mean: float
    error: float

    @classmethod
    def of(cls, values: object) -> "Share":
        """From each centre's share."""
        some = np.asarray(values, float)
        return cls(float(some.mean()), float(some.std(ddof=1) / np.sqrt(len(some))))

    def within(self, low: float, high: float) -> bool:
        """Whether it is, or could be but for twice that error."""
        return low - 2 * self.error <= self.mean <= high + 2 * self.error

    def __str__(self) -> str:
        return f"{100 * self.mean:.1f} % (± {200 * self.error:.1f})"


def percent(share: float, digits: int = 1) -> str:
    """A share as people read it."""
    return f"{100 * share:.{digits}f} %"


def points(difference: float) -> str:
    """A difference of rates."""
    return f"{100 * difference:+.1f} points"
