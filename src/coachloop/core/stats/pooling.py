"""One figure from many: effects of unlike sessions pooled, and each pulled towards the rest as far as it is uncertain."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from coachloop.core.stats.proportions import Floats

WIDEST = 100.0
"""Variance between effects, in units of the largest squared effect, beyond which none is looked for."""


class Pooled(NamedTuple):
    """The mean of unlike effects with its interval; `between` is the variance of true effects, `error` the mean's standard error.

    All but `units` are NaN without effects.
    """

    effect: float
    low: float
    high: float
    error: float
    between: float
    units: int


class Shrunken(NamedTuple):
    """Effects pulled towards their mean, with intervals; each of shape (units,)."""

    effect: Floats
    low: Floats
    high: Floats


def pool(
    effects: ArrayLike, variances: ArrayLike, *, shared: float = 0.0, confidence: float = 0.95, fewest: int = 1
) -> Pooled:
    """Random-effects mean of independent estimates.

    Args:
        effects: estimates, shape (units,).
        variances: their sampling variances, above 0, same shape.
        shared: variance of an error that all estimates have in common, added to the mean's own.
        confidence: coverage of the interval in (0, 1).
        fewest: units below which nothing is said.

    Returns:
        The mean weighted by 1 / (variance + between), between by Paule and Mandel; the interval by Hartung and Knapp with Student's
        t on units - 1, never narrower than without their factor. One unit alone keeps its own normal interval.

    Raises:
        ValueError: a variance is not above 0, or the shapes differ.

    Source:
        Paule & Mandel (1982), J. Res. NBS 87:377-385; Hartung & Knapp (2001), Stat. Med. 20:3875-3889; Röver, Knapp & Friede (2015),
        BMC Med. Res. Methodol. 15:99, for the factor's lower bound.
    """
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    if y.shape != v.shape or y.ndim != 1:
        raise ValueError(f"effects and variances must be one-dimensional and alike, got {y.shape} and {v.shape}")
    if not (v > 0).all():
        raise ValueError(f"variances must be above 0, got {v.min()}")
    if y.size < max(fewest, 1):
        nothing = float("nan")
        return Pooled(nothing, nothing, nothing, nothing, nothing, y.size)
    between = _between(y, v)
    weight = 1 / (v + between)
    mean = float((weight * y).sum() / weight.sum())
    spread = float((weight * (y - mean) ** 2).sum()) / max(y.size - 1, 1)
    error = float(np.sqrt(max(spread, 1.0) / weight.sum() + shared))
    tail = (1 + confidence) / 2
    wide = float(special.stdtrit(y.size - 1, tail) if y.size > 1 else special.ndtri(tail)) * error
    return Pooled(mean, mean - wide, mean + wide, error, between, y.size)


def shrink_effects(effects: ArrayLike, variances: ArrayLike, *, confidence: float = 0.95) -> Shrunken:
    """Each estimate pulled towards the mean of all: far where it is uncertain, hardly where the units really differ.

    Args:
        effects: estimates, shape (units,).
        variances: their sampling variances, above 0, same shape.
        confidence: coverage of the intervals in (0, 1).

    Returns:
        Normal empirical-Bayes posteriors; their variance includes that of the estimated mean.

    Source:
        Morris (1983), JASA 78:47-55.
    """
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    all_ = pool(y, v)
    if not y.size:
        return Shrunken(y, y, y)
    own, common = _errors(all_, v)
    kept = all_.between / (all_.between + v)
    mean = kept * y + (1 - kept) * all_.effect
    wide = special.ndtri((1 + confidence) / 2) * np.sqrt(own + common)
    return Shrunken(mean, mean - wide, mean + wide)


def shared_error(effects: ArrayLike, variances: ArrayLike) -> Floats:
    """How far the errors of `shrink_effects` are one error, that of the mean they are pulled to: 0 to 1, shape (units,).

    It is each error's correlation with that of the mean; two of them have the product of theirs. Whoever adds up pulled estimates
    needs it: units that are all pulled the whole way err together, and their sum as much as each.
    """
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    own, common = _errors(pool(y, v), v)
    return np.asarray(np.sqrt(common / (own + common)), float)


def _errors(all_: Pooled, v: Floats) -> tuple[Floats, Floats]:
    """The variances of what is each unit's own, and of what the mean adds to all."""
    kept = all_.between / (all_.between + v)
    return kept * v, (1 - kept) ** 2 * all_.error**2


def _between(y: Floats, v: Floats) -> float:
    """The variance between true effects at which the weighted sum of squares is what chance gives."""
    from scipy.optimize import brentq  # noqa: PLC0415 -- half a second that most commands need not

    def excess(between: float) -> float:
        weight = 1 / (v + between)
        mean = (weight * y).sum() / weight.sum()
        return float((weight * (y - mean) ** 2).sum() - (y.size - 1))

    top = WIDEST * max(float((y**2).max()), 1e-12)
    if y.size < 2 or excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, top))
