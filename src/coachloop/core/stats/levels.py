"""How often each agent does a behaviour once their mix of calls is taken out: a logistic model with an intercept an agent."""

from typing import NamedTuple

import numpy as np
from scipy import special

from coachloop.core.stats.proportions import Floats

FARTHEST = 6.0
"""Log-odds beyond which no level goes: 0.25 and 99.75 %."""

ROUNDS, CLOSE = 30, 1e-3
"""Steps at most, and the log-odds below which a step is the last: a fiftieth of a point."""

LOOSE = 16.0
"""Prior variance of a group's own mean level: hardly any pull."""

MIX_SPREAD = 1.0
"""Prior variance of a mix's difficulty, in squared log-odds: a queue with few calls stays near the rest."""


class Mix(NamedTuple):
    """What a behaviour's calls are like.

    `offset` in log-odds by mix, shape (mixes,), has the weighted mean 0; `mean` and `spread` are mean and variance of the agents'
    levels, in log-odds.
    """

    offset: Floats
    mean: float
    spread: float


class Levels(NamedTuple):
    """Levels in log-odds at the average mix and their posterior variance, each of shape (units,)."""

    level: Floats
    variance: Floats


def mix_of(met: Floats, asked: Floats) -> Mix:
    """How much harder one mix is than another, within agents.

    Args:
        met: conversations where the behaviour was met, shape (agents, mixes).
        asked: conversations where it applied, same shape.

    Returns:
        Penalised maximum likelihood (Laplace) of logit P = level of the agent + offset of the mix, levels normal.

    Source:
        Breslow & Clayton (1993), JASA 88:9-25, penalised quasi-likelihood.
    """
    weight = asked.sum(axis=0) / max(asked.sum(), 1)
    offset, mean, spread = np.zeros(asked.shape[1]), _start(met, asked), 0.5
    level = np.full(len(asked), mean)
    some = asked.sum(axis=1) > 0
    for _ in range(ROUNDS if some.any() else 0):
        rate, information = _rates(level, offset, asked)
        curve = information.sum(axis=1) + 1 / spread
        level = _bounded(level + ((met - asked * rate).sum(axis=1) - (level - mean) / spread) / curve)
        mean = float(level[some].mean())
        spread = float(np.clip(((level[some] - mean) ** 2 + 1 / curve[some]).mean(), 0.01, 4.0))
        rate, information = _rates(level, offset, asked)
        pull = (met - asked * rate).sum(axis=0) - offset / MIX_SPREAD
        offset = _bounded(offset + pull / (information.sum(axis=0) + 1 / MIX_SPREAD))
        offset = offset - (weight * offset).sum()
    return Mix(offset, mean, spread)


def levels(met: Floats, asked: Floats, mix: Mix) -> Levels:
    """Levels of units of one kind, pulled towards the mean of their own kind; several kinds side by side.

    Whoever was chosen for being low is not pulled towards everybody: within the kind, expected and observed add up to the same, so
    that shrinking brings back no regression to the mean.

    Args:
        met: conversations where the behaviour was met, shape (units, mixes) or (kinds, units, mixes).
        asked: conversations where it applied, same shape.
        mix: what the calls are like.

    Returns:
        Each of shape (units,) or (kinds, units); a unit that was asked nothing has the mean of its kind.

    Source:
        Campbell & Kenny (1999), A Primer on Regression Artifacts, chapter 5: each group regresses to its own mean.
    """
    if asked.ndim == 2:
        return Levels(*(one[0] for one in levels(met[None], asked[None], mix)))
    some = asked.sum(axis=2) > 0
    middle = np.full((len(asked), 1), mix.mean)
    level, curve = np.full(some.shape, mix.mean), np.full(some.shape, 1 / mix.spread)
    left = np.flatnonzero(some.any(axis=1))
    for _ in range(ROUNDS if len(left) else 0):
        was = (level[left], middle[left])
        level[left], middle[left], curve[left] = _step(*was, met=met[left], asked=asked[left], mix=mix)
        moved = np.where(some[left], np.abs(level[left] - was[0]), np.abs(middle[left] - was[1]))
        left = left[(moved.max(axis=1) >= CLOSE) | (np.abs(middle[left] - was[1])[:, 0] >= CLOSE)]
        if not len(left):
            break
    return Levels(np.where(some, level, middle), np.where(some, 1 / curve, mix.spread))


def _step(level: Floats, middle: Floats, *, met: Floats, asked: Floats, mix: Mix) -> tuple[Floats, Floats, Floats]:
    """One step by Newton for each unit, then the mean of each kind that follows, and the curvature it was taken with."""
    rate, information = _rates(level, mix.offset, asked)
    some = asked.sum(axis=2) > 0
    curve = information.sum(axis=2) + 1 / mix.spread
    step = _bounded(level + ((met - asked * rate).sum(axis=2) - (level - middle) / mix.spread) / curve)
    total = np.where(some, step, 0).sum(axis=1, keepdims=True) / mix.spread + mix.mean / LOOSE
    return step, total / (some.sum(axis=1, keepdims=True) / mix.spread + 1 / LOOSE), curve


def expected(level: Floats, asked: Floats, mix: Mix) -> tuple[Floats, Floats]:
    """The rate to expect of these levels on these calls, and its slope in log-odds; each shaped as `level`, NaN without calls."""
    rate, information = _rates(level, mix.offset, asked)
    total = asked.sum(axis=-1)
    where = total > 0
    blank = np.full(total.shape, np.nan)
    means = np.divide((asked * rate).sum(axis=-1), total, out=blank.copy(), where=where)
    slopes = np.divide(information.sum(axis=-1), total, out=blank, where=where)
    return means, slopes


def _start(met: Floats, asked: Floats) -> float:
    return float(special.logit((met.sum() + 0.5) / (asked.sum() + 1)))


def _rates(level: Floats, offset: Floats, asked: Floats) -> tuple[Floats, Floats]:
    """Rates by unit and mix, and the information about a level in each cell."""
    rate = special.expit(level[..., None] + offset)
    return rate, asked * rate * (1 - rate)


def _bounded(value: Floats) -> Floats:
    return np.clip(value, -FARTHEST, FARTHEST)
