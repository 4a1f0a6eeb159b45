"""Rates with their uncertainty, for all agents and behaviours at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coachloop.core.stats.proportions import Floats, shrink, wilson

CONFIDENT = 0.9
"""Posterior P(below target) from which coachloop says so, everywhere."""

MOST_UNSCORED = 0.1
"""Share of unscored opportunities above which a cell feeds no focus, alert or colour."""


class Rates(NamedTuple):
    """Each of shape (units, behaviours); `rate` is NaN where nothing was asked. `target` has shape (behaviours,)."""

    met: Floats
    asked: Floats
    rate: Floats
    low: Floats
    high: Floats
    shrunken: Floats
    shrunken_low: Floats
    shrunken_high: Floats
    target: Floats
    p_below_target: Floats


def rates(met: ArrayLike, asked: ArrayLike, *, target: ArrayLike) -> Rates:
    """Rates, Wilson intervals, and rates shrunk towards the peers' with P(below target).

    Args:
        met: conversations where the behaviour was met, shape (units, behaviours).
        asked: conversations where it applied, same shape.
        target: rate to reach, shape (behaviours,); NaN aims at the upper quartile of the peers' shrunken rates.
    """
    k, n = np.asarray(met, float), np.asarray(asked, float)
    interval, posterior = wilson(k, n), shrink(k, n)
    shrunken = posterior.interval()
    aim = np.asarray(target, float)
    peers = np.where((n > 0).any(axis=0), _upper_quartile(posterior.mean, n), np.nan)
    aim = np.where(np.isnan(aim), peers, aim)
    return Rates(
        met=k,
        asked=n,
        rate=np.divide(k, n, out=np.full_like(k, np.nan), where=n > 0),
        low=interval.low,
        high=interval.high,
        shrunken=posterior.mean,
        shrunken_low=shrunken.low,
        shrunken_high=shrunken.high,
        target=aim,
        p_below_target=posterior.below(np.broadcast_to(aim, k.shape)),
    )


def reliable(asked: ArrayLike, unscored: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where at most MOST_UNSCORED of the opportunities are unscored, elementwise."""
    n, open_ = np.asarray(asked, float), np.asarray(unscored, float)
    return np.asarray(open_ <= MOST_UNSCORED * (n + open_))


def _upper_quartile(shrunken: Floats, asked: Floats) -> Floats:
    """Column-wise 75 % quantile over the units with evidence."""
    seen = np.where((asked > 0) | (asked.sum(axis=0) == 0), shrunken, np.nan)
    if seen.size == 0:
        return np.full(asked.shape[1], np.nan)
    return np.asarray(np.nanquantile(seen, 0.75, axis=0), float)
