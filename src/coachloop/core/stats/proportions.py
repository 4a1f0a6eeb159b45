"""Rates from counts: one rate's interval, and many rates shrunk towards their peers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coachloop.core.stats.peers import moments

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Lower and upper ends, elementwise."""

    low: Floats
    high: Floats


class Posterior(NamedTuple):
    """Beta posteriors of rates, elementwise: parameters `a` and `b`, and the mean."""

    a: Floats
    b: Floats
    mean: Floats

    def interval(self, confidence: float = 0.95) -> Interval:
        """The central interval of the stated probability."""
        tail = (1 - _open_unit("confidence", confidence)) / 2
        return Interval(special.betaincinv(self.a, self.b, tail), special.betaincinv(self.a, self.b, 1 - tail))

    def below(self, target: ArrayLike) -> Floats:
        """P(rate < target), elementwise; NaN where the target is NaN."""
        return np.asarray(special.betainc(self.a, self.b, np.asarray(target, float)), float)


def wilson(met: ArrayLike, asked: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Score interval for a rate: honest for small counts and for 0 % or 100 %.

    Args:
        met: conversations where the behaviour was met; whole numbers, any shape.
        asked: conversations where it applied; broadcasts against `met`.
        confidence: two-sided coverage in (0, 1).

    Returns:
        Ends in [0, 1], in the broadcast shape; (0, 1) where nothing was asked.

    Raises:
        ValueError: a count is negative, or `met` exceeds `asked`.

    Source:
        Wilson (1927), JASA 22:209-212; computed by statsmodels.
    """
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 -- two seconds that few commands need

    k, n = _counts(met, asked)
    some = n > 0
    low, high = proportion_confint(
        np.where(some, k, 0), np.where(some, n, 1), alpha=1 - _open_unit("confidence", confidence), method="wilson"
    )
    return Interval(np.where(some, np.clip(low, 0, 1), 0.0), np.where(some, np.clip(high, 0, 1), 1.0))


def difference(
    now: tuple[ArrayLike, ArrayLike], before: tuple[ArrayLike, ArrayLike], *, confidence: float = 0.95
) -> Interval:
    """Interval for the difference of two independent rates, each given as (met, asked), elementwise.

    Returns:
        Ends in [-1, 1]; where one was not asked, it may be anything its rate could be.

    Raises:
        ValueError: a count is negative, or `met` exceeds `asked`.

    Source:
        Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
    """
    (k1, n1), (k0, n0) = _counts(*now), _counts(*before)
    one, zero = wilson(k1, n1, confidence=confidence), wilson(k0, n0, confidence=confidence)
    p1, p0 = (np.divide(k, n, out=np.full_like(k, 0.5), where=n > 0) for k, n in ((k1, n1), (k0, n0)))
    low = p1 - p0 - np.sqrt((p1 - one.low) ** 2 + (zero.high - p0) ** 2)
    high = p1 - p0 + np.sqrt((one.high - p1) ** 2 + (p0 - zero.low) ** 2)
    return Interval(np.clip(low, -1, 1), np.clip(high, -1, 1))


def shrink(met: ArrayLike, asked: ArrayLike) -> Posterior:
    """Rates of many agents pulled towards their peers', each as far as its own evidence is thin.

    Hierarchical beta-binomial, a column (behaviour) at a time: how far the peers differ is not taken as known but averaged over
    (`peers.moments`), so that intervals are honest for three peers as for three hundred. The beta posterior returned has the mean
    and the variance of that average.

    Args:
        met: conversations where the behaviour was met, shape (agents, behaviours).
        asked: conversations where it applied, same shape; 0 leaves what the peers say.

    Returns:
        Posteriors in the same shape.

    Raises:
        ValueError: a count is negative, `met` exceeds `asked`, or the shapes are not two-dimensional and equal.

    Source:
        Christiansen & Morris (1997), JASA 92:618-632; Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.3.
    """
    k, n = _counts(met, asked)
    if k.ndim != 2:
        raise ValueError(f"counts must have shape (agents, behaviours), got {k.shape}")
    mean, variance = moments(k, n)
    worth = mean * (1 - mean) / variance - 1
    return Posterior(mean * worth, (1 - mean) * worth, mean)


def _counts(met: ArrayLike, asked: ArrayLike) -> tuple[Floats, Floats]:
    k, n = np.broadcast_arrays(np.asarray(met, float), np.asarray(asked, float))
    if (k < 0).any() or (n < 0).any():
        raise ValueError("counts must be 0 or more")
    if (k > n).any():
        raise ValueError("met must not exceed asked")
    return k, n


def _open_unit(name: str, value: float) -> float:
    if not 0 < value < 1:
        raise ValueError(f"{name} must be in (0, 1), got {value}")
    return value
