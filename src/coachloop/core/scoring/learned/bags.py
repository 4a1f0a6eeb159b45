"""What each row should have been scored, worked out from what people said about whole conversations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coachloop.core.scoring.learned.ridge import Ridge

Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 10
_FIRST_GUESS = 2.0
"""How many turns of a conversation show a behaviour, before anything is known."""

_EDGE = 0.002


@dataclass(frozen=True, slots=True)
class Bag:
    """One labelled conversation's rows.

    `shown` are the rows people named; None where they said met and named none. With not met it is empty.
    """

    rows: Ints
    shown: Ints | None


def answers_of(bags: Sequence[Bag], count: int) -> tuple[Doubles, Doubles]:
    """The answers that are known, and weights: 1 for every row in a bag, 0 for the others."""
    answers, weights = np.zeros(count), np.zeros(count)
    for bag in bags:
        weights[bag.rows] = 1
        if bag.shown is not None:
            answers[bag.shown] = 1
    return answers, weights


def settle(ridge: Ridge, answers: Doubles, bags: Sequence[Bag]) -> tuple[Doubles, Doubles, Doubles]:
    """Find out which turns of the conversations labelled met show it, where people named none.

    Expectation and maximisation with a noisy-or: each turn's share is how likely it shows it given that some turn does, as told by
    a model that did not see its group, so that no guess confirms itself; the best turn of each always counts in full.

    Args:
        ridge: the rows with their weights.
        answers: the answers that are known.
        bags: all labelled conversations.

    Returns:
        The model's weights, its predictions without each row's group, and the answers as they settled.

    Source:
        Dempster, Laird & Rubin (1977), JRSS B 39:1-38; Maron & Lozano-Perez (1998), NIPS 10:570-576 for the noisy-or.
    """
    hidden = [bag.rows for bag in bags if bag.shown is None and len(bag.rows)]
    settled = answers.copy()
    for rows in hidden:
        settled[rows] = min(1.0, _FIRST_GUESS / len(rows))
    weights, left_out = ridge.fit(settled)
    for turn in range(ROUNDS if hidden else 0):
        for rows in hidden:
            share = _shares(left_out[rows])
            settled[rows] = share if turn == 0 else (settled[rows] + share) / 2
        weights, left_out = ridge.fit(settled)
    return weights, left_out, settled


def _shares(scores: Doubles) -> Doubles:
    likely = np.clip(scores, _EDGE, 1 - _EDGE)
    shares = np.minimum(1, likely / -np.expm1(np.log1p(-likely).sum()))
    shares[np.argmax(scores)] = 1
    return np.asarray(shares)
