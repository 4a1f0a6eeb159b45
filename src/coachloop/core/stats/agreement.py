"""How far raters agree beyond chance."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

TINY = 1e-9
"""Differences below this are those of rounding."""


class Agreement(NamedTuple):
    """Cohen's kappa of one pair of raters, with a bootstrap interval, and how well the first finds what the second calls positive.

    What is not defined (nobody said yes; both always say the same) is NaN.
    """

    n: int
    kappa: float
    low: float
    high: float
    precision: float
    recall: float
    f1: float


def agreement(
    rater: ArrayLike,
    truth: ArrayLike,
    groups: ArrayLike,
    *,
    rng: np.random.Generator,
    positive: int = 1,
    samples: int = 1000,
    confidence: float = 0.95,
) -> Agreement:
    """Agreement of a rater with the answers taken as true.

    The interval is a percentile bootstrap over whole groups, because answers about one agent are alike; where there is
    one group alone, over its answers.

    Args:
        rater: category codes 0..k-1, shape (n,).
        truth: category codes of the other rater, shape (n,).
        groups: what is drawn together (agents), any labels, shape (n,).
        rng: source of the bootstrap's draws.
        positive: the category that precision, recall and F1 are about.
        samples: bootstrap draws.
        confidence: coverage of the interval in (0, 1).

    Raises:
        ValueError: the shapes differ.

    Source:
        Cohen (1960), Educ. Psychol. Meas. 20:37-46 (computed by statsmodels); Field & Welsh (2007), JRSS B 69:369-390 for the
        bootstrap of clusters.
    """
    said, true, who = np.asarray(rater, int), np.asarray(truth, int), np.asarray(groups)
    if not said.shape == true.shape == who.shape or said.ndim != 1:
        raise ValueError(f"shapes must be equal and one-dimensional, got {said.shape}, {true.shape}, {who.shape}")
    if said.size == 0:
        return Agreement(0, *[float("nan")] * 6)
    k = int(max(said.max(), true.max(), positive)) + 1
    _, group = np.unique(who, return_inverse=True)
    group = group if group.any() else np.arange(len(group))
    tables = np.zeros((group.max() + 1, k, k))
    np.add.at(tables, (group, said, true), 1)
    draws = rng.multinomial(len(tables), np.full(len(tables), 1 / len(tables)), size=samples)
    drawn = kappa(np.tensordot(draws, tables, axes=1))
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn[~np.isnan(drawn)], [tail, 1 - tail]) if (~np.isnan(drawn)).any() else (np.nan, np.nan)
    table = tables.sum(axis=0)
    hit, said_yes, is_yes = table[positive, positive], table[positive].sum(), table[:, positive].sum()
    return Agreement(
        n=said.size,
        kappa=_kappa_of(table),
        low=float(low),
        high=float(high),
        precision=_ratio(hit, said_yes),
        recall=_ratio(hit, is_yes),
        f1=_ratio(2 * hit, said_yes + is_yes),
    )


class Alpha(NamedTuple):
    """Krippendorff's alpha of any number of raters, with a bootstrap interval; NaN where it is not defined.

    `n` counts conversations that at least two raters answered, `answers` the answers about them.
    """

    n: int
    answers: int
    alpha: float
    low: float
    high: float


def alpha(answers: ArrayLike, *, rng: np.random.Generator, samples: int = 1000, confidence: float = 0.95) -> Alpha:
    """Agreement of several raters, each of whom may have answered only some; the machine may be one of them.

    1 is perfect agreement, 0 what chance gives. Categories are names, none nearer to another. The interval is a percentile
    bootstrap over whole conversations. Over several questions, disagreement is compared with what chance gives question by question, so
    that a question everybody affirms and one nobody does make no agreement together.

    Args:
        answers: category codes 0..k-1, shape (raters, conversations) or (raters, conversations, questions); -1 where a rater did not
            answer.
        rng: source of the bootstrap's draws.
        samples: bootstrap draws.
        confidence: coverage of the interval in (0, 1).

    Raises:
        ValueError: the answers are no table.

    Source:
        Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C and D (nominal data, missing values).
    """
    counts = _counts(answers)
    many = len(counts)
    if many == 0:
        return Alpha(0, 0, *[float("nan")] * 3)
    kinds, often = np.unique(
        counts, axis=0, return_counts=True
    )  # those answered alike are drawn together: there are few
    parts = _parts(kinds)
    drawn = _alpha_of(np.tensordot(rng.multinomial(many, often / many, size=samples), parts, axes=1))
    tail = (1 - confidence) / 2
    known = drawn[~np.isnan(drawn)]
    low, high = np.quantile(known, [tail, 1 - tail]) if known.size else (np.nan, np.nan)
    return Alpha(many, int(counts.sum()), float(_alpha_of(np.tensordot(often, parts, axes=1))), float(low), float(high))


def alpha_of_few(answers: ArrayLike, *, confidence: float = 0.95) -> Alpha:
    """The same about a handful of conversations, of which a bootstrap would draw the same ones over and over.

    The interval is that of the jackknife: each conversation left out once, and Student's t. It is NaN where that is not defined, or
    makes no difference: agreement about every one of a few conversations is no certainty.

    Args:
        answers: as `alpha`.
        confidence: coverage of the interval in (0, 1).

    Raises:
        ValueError: the answers are no table.

    Source:
        Miller (1974), "The jackknife: a review", Biometrika 61:1-15.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 -- 0.4 seconds, which most commands load this file without

    counts = _counts(answers)
    parts, many = _parts(counts), len(counts)
    total = parts.sum(axis=0)
    whole, answered = float(_alpha_of(total)), int(counts.sum())
    pseudo = many * whole - (many - 1) * _alpha_of(total - parts)
    spread = float(pseudo.std(ddof=1)) if many > 1 else float("nan")
    if not spread > TINY:
        return Alpha(many, answered, whole, float("nan"), float("nan"))
    half = spread / np.sqrt(many) * float(stdtrit(many - 1, (1 + confidence) / 2))
    return Alpha(many, answered, whole, max(whole - half, -1.0), min(whole + half, 1.0))


def _counts(answers: ArrayLike) -> NDArray[np.float64]:
    """Answers by category of each conversation that two raters answered, shape (n, questions, categories)."""
    given = np.asarray(answers, int)
    if given.ndim not in (2, 3):
        raise ValueError(f"answers must have shape (raters, conversations[, questions]), got {given.shape}")
    given = given[..., np.newaxis] if given.ndim == 2 else given
    categories = max(int(given.max(initial=0)) + 1, 1)
    counts = np.stack([(given == code).sum(axis=0) for code in range(categories)], axis=-1).astype(float)
    counts *= counts.sum(axis=-1, keepdims=True) > 1
    return counts[counts.any(axis=(1, 2))]


def _parts(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Disagreement seen, and the counts, shape (n, questions, 1 + categories)."""
    size = counts.sum(axis=-1)
    apart = (size**2 - (counts**2).sum(axis=-1)) / np.maximum(size - 1, 1)
    return np.concatenate([apart[..., np.newaxis], counts], axis=-1)


def _alpha_of(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha from disagreement seen and counts by category, shape (..., questions, 1 + categories) to (...); NaN with one category alone."""
    seen, counts = parts[..., 0].sum(axis=-1), parts[..., 1:]
    total = counts.sum(axis=-1)
    chance = ((total**2 - (counts**2).sum(axis=-1)) / np.maximum(total - 1, 1)).sum(axis=-1)
    share = np.divide(seen, chance, out=np.full_like(seen, np.nan), where=chance > 0)
    return np.asarray(1 - share, float)


def kappa(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cohen's kappa of many contingency tables at once, shape (..., k, k) to (...); NaN where chance agreement is certain."""
    total = np.maximum(tables.sum(axis=(-2, -1)), 1)
    seen = np.trace(tables, axis1=-2, axis2=-1) / total
    chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1) / total**2
    return np.asarray(np.divide(seen - chance, 1 - chance, out=np.full_like(seen, np.nan), where=chance < 1), float)


def _kappa_of(table: NDArray[np.float64]) -> float:
    from statsmodels.stats.inter_rater import cohens_kappa  # noqa: PLC0415 -- two seconds that few commands need

    said, true = table.sum(axis=1), table.sum(axis=0)
    if (said * true).sum() == table.sum() ** 2:
        return float("nan")
    return float(cohens_kappa(table, return_results=False))


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
