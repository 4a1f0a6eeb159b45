"""One yes-or-no question learned: from rows and answers to a head, and what it says of each conversation out of fold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coachloop.core.model.template import Require
from coachloop.core.scoring.learned.bags import Bag, answers_of, settle
from coachloop.core.scoring.learned.calibration import (
    OF_CONVERSATIONS,
    OF_TURNS,
    Seen,
    best_threshold,
    fit_curve,
    folds_of,
)
from coachloop.core.scoring.learned.findings import Chances, score_of
from coachloop.core.scoring.learned.material import Material
from coachloop.core.scoring.learned.model import Head
from coachloop.core.scoring.learned.rows import Heard

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled conversation: its moments, the answer, and the turns that people named, if they did."""

    moments: tuple[Heard, ...]
    truth: bool
    shown: tuple[int, ...]
    group: int


@dataclass(frozen=True, slots=True)
class Verified:
    """A case as a model sees it that did not know its group: that model, its turns' chances, and its probability."""

    head: Head
    chances: tuple[Chances, ...]
    probability: float


@dataclass(frozen=True)
class Task:
    """A question to learn.

    `others` are the moments of conversations without labels; `extra` are cases that nothing is learned from, and that are only
    judged in the end.
    """

    material: Material
    cases: Sequence[Case]
    others: Sequence[tuple[Heard, ...]]
    extra: Sequence[Case]
    require: Require

    @cached_property
    def _where(self) -> Ints:
        """Each row's number among the labelled, or among the others."""
        material = self.material
        where = np.zeros(len(material.labelled) + len(material.others), np.int64)
        where[material.labelled] = np.arange(len(material.labelled))
        where[material.others] = np.arange(len(material.others))
        return where

    def bags(self) -> list[Bag]:
        """What the cases say about rows.

        Where every moment counts, met without turns holds for each of them, and not met does not say where it failed.
        """
        bags: list[Bag] = []
        for case in self.cases:
            each = len(case.moments) > 1 and self.require is Require.ALL
            turns = np.concatenate([moment.turns for moment in case.moments])
            rows = self._where[np.concatenate([moment.rows for moment in case.moments])]
            shown = rows[np.isin(turns, case.shown)]
            if len(shown) or not (case.truth or each):
                bags.append(Bag(rows, shown if case.truth else rows[:0]))
            elif case.truth:
                bags += [Bag(self._where[one.rows], None) for one in (case.moments if each else (_joined(case),))]
        return bags

    def chances(self, moments: Sequence[Heard], likely: Doubles) -> tuple[Chances, ...]:
        """The turns' chances in each moment, from those of all rows."""
        return tuple(
            dict(zip(moment.turns.tolist(), likely[self._where[moment.rows]].tolist(), strict=True))
            for moment in moments
        )

    def scores(self, many: Sequence[Sequence[Heard]], likely: Doubles) -> Doubles:
        """The score of each conversation."""
        return np.array([score_of(self.chances(moments, likely), self.require) for moments in many], float)


def _joined(case: Case) -> Heard:
    """All rows of a case, each once."""
    rows, first = np.unique(np.concatenate([moment.rows for moment in case.moments]), return_index=True)
    return Heard(np.concatenate([moment.turns for moment in case.moments])[first], rows)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The turns' model: its weights, what it says of each row out of fold and elsewhere, and the answers as they settled."""

    weights: Doubles
    left_out: Doubles
    elsewhere: Doubles
    settled: Doubles
    counted: NDArray[np.bool_]


def learn(task: Task, rng: np.random.Generator) -> tuple[Head, list[Verified]]:
    """Fit a question.

    Returns:
        The head, and for each case, the extra ones last, what a model says that knows neither its group's answers nor its scores:
        the turns' model, the curves and the thresholds are all made from other groups.
    """
    fitted = _fit_turns(task)
    groups = np.array([case.group for case in task.cases])
    fold = folds_of(groups, FOLDS, rng)
    truth = np.array([case.truth for case in task.cases], float)
    verified: list[Verified | None] = [None] * len(task.cases)
    for number in range(int(fold.max()) + 1):
        head = _head(task, fitted, known=np.flatnonzero(fold != number), rng=rng)
        for index in np.flatnonzero(fold == number).tolist():
            verified[index] = _verify(task, fitted, head=head, case=task.cases[index])
    done = [one for one in verified if one is not None]
    head = _head(task, fitted, known=np.arange(len(task.cases)), rng=rng)
    seen = np.array([one.probability for one in done])
    done += [_verify(task, fitted, head=head, case=case) for case in task.extra]
    return replace(head, probabilities=seen, truth=truth), done


def _fit_turns(task: Task) -> _Fitted:
    bags = task.bags()
    answers, weights = answers_of(bags, len(task.material.labelled))
    material = task.material
    found, left_out, settled = settle(material.ridge(weights), answers, bags)
    if any(bag.shown is None for bag in bags):
        left_out = _settled_elsewhere(material, answers, weights, bags=bags)
    plain = task.material.basis.weights(found)
    return _Fitted(plain, left_out, task.material.elsewhere(plain), settled, weights > 0)


def _settled_elsewhere(material: Material, answers: Doubles, weights: Doubles, *, bags: Sequence[Bag]) -> Doubles:
    """What models say of each row that settled on other turns without any label of its group.

    Which turns settle depends on every label, so leaving a group out of the fit alone would let its labels shine through.
    """
    left_out = np.zeros(len(answers))
    for fold in range(int(material.folds.max()) + 1):
        inside = material.folds == fold
        rest = [bag for bag in bags if not inside[bag.rows].any()]
        _, said, _ = settle(material.ridge(np.where(inside, 0, weights)), np.where(inside, 0, answers), rest)
        left_out[inside] = said[inside]
    return left_out


def _head(task: Task, fitted: _Fitted, *, known: Ints, rng: np.random.Generator) -> Head:
    """Curves and thresholds from some of the cases."""
    cases = [task.cases[index] for index in known]
    rows = np.flatnonzero(fitted.counted & np.isin(task.material.groups, [case.group for case in cases]))
    turn = fit_curve(fitted.left_out[rows], fitted.settled[rows])
    scores = task.scores([case.moments for case in cases], turn(fitted.left_out))
    truth = np.array([case.truth for case in cases], float)
    whole = fit_curve(scores, truth)
    elsewhere = turn(fitted.elsewhere)
    others = whole(task.scores(task.others, elsewhere))
    turns = Seen(turn(fitted.left_out[rows]), fitted.settled[rows], task.material.groups[rows])
    probabilities = whole(scores)
    answers = Seen(probabilities, truth, np.array([case.group for case in cases]))
    return Head(
        weights=fitted.weights,
        turn=turn,
        turn_threshold=best_threshold(turns, OF_TURNS, rng=rng, unlabelled=elsewhere),
        whole=whole,
        threshold=best_threshold(answers, OF_CONVERSATIONS, rng=rng, unlabelled=others),
        probabilities=probabilities,
        truth=truth,
    )


def _verify(task: Task, fitted: _Fitted, *, head: Head, case: Case) -> Verified:
    chances = task.chances(case.moments, head.turn(fitted.left_out))
    score = score_of(chances, task.require)
    return Verified(head, chances, float(head.whole(np.array(score))))
