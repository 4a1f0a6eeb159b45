"""When a sum of daily surprises is too large to be chance: the log-likelihood ratio CUSUM and its control limits."""

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

ODDS_RATIO = 1 / 3
"""The slide that is looked for: a third of the odds takes 60 % to 33 %, 80 % to 57 %, and is 25 points in the middle."""

RATES = (0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97)
A_DAY = (0.1, 0.4, 1.0, 2.5, 6.0, 15.0, 40.0)
RUNS = (20.0, 100.0, 500.0, 2500.0, 12_500.0, 100_000.0)
STEP, HIGHEST = 0.2, 16.0
"""The grid on which limits are worked out; between its points they are interpolated."""


def weights(expected: ArrayLike, *, odds_ratio: float = ODDS_RATIO) -> tuple[Floats, Floats]:
    """What a met and a not met call add to the sum, elementwise: log-likelihood ratio of odds times `odds_ratio` against none.

    Args:
        expected: probability of met as long as nothing has changed, in (0, 1), any shape.
        odds_ratio: the change looked for, in (0, 1): lower.

    Returns:
        (met, not met), both in the shape of `expected`: the first is negative, the second positive.

    Raises:
        ValueError: `odds_ratio` is out of its range.

    Source:
        Steiner, Cook, Farewell & Treasure (2000), Biostatistics 1:441-452, equation 2.2.
    """
    if not 0 < odds_ratio < 1:
        raise ValueError(f"odds_ratio must be in (0, 1), got {odds_ratio}")
    p = np.asarray(expected, float)
    missed = -np.log1p(p * (odds_ratio - 1))
    return missed + np.log(odds_ratio), missed


def run_length(increments: ArrayLike, chances: ArrayLike, *, limit: float, step: float = STEP) -> float:
    """The average run length of max(0, sum + increment) from zero until it reaches `limit`, in steps of time.

    A Markov chain over a grid from 0 to the limit. An increment between two grid points goes to both, in shares that keep its mean.

    Args:
        increments: the values that a step of time may add, shape (k,).
        chances: their probabilities, same shape; they sum to 1.
        limit: above 0.
        step: width of the grid; the limit is rounded to it.

    Raises:
        ValueError: shapes differ, or the limit is below one step.

    Source:
        Brook & Evans (1972), Biometrika 59:539-549.
    """
    values, probabilities = np.asarray(increments, float), np.asarray(chances, float)
    if values.shape != probabilities.shape or values.ndim != 1:
        raise ValueError(f"shapes must be equal and one-dimensional, got {values.shape} and {probabilities.shape}")
    states = round(limit / step)
    if states < 1:
        raise ValueError(f"limit must be at least one step of {step}, got {limit}")
    return _run_length(_transitions(values / step, probabilities, states), states)


def limits(expected: ArrayLike, a_day: ArrayLike, run: ArrayLike) -> Floats:
    """Control limits of daily sums, elementwise, so that a stream in which nothing changes alarms once in `run` days on average.

    Opportunities come by chance (Poisson), days without one included.

    Args:
        expected: probability of met in (0, 1).
        a_day: opportunities a day, above 0; broadcasts against the others.
        run: average run length wanted, in days.

    Returns:
        Limits for sums of `weights` with the default odds ratio, in the broadcast shape. Between the points of a grid they are
        interpolated; what lies beyond it counts as its edge.

    Source:
        Brook & Evans (1972); Steiner et al. (2000), section 3.
    """
    table = _table()
    given = special.logit(np.asarray(expected, float)), np.log(np.asarray(a_day, float)), np.log(np.asarray(run, float))
    points = special.logit(RATES), np.log(A_DAY), np.log(RUNS)
    axes = [_axis(values, grid) for values, grid in zip(given, points, strict=True)]
    out = np.zeros(np.broadcast_shapes(*(left.shape for left, _ in axes)))
    for corner in product((0, 1), repeat=3):
        share: Floats = np.ones(out.shape)
        for (_, right), side in zip(axes, corner, strict=True):
            share = share * (right if side else 1 - right)
        out += share * table[tuple(left + side for (left, _), side in zip(axes, corner, strict=True))]
    return out


def _axis(values: Floats, grid: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The point of the grid to the left of each value, and the share of the one to the right."""
    left = np.clip(np.searchsorted(grid, values, side="right") - 1, 0, len(grid) - 2)
    return left, np.clip((values - grid[left]) / (grid[left + 1] - grid[left]), 0, 1)


@lru_cache(maxsize=1)
def _table() -> Floats:
    """Limits by rate, opportunities a day and run length, shape (rates, a day, runs)."""
    return np.array([[_limits_of(rate, many) for many in A_DAY] for rate in RATES])


def _limits_of(rate: float, a_day: float) -> Floats:
    """The limits that give each of RUNS; run lengths grow all but exponentially with the limit."""
    met, missed = weights(rate)
    many = np.arange(int(a_day + 8 * np.sqrt(a_day) + 8))
    chances = np.outer(_poisson(many, a_day * rate), _poisson(many, a_day * (1 - rate)))
    increments = np.add.outer(many * met, many * missed)
    moves = _transitions(increments.ravel() / STEP, chances.ravel(), round(HIGHEST / STEP))
    tried = np.array([0.4, 1, 2, 4, 7, 11, HIGHEST])
    reached = [np.log(_run_length(moves, round(limit / STEP))) for limit in tried]
    return np.asarray(np.interp(np.log(RUNS), np.maximum.accumulate(reached), tried), float)


def _poisson(many: NDArray[np.int_], mean: float) -> Floats:
    return np.asarray(np.exp(special.xlogy(many, mean) - mean - special.gammaln(many + 1)), float)


def _transitions(jumps: Floats, chances: Floats, states: int) -> Floats:
    """How likely each distance is, in steps of the grid, shape (2 * states + 1,); those that reach below or beyond count at the ends."""
    floor = np.floor(jumps)
    part = jumps - floor
    at = np.concatenate([floor, floor + 1])
    weight = np.concatenate([chances * (1 - part), chances * part])
    return np.bincount(np.clip(at, -states, states).astype(int) + states, weight, 2 * states + 1)


def _run_length(moves: Floats, states: int) -> float:
    """Expected steps from zero until state `states` is reached or passed."""
    middle = len(moves) // 2
    inside = np.arange(states)
    stay = moves[middle + inside[None, :] - inside[:, None]]
    below = np.cumsum(moves)
    stay[:, 0] = below[middle - inside]
    return float(np.linalg.solve(np.eye(states) - stay, np.ones(states))[0])
