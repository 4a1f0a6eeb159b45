"""Which of several series moves before another does, and by how many days."""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONGEST = 30
"""Days that are looked back and, to tell which comes first, ahead."""

SMOOTHED = np.array([1, 2, 3, 2, 1]) / 9


class Leads(NamedTuple):
    """One behaviour each, shape (behaviours,): by how many days it comes before the outcome; negative, after it.

    `low` and `high` are the 95 % interval, `p_value` that of "the two never move together, at no distance".
    """

    days: Floats
    low: Floats
    high: Floats
    p_value: Floats


def leading(
    behaviour: tuple[Floats, Floats], outcome: tuple[Floats, Floats], *, rng: np.random.Generator, draws: int = 500
) -> Leads:
    """How many days apart a behaviour and the outcome move together most, within agents.

    Both are taken as deviations from the agent's own mean and from the day's: what moves for everybody at once may have any
    reason. The products of the behaviour's deviation and that of the outcome k days later are added up for every k from -LONGEST to
    LONGEST; the k where they are largest, a little smoothed, is the lead. Agents are drawn again for its interval; for the p-value
    the signs of the agents' parts are, so that one value allows for all the k that were tried.

    Args:
        behaviour: sums of deviations from what the mix makes expect, and counts, each (agents, days, behaviours).
        outcome: the same of the outcome, each (agents, days). Days are those with calls, one after the other.
        rng: source of the draws.
        draws: how many.

    Raises:
        ValueError: shapes do not fit.

    Source:
        Granger (1969), Econometrica 37:424-438, for what comes first; Field & Welsh (2007), JRSS B 69:369-390, for drawing whole
        agents; Cameron, Gelbach & Miller (2008), Rev. Econ. Stat. 90:414-427, for drawing signs.
    """
    if behaviour[0].shape != behaviour[1].shape or behaviour[0].shape[:2] != outcome[0].shape:
        raise ValueError(f"shapes must be alike, got {behaviour[0].shape} and {outcome[0].shape}")
    agents, days, many = behaviour[0].shape
    reach = min(LONGEST, days // 3)
    if agents < 2 or reach < 3:
        nothing = np.full(many, np.nan)
        return Leads(nothing, nothing, nothing, nothing)
    left = _deviations(*behaviour)
    right = _deviations(outcome[0][..., None], outcome[1][..., None])[..., 0]
    together = _products(left, right, reach=reach)
    weights = _products(behaviour[1], outcome[1], reach=reach)
    drawn = rng.multinomial(agents, np.full(agents, 1 / agents), size=draws).astype(float)
    best = _peak(together.sum(axis=0), weights.sum(axis=0))
    again = _peak(*(np.tensordot(some, drawn, (0, 1)).swapaxes(1, 2) for some in (together, weights)))
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    signs = rng.choice([-1.0, 1.0], size=(draws, agents)).astype(float)
    return Leads(best - reach, low - reach, high - reach, _p_value(together, weights, signs))


def _deviations(total: Floats, n: Floats) -> Floats:
    """Sums less what the agent's mean and the day's make expect, alternately until both are near nothing."""
    left = total.astype(float)
    for _ in range(3):
        for axis in (0, 1):
            size = n.sum(axis=axis, keepdims=True)
            left = left - n * np.divide(
                left.sum(axis=axis, keepdims=True), size, out=np.zeros_like(size), where=size > 0
            )
    return left


def _products(left: Floats, right: Floats, *, reach: int) -> Floats:
    """Sums of left's value and right's k days later, by agent, k and behaviour."""
    days = right.shape[1]
    out = np.zeros((len(right), 2 * reach + 1, left.shape[2]))
    later = np.pad(right, ((0, 0), (reach, reach)))
    for agent, values in enumerate(later):
        out[agent] = np.ascontiguousarray(sliding_window_view(values, days)) @ left[agent]
    return out


def _smooth(values: Floats) -> Floats:
    """Weighted with the two values on either side, along the first axis; the ends keep theirs."""
    ends = np.pad(values, [(2, 2)] + [(0, 0)] * (values.ndim - 1), mode="edge")
    return np.asarray(sum(w * ends[i : i + len(values)] for i, w in enumerate(SMOOTHED)), float)


def _peak(together: Floats, weights: Floats) -> Floats:
    """Where the mean product is farthest from nothing, on the side that it is farther on over all."""
    mean = _smooth(np.divide(together, weights, out=np.zeros_like(together), where=weights > 0))
    return np.asarray(np.abs(mean).argmax(axis=0), float)


def _p_value(together: Floats, weights: Floats, signs: Floats) -> Floats:
    whole = weights.sum(axis=0)
    parts = np.divide(together, whole, out=np.zeros_like(together), where=whole > 0).swapaxes(0, 1)
    parts = _smooth(parts).swapaxes(0, 1)
    error = np.sqrt((parts**2).sum(axis=0))
    scaled = np.divide(parts, error, out=np.zeros_like(parts), where=error > 0)
    seen = np.abs(scaled.sum(axis=0)).max(axis=0)
    by_chance = np.abs(np.tensordot(signs, scaled, 1)).max(axis=1)
    return np.asarray((1 + (by_chance >= seen).sum(axis=0)) / (1 + len(signs)), float)
