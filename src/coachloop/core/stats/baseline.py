"""What is usual for each stream (agent x behaviour), whatever the mix of calls: a logistic model with random intercepts."""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OWN_WAY = 0.15
"""How differently two agents may find the same kind of call, in logits: nobody knows it of a kind they have not taken yet."""

LEAST_SPREAD, LARGEST_SPREAD = 0.05, 2.0


class Baseline:
    """Logit P(met) = level of the behaviour in this mix + the stream's own offset, which is drawn towards 0 as evidence is thin.

    Shapes: (streams,) for streams, (streams, mixes) for counts, (behaviours, mixes) for levels. Tables of (streams, mixes) are in
    Fortran's order: one mix after the other, so that NumPy works along the streams, of which there are many.

    Source:
        Breslow & Clayton (1993), JASA 88:9-25 (penalised quasi-likelihood, solved by Newton's steps on levels and offsets at once);
        the offsets' variance by EM with Laplace's approximation.
    """

    def __init__(self, behaviour: ArrayLike, *, mixes: int) -> None:
        """Of streams with these behaviours, numbered from 0, in ascending order; shape (streams,)."""
        self.behaviour: Ints = np.asarray(behaviour, np.int64)
        if (np.diff(self.behaviour) < 0).any():
            raise ValueError("streams must be in the order of their behaviours")
        self.starts = np.flatnonzero(np.diff(self.behaviour, prepend=-1))
        self.mixes, many = mixes, len(self.starts)
        self.edges = [*self.starts.tolist(), len(self.behaviour)]
        self.group = np.repeat(np.arange(many), np.diff(self.edges))
        self.level = np.zeros((many, mixes))
        self.spread = np.full(many, 0.5)
        self.doubt = np.tile(np.eye(mixes), (many, 1, 1))
        self.offset = np.zeros(len(self.behaviour))
        self.variance = np.ones((len(self.behaviour), mixes), order="F")
        self._place()

    def learn(self, met: Floats, asked: Floats, *, own_met: Floats, own_asked: Floats, rounds: int = 3) -> None:
        """Fit levels and spread anew from `met` of `asked`; offsets come from each stream's own part of them alone.

        Args:
            met: all that is known, shape (streams, mixes).
            asked: same shape.
            own_met: what counts as usual for the stream.
            own_asked: same shape.
            rounds: Newton's steps; each call goes on from where the last one ended.
        """
        offset = self.offset.copy()
        for _ in range(rounds):
            offset = self._step(met, asked, offset)
        self.follow(own_met, own_asked, rounds=rounds)
        self._doubts(own_asked)

    def follow(self, met: Floats, asked: Floats, *, rounds: int = 1) -> None:
        """Bring the offsets up to date with what counts as usual, at the levels as they are."""
        for _ in range(rounds):
            p = self.expected()
            slope = (asked * p * (1 - p)).sum(axis=1) + self._precision()
            pull = (met - asked * p).sum(axis=1) - self.offset * self._precision()
            self.offset = self.offset + np.clip(pull / slope, -1, 1)
            self._place()

    def expected(self) -> Floats:
        """P(met) of each stream in each mix."""
        return self._expected

    def _place(self) -> None:
        self.logit = self._logits(self.offset)
        self._expected: Floats = np.asarray(special.expit(self.logit), float)

    def _logits(self, offset: Floats) -> Floats:
        """At the levels as they are."""
        return np.asarray((self.level.T[:, self.group] + offset).T, float)

    def _precision(self) -> Floats:
        return np.asarray(1 / self.spread[self.group], float)

    def _step(self, met: Floats, asked: Floats, offset: Floats) -> Floats:
        """One Newton's step on levels and offsets together, and one of EM on the spread."""
        p = special.expit(self._logits(offset))
        weight = asked * p * (1 - p)
        slope = weight.sum(axis=1) + self._precision()
        pull = met - asked * p
        own = pull.sum(axis=1) - offset * self._precision()
        taken = weight / slope[:, None]
        curve = -np.stack([taken[a:b].T @ weight[a:b] for a, b in pairwise(self.edges)])
        heavy = np.add.reduceat(weight, self.starts)
        curve[:, np.arange(self.mixes), np.arange(self.mixes)] += heavy + 1
        middle = (self.level * (heavy + 1)).sum(axis=1) / (heavy + 1).sum(axis=1)
        force = np.add.reduceat(pull - taken * own[:, None], self.starts) - (self.level - middle[:, None])
        self.doubt = np.linalg.inv(curve)
        move = np.clip(np.einsum("bij,bj->bi", self.doubt, force), -1, 1)
        self.level = self.level + move
        change = (own - (weight * move.T[:, self.group].T).sum(axis=1)) / slope
        offset = offset + np.clip(change, -1, 1)
        self._spread(offset, slope, known=asked.sum(axis=1) > 0)
        return offset

    def _spread(self, offset: Floats, slope: Floats, *, known: NDArray[np.bool_]) -> None:
        """The mean square of the offsets, their own uncertainty included; worth ten agents before anything is seen."""
        square = np.add.reduceat(np.where(known, offset**2 + 1 / slope, 0.0), self.starts)
        many = np.add.reduceat(known.astype(float), self.starts)
        self.spread = np.clip((square + 5) / (many + 10), LEAST_SPREAD, LARGEST_SPREAD)

    def _doubts(self, asked: Floats) -> None:
        """The variance of each expected logit: of the offset, and of the way from the mixes it was learned in to this one."""
        p = self.expected()
        weight = asked * p * (1 - p)
        slope = weight.sum(axis=1) + self._precision()
        way = np.eye(self.mixes)[None] - (weight / slope[:, None])[:, None, :]
        doubt = self.doubt[self.group]
        crossing = np.einsum("smi,sij,smj->sm", way, doubt, way, optimize=True)
        apart = (way**2).sum(axis=2) * OWN_WAY**2 if self.mixes > 1 else 0.0
        self.variance = np.asfortranarray(1 / slope[:, None] + crossing + apart)
