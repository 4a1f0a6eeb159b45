"""From scores to probabilities, and from probabilities to decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

FAR = 12.0
"""Log-odds beyond which nothing is told apart."""

_PRIOR = np.array([0.02, 1e-3])
_ROUNDS = 30
_SIZES = (1.0, 0.5, 0.2, 0.05, 0.01)
_DRAWS = 50


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve from scores to probabilities; it never falls."""

    slope: float
    offset: float

    def logits(self, scores: Doubles) -> Doubles:
        """Log-odds for scores."""
        return np.clip(self.slope * scores + self.offset, -FAR, FAR)

    def __call__(self, scores: Doubles) -> Doubles:
        """Probabilities for scores."""
        return sigmoid(self.logits(scores))


def logits_of(probabilities: Doubles) -> Doubles:
    """The log-odds of probabilities, cut at `FAR`."""
    edge = float(sigmoid(np.array(-FAR)))
    inside = np.clip(probabilities, edge, 1 - edge)
    return np.asarray(np.log(inside / (1 - inside)))


def sigmoid(logits: Doubles) -> Doubles:
    """The probability of log-odds."""
    return np.asarray(1 / (1 + np.exp(-logits)))


def fit_curve(scores: Doubles, truth: Doubles) -> Curve:
    """Platt's curve by Newton's method, its slope held towards zero by a weak prior.

    Args:
        scores: higher says yes.
        truth: 0, 1 or in between.

    Source:
        Platt (1999), Advances in Large Margin Classifiers 61-74; targets smoothed as there.
    """
    yes, no = float(truth.sum()), float((1 - truth).sum())
    target = truth * (yes + 1) / (yes + 2) + (1 - truth) / (no + 2)
    middle, spread = scores.mean(), max(float(scores.std()), 1e-9)
    columns = np.column_stack([(scores - middle) / spread, np.ones(len(scores))])
    found = np.array([0.0, np.log((yes + 1) / (no + 1))])
    loss = _Loss(columns, target)
    size, rounds = 1.0, 0
    while size > 0 and rounds < _ROUNDS:
        step, now = loss.step(found), loss(found)
        size = next((size for size in _SIZES if loss(found - size * step) < now), 0.0)
        found, rounds = found - size * step, rounds + 1
    if found[0] <= 0:
        return Curve(0.0, float(np.log((yes + 1) / (no + 1))))
    return Curve(float(found[0] / spread), float(found[1] - found[0] * middle / spread))


@dataclass(frozen=True, slots=True)
class _Loss:
    """Minus the log-likelihood of a logistic curve with a weak prior."""

    columns: Doubles
    target: Doubles

    def __call__(self, found: Doubles) -> float:
        logits = self.columns @ found
        each = np.logaddexp(0, logits) - self.target * logits
        return float(each.sum() + 0.5 * (_PRIOR * found**2).sum())

    def step(self, found: Doubles) -> Doubles:
        """Newton's step."""
        likely = sigmoid(np.clip(self.columns @ found, -30, 30))
        bend = np.maximum(likely * (1 - likely), 1e-9)
        slope = self.columns.T @ (likely - self.target) + _PRIOR * found
        return np.linalg.solve((self.columns * bend[:, None]).T @ self.columns + np.diag(_PRIOR), slope)


def any_of(probabilities: Doubles) -> float:
    """The log-odds that at least one of several turns shows it (noisy-or); none at all is as unlikely as can be."""
    missed = float(np.log1p(-np.minimum(probabilities, 1 - 1e-9)).sum())
    return float(np.clip(np.log(max(-np.expm1(missed), 1e-300)) - missed, -FAR, FAR))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a threshold is chosen from: calibrated probabilities, the answers (or how likely they are), and who belongs together."""

    probabilities: Doubles
    truth: Doubles
    groups: Ints


class Trust(NamedTuple):
    """How far a threshold trusts the calibrated probabilities.

    `curve` is their share in each answer, `elsewhere` the weight of all that has no answer beside all that has one.
    """

    curve: float
    elsewhere: float


OF_TURNS, OF_CONVERSATIONS = Trust(0.5, 0.3), Trust(0.8, 1.0)
"""The more answers there are, the more they count themselves: turns are many, conversations are few."""


def best_threshold(seen: Seen, trust: Trust, *, rng: np.random.Generator, unlabelled: Doubles | None = None) -> float:
    """The probability from which yes agrees best with people (Cohen's kappa).

    The best point of fifty answers alone is mostly luck. So part of each answer is replaced by its calibrated probability,
    conversations without answers add theirs, and the threshold is the mean, as log-odds, over bootstrap draws of whole groups.
    """
    _, group = np.unique(seen.groups, return_inverse=True)
    count = int(group.max()) + 1
    other = np.zeros(0) if unlabelled is None else unlabelled
    likely = np.concatenate([seen.probabilities, other])
    soft = np.concatenate([(1 - trust.curve) * seen.truth + trust.curve * seen.probabilities, other])
    light = np.full(len(other), trust.elsewhere * len(seen.truth) / max(1, len(other)))
    draws = rng.multinomial(count, np.full(count, 1 / count), size=_DRAWS)
    order = np.argsort(-likely, kind="stable")
    scores = logits_of(likely)[order]
    found = [_peak(scores, soft[order], np.concatenate([draw[group], light])[order]) for draw in draws]
    return float(sigmoid(np.array(np.mean(found))))


def _peak(scores: Doubles, truth: Doubles, weights: Doubles) -> float:
    """Where kappa is highest, for scores that fall."""
    said, total = np.cumsum(weights), weights.sum()
    hit, yes = np.cumsum(weights * truth), float((weights * truth).sum())
    agreed = (hit + total - yes - (said - hit)) / total
    chance = said / total * yes / total + (1 - said / total) * (1 - yes / total)
    kappa = np.divide(agreed - chance, 1 - chance, out=np.zeros(len(scores)), where=chance < 1 - 1e-12)
    kappa[:-1][scores[1:] >= scores[:-1]] = -1
    best = int(np.argmax(kappa))
    below = scores[best + 1] if best + 1 < len(scores) else scores[best]
    return float((scores[best] + below) / 2)


def sure_enough(probabilities: Doubles, truth: Doubles, *, error: float) -> tuple[float, float]:
    """Between which probabilities to abstain, so that of what is decided no more than `error` is wrong.

    Below the first it is a no, from the second on a yes. They close in on even odds, surest answers first, as long as the expected
    share of errors stays below `error`: half counted, half as the calibrated probabilities expect it, and one answer of unknown
    kind on top.

    Args:
        probabilities: calibrated and out of fold.
        truth: 0 or 1.
        error: the share of wrong decisions allowed, in (0, 0.5).
    """
    doubt = np.minimum(probabilities, 1 - probabilities)
    order = np.argsort(doubt, kind="stable")
    wrong = np.where(probabilities > 0.5, 1 - truth, truth)
    share = (np.cumsum((0.5 * wrong + 0.5 * doubt)[order]) + 0.5) / (np.arange(len(order)) + 1)
    fine = np.flatnonzero(share <= error)
    if not len(fine):
        return 0.0, 1.0
    edge = float(doubt[order[fine[-1]]])
    return edge, 1 - edge


def folds_of(groups: Sequence[int] | Ints, count: int, rng: np.random.Generator) -> Ints:
    """Deal groups into folds of about the same size: the fold of each member."""
    names, member, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    dealt = np.zeros(len(names), np.int64)
    full = np.zeros(min(count, len(names)))
    for group in _by_size(sizes, rng):
        dealt[group] = int(np.argmin(full))
        full[dealt[group]] += sizes[group]
    return dealt[member]


def _by_size(sizes: Ints, rng: np.random.Generator) -> Ints:
    shuffled = rng.permutation(len(sizes))
    return shuffled[np.argsort(-sizes[shuffled], kind="stable")]
