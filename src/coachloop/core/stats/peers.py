"""How alike peers are is not known either: every prior that the peers allow, each as far as they allow it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

WORTH = np.geomspace(0.3, 400, 21)[:, None]
"""What a prior may be worth, in conversations; evenly spaced in its logarithm, shape (worths, 1)."""

NODES = 7
"""Means of the peers that are tried with each worth."""

EDGE = 1e-4
"""No peers' mean is nearer to 0 or 1."""

WIDENED = 0.6
"""Share of the evidence about the peers' mean that the means to try are spread by: wider than its own uncertainty."""


class Moments(NamedTuple):
    """Posterior mean and variance of each rate, shape (agents, behaviours)."""

    mean: Floats
    variance: Floats


def moments(met: Floats, asked: Floats) -> Moments:
    """Rates of agents whose peers' mean m and likeness rho are unknown, a column at a time.

    Each agent's rate is Beta(m w, (1 - m) w) with w = (1 - rho) / rho. Beforehand every rho in (0, 1) is equally likely, and m has
    Jeffreys' density. The posterior is the average over a grid of (m, w), each weighted by its marginal likelihood.

    Args:
        met: counts, shape (agents, behaviours).
        asked: counts, same shape, each at least `met`.

    Returns:
        The moments; nothing asked gives those of a peer yet unseen.

    Source:
        Christiansen & Morris (1997), JASA 92:618-632 (uniform shrinkage prior); Gelman et al. (2013), Bayesian Data Analysis, 3rd
        ed., section 5.3 (the grid).
    """
    tried, weight = _grid(met, asked)
    once, mean, square = (np.sum(weight * power, axis=0) for power in (1.0, tried, tried**2))
    share, first, second = (table[:, None, :] for table in (once, WORTH * mean, WORTH**2 * square))
    worth = WORTH[:, :, None]
    total = asked + worth
    middle = ((met * share + first) / total).sum(axis=0)
    squares = (met * (met + 1) * share + (2 * met + 1) * first + second) / (total * (total + 1))
    spread = squares.sum(axis=0) - middle**2
    return Moments(middle, np.clip(spread, 1e-12, middle * (1 - middle) * (1 - 1e-9)))


def _grid(met: Floats, asked: Floats) -> tuple[Floats, Floats]:
    """Means to try and how likely each is, both (nodes, worths, behaviours); the likelihoods of a column add up to 1."""
    rate = np.divide(met, asked, out=np.zeros_like(met), where=asked > 0)
    known = asked * (1 + WORTH[:, :, None]) / (asked + WORTH[:, :, None])
    a = WIDENED * (known * rate).sum(axis=1) + 1
    b = WIDENED * (known * (1 - rate)).sum(axis=1) + 1
    steps = ((np.arange(NODES) + 0.5) / NODES)[:, None, None]
    tried = np.clip(special.betaincinv(a, b, steps), EDGE, 1 - EDGE)
    spaced = (a - 1) * np.log(tried) + (b - 1) * np.log1p(-tried) - special.betaln(a, b)
    beforehand = np.log(WORTH / (1 + WORTH) ** 2) - 0.5 * (np.log(tried) + np.log1p(-tried))
    log = _likelihood(met, asked, (tried * WORTH, (1 - tried) * WORTH)) + beforehand - spaced
    weight = np.exp(log - log.max(axis=(0, 1)))
    return tried, np.asarray(weight / weight.sum(axis=(0, 1)), float)


def _likelihood(met: Floats, asked: Floats, prior: tuple[Floats, Floats]) -> Floats:
    """Log of the beta-binomial likelihood of each column, up to a constant, in the shape of the prior's parameters."""
    a, b = prior
    return _rising(met, a) + _rising(asked - met, b) - _rising(asked, a + b)


def _rising(counts: Floats, start: Floats) -> Floats:
    """Sum over agents of log(gamma(start + count) / gamma(start)); equal counts are worked out once."""
    distinct, place = np.unique(counts, return_inverse=True)
    values, times = counts, np.ones_like(counts)
    if len(distinct) < len(counts):
        values = distinct[:, None]
        cells = place.reshape(counts.shape) * counts.shape[1] + np.arange(counts.shape[1])
        often = np.bincount(cells.ravel(), minlength=len(distinct) * counts.shape[1])
        times = often.reshape(len(distinct), counts.shape[1]).astype(float)
    total = -special.gammaln(start) * len(counts)
    for value, many in zip(values, times, strict=True):
        total += many * special.gammaln(start + value)
    return np.asarray(total, float)
