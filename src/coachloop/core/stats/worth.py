"""Products of uncertain figures, by drawing: an interval in, an interval out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coachloop.core.stats.proportions import Floats

DRAWS = 20_000


class Uncertain(NamedTuple):
    """Estimates with the ends of their intervals, each of shape (units,)."""

    mean: Floats
    low: Floats
    high: Floats


class Range(NamedTuple):
    """A number that never goes without its interval."""

    mean: float
    low: float
    high: float


def draw(figure: Uncertain, *, rng: np.random.Generator, confidence: float = 0.95, shared: ArrayLike = 0.0) -> Floats:
    """Draws of estimates that are normal with these intervals, shape (DRAWS, units).

    Args:
        figure: the estimates; an interval that is not symmetric gives its two halves their own spread.
        rng: source of the draws.
        confidence: coverage of the intervals in (0, 1).
        shared: how far each error is one that all have in common, from 0 to 1, shape (units,); see pooling.shared_error.
    """
    mean, low, high = (np.asarray(one, float) for one in figure)
    far = float(special.ndtri((1 + confidence) / 2))
    common = np.asarray(shared, float)
    normal = np.sqrt(1 - common**2) * rng.standard_normal((DRAWS, len(mean))) + common * rng.standard_normal((DRAWS, 1))
    return np.asarray(mean + normal * np.where(normal < 0, mean - low, high - mean) / far, float)


def product_sum(
    first: Uncertain, second: Uncertain, times: ArrayLike, *, rng: np.random.Generator, shared: ArrayLike = 0.0
) -> Floats:
    """Draws of the sum over units of first x second x times, shape (DRAWS,): what a gain is worth that is itself not certain.

    Args:
        first: estimates by unit.
        second: estimates by unit, independent of `first`.
        times: known numbers, shape (units,).
        rng: source of the draws.
        shared: how far the errors of `first` are one, as for `draw`.

    Source:
        Doubilet et al. (1985), Med. Decis. Making 5:157-177, probabilistic sensitivity analysis; JCGM 101:2008.
    """
    drawn = draw(first, rng=rng, shared=shared) * draw(second, rng=rng)
    return np.asarray(drawn @ np.asarray(times, float), float)


def range_of(draws: Floats, *, confidence: float = 0.95) -> Range:
    """Mean and central interval of draws."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Range(float(draws.mean()), float(low), float(high))
