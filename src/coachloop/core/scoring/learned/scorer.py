"""Scores conversations with what was learned: every turn once, for all behaviours together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour, Require
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.batch import Asked, Batch, chances
from coachloop.core.scoring.learned.findings import (
    Chances,
    Limits,
    applies_or_not,
    decide,
    error_in,
    heard,
    limits_of,
    proven,
    score_of,
)
from coachloop.core.scoring.learned.model import Bank, Detector, Head, Learned, load
from coachloop.core.scoring.learned.rows import Register
from coachloop.core.scoring.port import Finding, Question, Scorer

Key = tuple[str, str]

TURNS = 6000
"""Turns looked at together: two hundred short calls; of hours-long calls a few, which else would take gigabytes of memory."""


@dataclass(frozen=True, slots=True)
class Model:
    """A behaviour's model as it is stored."""

    version: str
    data: bytes


class LearnedScorer(Scorer):
    """Decides by what a centre's own people labelled; says nothing where it is not sure enough."""

    name = "learned"
    version = "1"

    def __init__(
        self,
        models: Mapping[Key, Model],
        encoder: Encoder | None,
        held_out: Mapping[Key, Mapping[str, Finding]] | None = None,
    ) -> None:
        """Take the models; each is read when it is first needed.

        Args:
            models: by template key and behaviour key.
            encoder: the one there is, if any.
            held_out: by template key and behaviour key, then conversation id, what a model that did not learn from the conversation
                says of it.
        """
        self._models, self._encoder = models, encoder
        self._held_out = held_out or {}
        self._loaded: dict[Key, Learned] = {}
        self._banks: dict[str, Bank] = {}

    def available(self, behaviour: Behaviour, template: str) -> bool:
        """Whether there is a model, and the encoder it was trained with, if it needs one."""
        key = (template, behaviour.key)
        return key in self._models and self._needs(key) in {"", self._encoder.name if self._encoder else ""}

    def version_for(self, behaviour: Behaviour, template: str) -> str:
        """The model's own version."""
        return self._models[template, behaviour.key].version

    def score(self, questions: Sequence[Question]) -> list[Finding]:
        """One finding a question, in order.

        Raises:
            ModelError: a model's bytes are none.
        """
        limits = _Limits()
        return [finding for some in portions(questions) for finding in self._score(some, limits)]

    def _score(self, questions: Sequence[Question], limits: "_Limits") -> list[Finding]:
        learned = [self._learned((one.template, one.behaviour.key)) for one in questions]
        batch = Batch(questions, learned, self._encoder)
        return [self._finding(batch, number, limits) for number in range(len(questions))]

    def _finding(self, batch: Batch, number: int, limits: "_Limits") -> Finding:
        question, learned = batch.questions[number], batch.learned[number]
        known = self._held_out.get((question.template, question.behaviour.key), {}).get(question.conversation.id)
        if known is not None and known.probability is None:
            return known
        if learned.applies is not None and known is None:
            head = learned.applies.head
            sure = float(head.whole(np.array(score_of(batch.applies(number), Require.ANY))))
            finding = applies_or_not(sure, limits.of(head, question))
            if finding is not None:
                return finding
        head = learned.met.head
        seen = heard(question, batch.met(number), head=head, known=known.probability if known else None)
        if known is None or not _decided_so(learned, question):
            return decide(seen, head, limits.of(head, question))
        return proven(seen, head, limits.of(head, question), outcome=known.outcome) if known.outcome else known

    def _needs(self, key: Key) -> str:
        """The encoder a model needs; what can't be read needs none, and says so when it is asked."""
        try:
            return self._learned(key).met.bank.encoder
        except ValueError:
            return ""

    def _learned(self, key: Key) -> Learned:
        if key not in self._loaded:
            found = load(self._models[key].data)
            applies = found.applies and Detector(self._shared(found.applies.bank), found.applies.head)
            self._loaded[key] = replace(
                found, met=Detector(self._shared(found.met.bank), found.met.head), applies=applies
            )
        return self._loaded[key]

    def _shared(self, bank: Bank) -> Bank:
        """The same bank for models that were trained together, so that turns are compared with it once."""
        return self._banks.setdefault(bank.digest, bank)


def _decided_so(learned: Learned, question: Question) -> bool:
    """Whether its cross-validation decided by the options of this question: with others, only its probabilities count."""
    return learned.options is not None and error_in(learned.options) == error_in(question.options)


class _Limits:
    """Limits by head and options, each worked out once a batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Limits] = {}

    def of(self, head: Head, question: Question) -> Limits:
        """The limits that a question's options ask of a head."""
        key = id(head), id(question.options)
        if key not in self._known:
            self._known[key] = limits_of(head, question.options)
        return self._known[key]


def portions(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    """The questions in order, cut between conversations, so that no more than `TURNS` are looked at together if one is shorter."""
    start, turns, last = 0, 0, None
    for number, question in enumerate(questions):
        if question.conversation is last:
            continue
        last = question.conversation
        if turns and turns + len(last.turns) > TURNS:
            yield questions[start:number]
            start, turns = number, 0
        turns += len(last.turns)
    yield questions[start:]


def turn_chances(data: bytes, conversations: Sequence[Conversation], encoder: Encoder | None) -> list[Chances]:
    """How likely each of the agent's turns shows a behaviour, by conversation, and turn; windows aside.

    Args:
        data: the behaviour's model.
        conversations: what to look at.
        encoder: the one the model was trained with.

    Raises:
        ModelError: the bytes are no model.
    """
    detector = load(data).met
    register = Register(conversations)
    asked: dict[int, Asked] = {
        number: (detector, (register.hear_agent(number),)) for number in range(len(conversations))
    }
    return [moments[0] for _, moments in sorted(chances(register, asked, encoder).items())]


def turn_threshold(data: bytes) -> float:
    """The chance from which a turn counts as showing a model's behaviour.

    Raises:
        ModelError: the bytes are no model.
    """
    return load(data).met.head.turn_threshold
