"""From turns' probabilities to a finding with its proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coachloop.core.model.template import Require
from coachloop.core.model.verdict import Outcome, Quote
from coachloop.core.scoring.evidence import QUOTE_LIMIT, missed_at, sentence
from coachloop.core.scoring.fold import fold_moments
from coachloop.core.scoring.learned.calibration import any_of, sure_enough
from coachloop.core.scoring.learned.model import Head
from coachloop.core.scoring.port import Finding, Question

DEFAULT_ERROR = 0.1

Chances = Mapping[int, float]
"""How likely each turn of a moment shows it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A no below `low`, a yes from `high` on, and nothing in between."""

    low: float
    high: float

    def outcome(self, probability: float) -> Outcome | None:
        """What a probability decides."""
        if probability >= self.high:
            return Outcome.MET
        return Outcome.NOT_MET if probability < self.low else None


def error_in(options: Mapping[str, Any]) -> float | None:
    """The share of wrong decisions that a template's options allow; None where it has to decide."""
    return float(options.get("error", DEFAULT_ERROR)) if options.get("abstain", True) else None


def limits_of(head: Head, options: Mapping[str, Any]) -> Limits:
    """The limits that a template's options ask for."""
    error = error_in(options)
    if error is None:
        return Limits(head.threshold, head.threshold)
    return Limits(*sure_enough(head.probabilities, head.truth, error=error))


def score_of(moments: Sequence[Chances], require: Require) -> float:
    """The score of a conversation: its weakest moment's where all count, its best one's otherwise."""
    scores = [any_of(np.fromiter(moment.values(), float)) for moment in moments]
    return min(scores) if require is Require.ALL else max(scores)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a head makes of one question: each moment's turns, and the probability that the behaviour is met."""

    question: Question
    moments: Sequence[Chances]
    probability: float


def heard(question: Question, moments: Sequence[Chances], *, head: Head, known: float | None = None) -> Heard:
    """Fold the moments; `known` is the probability where it is known from a model that never saw the conversation."""
    score = score_of(moments, question.behaviour.require)
    return Heard(question, moments, float(head.whole(np.array(score))) if known is None else known)


def decide(one: Heard, head: Head, limits: Limits) -> Finding:
    """A finding, or a pass where the probability decides nothing."""
    outcome = limits.outcome(one.probability)
    if outcome is None:
        reason = (
            f"not sure enough: {_percent(one.probability)} likely, and it decides "
            f"below {_percent(limits.low)} or from {_percent(limits.high)}"
        )
        return Finding(None, reason, probability=one.probability)
    return proven(one, head, limits, outcome=outcome)


def proven(one: Heard, head: Head, limits: Limits, *, outcome: Outcome) -> Finding:
    """The finding that says this, with its quotes or the moment that was missed; what nobody says anything in is missed."""
    if outcome is Outcome.MET and any(one.moments):
        return _met(one, head)
    return _not_met(one, head, limits)


def _met(one: Heard, head: Head) -> Finding:
    quotes = evidence(one, head)
    said = f"turn {quotes[0].turn + 1} is what people here called met, {_percent(one.probability)} likely"
    return Finding(Outcome.MET, said, probability=one.probability, evidence=quotes)


def _not_met(one: Heard, head: Head, limits: Limits) -> Finding:
    middle = (limits.low + limits.high) / 2
    each = [float(head.whole(np.array(score_of([moment], Require.ANY)))) for moment in one.moments]
    outcomes = [Outcome.MET if chance >= middle else Outcome.NOT_MET for chance in each]
    folded = fold_moments(outcomes, one.question.behaviour.require)
    moment = folded.moment if folded.outcome is Outcome.NOT_MET else int(np.argmin(each))
    said = f"nothing the agent says is what people here called met, {_percent(one.probability)} likely"
    missed = missed_at(one.question, one.question.moments[moment])
    return Finding(Outcome.NOT_MET, said, probability=one.probability, missed=missed)


def evidence(one: Heard, head: Head) -> tuple[Quote, ...]:
    """A quote of every turn that shows it, best first; of the best one where none is sure to."""
    spans: dict[int, tuple[float, tuple[int, int]]] = {}
    for chances, moment in zip(one.moments, one.question.moments, strict=True):
        for turn, chance in chances.items():
            spans.setdefault(turn, (chance, moment.spans[turn]))
    ranked = sorted(spans.items(), key=lambda item: (-item[1][0], item[0]))
    shown = [item for item in ranked if item[1][0] >= head.turn_threshold] or ranked[:1]
    return tuple(_quote(one.question, turn, span) for turn, (_, span) in shown)


def _quote(question: Question, turn: int, span: tuple[int, int]) -> Quote:
    """All that counts of the turn, its white space aside; of a long one its first sentence."""
    text = question.conversation.turns[turn].text
    said = text[span[0] : span[1]]
    start = span[0] + len(said) - len(said.lstrip())
    end = max(start + 1, span[0] + len(said.rstrip()))
    if end - start > QUOTE_LIMIT:
        start, end = sentence(text, (start, start + 1), (start, end))
    return Quote(turn, start, end, text[start:end])


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def applies_or_not(probability: float, limits: Limits) -> Finding | None:
    """A finding where it does not apply, a pass where that can't be told; None where it applies."""
    outcome = limits.outcome(probability)
    if outcome is Outcome.MET:
        return None
    if outcome is None:
        return Finding(None, f"not sure enough whether it applies: {_percent(probability)} likely")
    return Finding(
        Outcome.NOT_APPLICABLE, f"what the customer says does not call for it: {_percent(probability)} likely"
    )
