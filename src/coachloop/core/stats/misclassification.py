"""How often the machine is right about what was met and what was missed, and agents' rates with that taken out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coachloop.core.stats.correction import MET, NOT_MET, Answers
from coachloop.core.stats.proportions import Floats

STEPS = 128
RATES = (np.arange(STEPS) + 0.5) / STEPS
"""The grid of rates on which a posterior is worked out."""

TRIED = 64
SPREAD = ((0.5 + np.outer([0.7548776662466927, 0.5698402909980532], np.arange(TRIED))) % 1).clip(1e-3, 1 - 1e-3)
"""Quantiles of sensitivity and specificity that are tried together: the unit square evenly filled (Roberts' R2 sequence)."""


class Share(NamedTuple):
    """Beta posteriors of one share by behaviour, each of shape (behaviours,): parameters, mean, 95 % interval, and n behind it."""

    a: Floats
    b: Floats
    mean: Floats
    low: Floats
    high: Floats
    n: Floats


class Accuracy(NamedTuple):
    """How often the machine says met where people do (sensitivity), and not met where people do (specificity)."""

    sensitivity: Share
    specificity: Share


class Posterior(NamedTuple):
    """Rates by agent and behaviour with the machine's errors taken out, each of shape (agents, behaviours).

    `point` is Rogan and Gladen's, within [0, 1]; NaN where the machine is no better than chance. `rate` is the posterior median.
    Where nothing was asked, `rate` is NaN and the interval (0, 1).
    """

    rate: Floats
    low: Floats
    high: Floats
    point: Floats


def accuracy(answers: Answers) -> Accuracy:
    """Sensitivity and specificity from an audit; the unit of each answer is its behaviour.

    Each audited conversation counts for as many as it was drawn from. Beta posteriors with Jeffreys' prior and as many conversations
    as the variance of the weighted share is worth, so that unequal probabilities are paid for. Only what both call met or not
    met enters.

    Args:
        answers: codes by conversation, `unit` numbering behaviours.

    Source:
        Rogan & Gladen (1978), Am. J. Epidemiol. 107:71-76; Korn & Graubard (1998), Survey Methodology 24:193-201 (effective size).
    """
    both = answers.audited & np.isin(answers.said, (MET, NOT_MET))
    return Accuracy(
        _share(answers, both & (answers.truth == MET), MET), _share(answers, both & (answers.truth == NOT_MET), NOT_MET)
    )


def _share(answers: Answers, rows: NDArray[np.bool_], right: int) -> Share:
    weight, hit, unit = 1 / answers.probability[rows], answers.said[rows] == right, answers.unit[rows]

    def sums(values: NDArray[np.generic]) -> Floats:
        return np.bincount(unit, values.astype(float), answers.units)

    n, total = sums(np.ones(len(unit))), sums(weight)
    typical = np.divide(total, n, out=np.ones(answers.units), where=n > 0)
    mean = (sums(weight * hit) + typical / 2) / (total + typical)
    spread = sums(weight**2 * (hit - mean[unit]) ** 2) + typical**2 * ((1 - mean) ** 2 + mean**2) / 2
    worth = mean * (1 - mean) * (total + typical) ** 2 / spread
    a, b = mean * worth, (1 - mean) * worth
    return Share(a, b, mean, special.betaincinv(a, b, 0.025), special.betaincinv(a, b, 0.975), n)


def corrected(met: ArrayLike, asked: ArrayLike, how_good: Accuracy, *, confidence: float = 0.95) -> Posterior:
    """Rates of agents from the machine's counts alone, given how good it is and how well that is known.

    The machine says met in a share q = rate x sensitivity + (1 - rate) x (1 - specificity) of an agent's conversations. Every rate is
    equally likely beforehand; sensitivity and specificity are averaged over their posteriors. A machine that hardly tells
    met from not met, or an audit too small to know, leaves the rate open. Its errors are taken to be the same for all agents.

    Args:
        met: conversations that the machine calls met, shape (agents, behaviours).
        asked: those that it calls met or not met, same shape.
        how_good: the accuracy by behaviour.
        confidence: coverage of the interval in (0, 1).

    Raises:
        ValueError: shapes differ, or a count is no count.

    Source:
        Rogan & Gladen (1978), Am. J. Epidemiol. 107:71-76; Joseph, Gyorkos & Coupal (1995), Am. J. Epidemiol. 141:263-272 (Bayes).
    """
    k, n = np.asarray(met, float), np.asarray(asked, float)
    if k.shape != n.shape or k.ndim != 2 or k.shape[1:] != how_good.sensitivity.a.shape:
        raise ValueError(f"counts must have shape (agents, behaviours), got {k.shape} and {n.shape}")
    if (k < 0).any() or (k > n).any():
        raise ValueError("met must be in 0..asked")
    tail = (1 - confidence) / 2
    tails = (tail, 0.5, 1 - tail)
    found = np.zeros((3, *k.shape))
    for b in range(k.shape[1]):
        found[:, :, b] = _quantiles((k[:, b], n[:, b] - k[:, b]), _said_met(how_good, b), tails)
    low, middle, high = found
    none = n == 0
    return Posterior(
        np.where(none, np.nan, middle), np.where(none, 0.0, low), np.where(none, 1.0, high), _point(k, n, how_good)
    )


def _said_met(how_good: Accuracy, behaviour: int) -> Floats:
    """Share that the machine calls met, by (sensitivity, specificity) tried and rate of the grid, shape (TRIED, STEPS)."""
    sensitivity, specificity = (
        special.betaincinv(share.a[behaviour], share.b[behaviour], at)[:, None]
        for share, at in zip(how_good, SPREAD, strict=True)
    )
    said = RATES * sensitivity + (1 - RATES) * (1 - specificity)
    return np.asarray(np.clip(said, 1e-9, 1 - 1e-9), float)


def _quantiles(counts: tuple[Floats, Floats], said: Floats, tails: tuple[float, ...]) -> Floats:
    """Quantiles of the posterior of each agent's rate, shape (tails, agents)."""
    met, missed = counts
    log = np.outer(met, np.log(said).ravel()) + np.outer(missed, np.log1p(-said).ravel())
    likely = np.exp(log - log.max(axis=1, keepdims=True, initial=-np.inf)).reshape(len(met), TRIED, STEPS).sum(axis=1)
    below = np.concatenate([np.zeros((len(met), 1)), np.cumsum(likely, axis=1)], axis=1)
    below /= below[:, -1:]
    ends = []
    for tail in tails:
        cell = np.clip((below < tail).sum(axis=1) - 1, 0, STEPS - 1)[:, None]
        left, right = (np.take_along_axis(below, cell + one, axis=1)[:, 0] for one in (0, 1))
        ends.append((cell[:, 0] + (tail - left) / (right - left)) / STEPS)
    return np.array(ends)


def _point(met: Floats, asked: Floats, how_good: Accuracy) -> Floats:
    """Rogan and Gladen's estimate."""
    better = how_good.sensitivity.mean + how_good.specificity.mean - 1
    share = np.divide(met, asked, out=np.full_like(met, np.nan), where=asked > 0)
    found = np.divide(share + how_good.specificity.mean - 1, better, out=np.full_like(share, np.nan), where=better > 0)
    return np.asarray(np.clip(found, 0, 1), float)
