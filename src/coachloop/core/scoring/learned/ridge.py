"""Kernel ridge regression on landmarks, and what it says of each group when that group was not there to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.learned.features import Floats
from coachloop.core.scoring.learned.space import likeness

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

NOISE = 1.0
"""How much a single label is doubted: the variance of its noise beside a signal of variance one."""

LANDMARKS = 1000
_JITTER = 1e-5
_BIAS = 3.0


@dataclass(frozen=True, slots=True)
class Basis:
    """A finite view of the kernel: rows become features whose products are their likenesses (Nyström).

    With as many landmarks as rows it is the kernel itself.
    """

    landmarks: Floats
    root: Doubles

    def features(self, rows: Floats) -> Doubles:
        """The rows' features, with a constant at the end."""
        from scipy import linalg  # noqa: PLC0415 -- loaded only where something is learned

        alike = likeness(rows, self.landmarks).astype(np.float64)
        spread = linalg.solve_triangular(self.root, alike.T, lower=True, check_finite=False).T
        return np.asarray(np.column_stack([spread, np.full(len(rows), _BIAS)]))

    def weights(self, weights: Doubles) -> Doubles:
        """Weights of the features as weights of the likenesses themselves, the constant's own last."""
        from scipy import linalg  # noqa: PLC0415 -- as above

        plain = linalg.solve_triangular(self.root, weights[:-1], lower=True, trans="T", check_finite=False)
        return np.concatenate([plain, weights[-1:] * _BIAS])


def basis(landmarks: Floats) -> Basis:
    """The basis these landmarks span."""
    alike = likeness(landmarks, landmarks).astype(np.float64)
    return Basis(landmarks, np.linalg.cholesky((alike + alike.T) / 2 + _JITTER * np.eye(len(alike))))


def predict(rows: Floats, landmarks: Floats, weights: Doubles) -> Doubles:
    """What weights of likenesses say of rows; `weights` has a column a question."""
    return np.asarray(likeness(rows, landmarks) @ weights[:-1].astype(np.float32) + weights[-1], np.float64)


class Ridge:
    """Fits answers to weighted rows, and predicts each group without it.

    The prediction without a group needs no second fit: with H the hat matrix, the residual left out is (I - H_gg)^-1 times the one
    left in (Cook & Weisberg 1982 for single rows; Rad & Maleki 2020 for what holds in blocks).
    """

    def __init__(self, features: Doubles, weights: Doubles, groups: Ints, *, noise: float = NOISE) -> None:
        """Factor once for all answers.

        Args:
            features: as `Basis.features` gives them, a line a row.
            weights: how much each row's answer counts; 0 leaves it to be predicted.
            groups: what is left out together.
            noise: see `NOISE`.
        """
        self._features = features
        self._roots = np.sqrt(weights)
        self._scaled = features * self._roots[:, None]
        self._inverse = np.linalg.inv(self._scaled.T @ self._scaled + noise * np.eye(features.shape[1]))
        self._moves = [(members, self._move(members)) for members in _members(groups)]

    def fit(self, answers: Doubles) -> tuple[Doubles, Doubles]:
        """Weights for the answers, and the prediction of every row by a model that never saw its group."""
        weights = self._inverse @ (self._scaled.T @ (answers * self._roots))
        left_in = self._features @ weights
        missing = answers * self._roots - self._scaled @ weights
        left_out = np.empty_like(answers)
        for members, move in self._moves:
            gap = missing[members] if len(move) == move.shape[1] else self._scaled[members].T @ missing[members]
            left_out[members] = left_in[members] - move @ gap
        return weights, left_out

    def _move(self, members: Ints) -> Doubles:
        """How a group's predictions move with its residuals when it is left out, by the smaller of two systems.

        Of a group with no more rows than features, a square for its residuals; else a line a row for their sums by feature.
        """
        own, plain = self._scaled[members], self._features[members]
        if len(members) <= own.shape[1]:
            turned = self._inverse @ own.T
            return np.linalg.solve((np.eye(len(members)) - own @ turned).T, (plain @ turned).T).T
        rest = np.eye(own.shape[1]) - self._inverse @ (own.T @ own)
        return np.asarray(plain @ np.linalg.solve(rest, self._inverse))


def _members(groups: Ints) -> list[Ints]:
    return [np.flatnonzero(groups == group) for group in np.unique(groups)]


def choose_landmarks(wanted: Sequence[float] | Doubles, *, count: int, rng: np.random.Generator) -> Ints:
    """Which rows become landmarks: all where they are few, else drawn with chances in proportion to `wanted`."""
    chance = np.asarray(wanted, float)
    if len(chance) <= count:
        return np.arange(len(chance))
    return np.sort(rng.choice(len(chance), count, replace=False, p=chance / chance.sum()))
