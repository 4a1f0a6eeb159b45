"""One training: what all behaviours share, and each behaviour's own part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour, Require
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.encoder import Encoder
from coachloop.core.scoring.learned.findings import applies_or_not, decide, heard, limits_of
from coachloop.core.scoring.learned.labels import Answer, HeldOut, Labelled, Trained, Untrained
from coachloop.core.scoring.learned.learning import Case, Task, Verified, learn
from coachloop.core.scoring.learned.material import Material, prepare
from coachloop.core.scoring.learned.model import Detector, Learned, dump
from coachloop.core.scoring.learned.report import Told, measured
from coachloop.core.scoring.learned.rows import Heard, Register
from coachloop.core.scoring.moments import NoMoment, moments_in
from coachloop.core.scoring.port import Finding, Moment, Question
from coachloop.core.scoring.speech import Speech

BACKGROUND = 150
"""Conversations without answers that are looked at; more cost time and tell little."""

ENOUGH, OF_EACH = 8, 3
APPLIES_OF_EACH = 5
RARELY_NOT = 0.05
_POSITIVE = 10.0


@dataclass(frozen=True, slots=True)
class _Given:
    """One answer with the moments it is about."""

    index: int
    answer: Answer
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Course:
    """What all behaviours of one training share."""

    labelled: Sequence[Labelled]
    conversations: Sequence[Conversation]
    encoder: Encoder | None
    rng: np.random.Generator
    given: Mapping[str, Sequence[_Given]]
    moments: Mapping[str, Mapping[int, tuple[Moment, ...]]]

    @classmethod
    def of(
        cls,
        behaviours: Sequence[Behaviour],
        labelled: Sequence[Labelled],
        *,
        encoder: Encoder | None,
        background: Sequence[Conversation],
        rng: np.random.Generator,
    ) -> "Course":
        """Find every behaviour's moments in all conversations."""
        drawn = rng.permutation(len(background))[:BACKGROUND]
        conversations = [one.conversation for one in labelled] + [background[index] for index in sorted(drawn)]
        speeches = [Speech(one) for one in conversations]
        moments = {one.key: dict(_moments(speeches, one)) for one in behaviours}
        given = {one.key: list(_given(labelled, moments[one.key], one.key)) for one in behaviours}
        return cls(labelled, conversations, encoder, rng, given, moments)

    def learn(self, behaviour: Behaviour) -> Trained | Untrained:
        """Learn one behaviour."""
        given = self.given[behaviour.key]
        decided = [one for one in given if one.answer.outcome in {Outcome.MET, Outcome.NOT_MET}]
        apart = [one for one in given if one.answer.outcome is Outcome.NOT_APPLICABLE]
        reason = self._too_little(decided) or _unclear(behaviour, len(decided), len(apart))
        if reason:
            return Untrained(behaviour.key, len(decided), reason)
        hangs = _hangs_on_a_question(behaviour) and len(apart) > RARELY_NOT * len(given)
        return self._trained(behaviour, decided, apart if hangs else [])

    def _too_little(self, given: Sequence[_Given]) -> str:
        """Why these answers can't be learned from, and the way out; empty where they can."""
        met = [one for one in given if one.answer.outcome is Outcome.MET]
        kinds = {"met": met, "not met": [one for one in given if one not in met]}
        if len(given) < ENOUGH:
            return f"{len(given)} conversations are labelled met or not met, at least {ENOUGH} are needed: label more"
        for name, some in kinds.items():
            if len(some) < OF_EACH:
                return (
                    f"{len(some)} of {len(given)} labels say {name}, at least {OF_EACH} are needed: label more "
                    f"conversations where it is {name}"
                )
            if len({self.labelled[one.index].group for one in some}) < 2:
                return (
                    f"every label that says {name} is about the same agent: label {name} conversations of other agents, "
                    "so that what is learned can be tried on somebody it has not seen"
                )
        return ""

    @cached_property
    def _groups(self) -> list[int]:
        names = {name: number for number, name in enumerate(dict.fromkeys(one.group for one in self.labelled))}
        return [names[one.group] for one in self.labelled] + [-1] * (len(self.conversations) - len(self.labelled))

    @cached_property
    def _agent(self) -> tuple[Material, Mapping[str, Mapping[int, tuple[Heard, ...]]]]:
        """The agents' rows, and each behaviour's moments as rows."""
        register = Register(self.conversations)
        heard_in = {
            key: {index: tuple(register.hear(index, one) for one in found) for index, found in moments.items()}
            for key, moments in self.moments.items()
        }
        wanted = np.ones(len(register.rows()))
        for key, given in self.given.items():
            for one in given:
                for moment in heard_in[key][one.index]:
                    wanted[moment.rows[np.isin(moment.turns, one.answer.turns)]] = _POSITIVE
        material = prepare(register, self.encoder, groups=self._groups, wanted=wanted, rng=self.rng)
        return material, heard_in

    @cached_property
    def _customer(self) -> tuple[Material, Mapping[int, Heard]]:
        """The customers' rows, for behaviours whose customer decides whether they apply."""
        register = Register(self.conversations)
        said = {index: register.hear_customer(index) for index in range(len(self.conversations))}
        wanted = np.ones(len(register.rows()))
        return prepare(register, self.encoder, groups=self._groups, wanted=wanted, rng=self.rng), said

    def _trained(self, behaviour: Behaviour, decided: Sequence[_Given], apart: Sequence[_Given]) -> Trained:
        material, everywhere = self._agent
        said = everywhere[behaviour.key]
        others = [moments for index, moments in said.items() if index >= len(self.labelled)]
        cases, extra = ([self._case(one, said[one.index]) for one in some] for some in (decided, apart))
        task = Task(material, cases, others=others, extra=extra, require=behaviour.require)
        head, verified = learn(task, self.rng)
        applies, sure = self._applies(decided, apart)
        told = [
            self._told(behaviour, one, met=met, applied=applied)
            for one, met, applied in zip([*decided, *apart], verified, sure, strict=True)
        ]
        told.sort(key=lambda one: one.number)
        result = measured(told, [self.labelled[one.number].group for one in told], rng=self.rng)
        return Trained(
            behaviour=behaviour.key,
            labels=len(told),
            kappa=result.kappa,
            low=result.low,
            high=result.high,
            threshold=head.threshold,
            model=dump(Learned(Detector(material.bank, head), applies, _options(behaviour))),
            metrics={**result.metrics, "embeddings": float(self.encoder is not None), "background": float(len(others))},
            held_out=tuple(HeldOut(self.conversations[one.number].id, one.human.outcome, one.finding) for one in told),
        )

    def _case(self, one: _Given, moments: tuple[Heard, ...]) -> Case:
        return Case(moments, one.answer.outcome is Outcome.MET, one.answer.turns, self._groups[one.index])

    def _applies(
        self, decided: Sequence[_Given], apart: Sequence[_Given]
    ) -> tuple[Detector | None, Sequence[Verified | None]]:
        """What tells whether it applies, and what that says of each conversation out of fold."""
        if not apart:
            return None, [None] * len(decided)
        material, said = self._customer
        both = [(one, True) for one in decided] + [(one, False) for one in apart]
        cases = [Case((said[one.index],), applies, (), self._groups[one.index]) for one, applies in both]
        others = [(said[index],) for index in range(len(self.labelled), len(self.conversations))]
        head, verified = learn(Task(material, cases, others=others, extra=(), require=Require.ANY), self.rng)
        return Detector(material.bank, head), verified

    def _told(self, behaviour: Behaviour, one: _Given, *, met: Verified, applied: Verified | None) -> Told:
        """A conversation's finding as the scorer would give it, had it never seen the agent."""
        options = _options(behaviour)
        question = Question(self.conversations[one.index], behaviour, one.moments, options)
        finding: Finding | None = None
        forced = int(met.probability >= met.head.threshold)
        if applied is not None:
            finding = applies_or_not(applied.probability, limits_of(applied.head, options))
            forced = forced if applied.probability >= applied.head.threshold else 2
        if finding is None:
            seen = heard(question, met.chances, head=met.head)
            finding = decide(seen, met.head, limits_of(met.head, options))
        return Told(one.index, one.answer, finding, forced, _evidence(met))


def _evidence(met: Verified) -> frozenset[int]:
    return frozenset(
        turn for moment in met.chances for turn, chance in moment.items() if chance >= met.head.turn_threshold
    )


def _options(behaviour: Behaviour) -> Mapping[str, Any]:
    return next((one.options for one in behaviour.score_with if one.scorer == "learned"), {})


def _moments(speeches: Sequence[Speech], behaviour: Behaviour) -> Iterator[tuple[int, tuple[Moment, ...]]]:
    for index, speech in enumerate(speeches):
        found = moments_in(speech, behaviour)
        if not isinstance(found, NoMoment):
            yield index, found


def _given(labelled: Sequence[Labelled], moments: Mapping[int, tuple[Moment, ...]], key: str) -> Iterator[_Given]:
    for index, one in enumerate(labelled):
        if key in one.answers and index in moments:
            yield _Given(index, one.answers[key], moments[index])


def _hangs_on_a_question(behaviour: Behaviour) -> bool:
    return behaviour.applies_when is not None and not behaviour.applies_when.customer_says


def _unclear(behaviour: Behaviour, applies: int, not_applicable: int) -> str:
    """Why nobody could tell where it applies; empty where that can be learned or needs not be."""
    if not _hangs_on_a_question(behaviour) or not_applicable <= RARELY_NOT * (applies + not_applicable):
        return ""
    if not_applicable >= APPLIES_OF_EACH:
        return ""
    return (
        f"{not_applicable} labels say not applicable, at least {APPLIES_OF_EACH} are needed to learn when it applies: "
        "label more conversations where it does not"
    )
