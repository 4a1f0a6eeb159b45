"""Runs cascades: asks each scorer what is still open, checks every proof, and turns a crash into a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from coachloop.core.masking.shown import shown
from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.verdict import Missed, Outcome, Verdict
from coachloop.core.scoring.evidence import check, masked, missed_at
from coachloop.core.scoring.moments import UNDECIDED, NoMoment, moments_in
from coachloop.core.scoring.port import Finding, Moment, Question, Scorer, ScorerUnavailableError
from coachloop.core.scoring.speech import Speech

NO_SCORERS = "none"
"""The scorer version of a behaviour that no available scorer is asked about."""

_CHEAPEST_FIRST = ("phrases", "timing", "learned", "judge")
_NEVER_ASKED = frozenset({"human", "imported"})
_LOCAL = frozenset({"phrases", "timing"})
_WAITS_FOR = {
    "phrases": "the phrase scorer",
    "timing": "the timing scorer",
    "learned": "a learned scorer",
    "judge": "a judge",
    "human": "a person's answer",
    "imported": "another tool's verdict",
}


Answer = Verdict | str | None
"""A verdict, the reason for passing, or None: not now."""


@dataclass(frozen=True, slots=True)
class Cascade:
    """A behaviour's members that can be asked now, in the template's order."""

    behaviour: Behaviour
    members: tuple[Member, ...]
    version: str

    @property
    def undecided(self) -> bool:
        """Whether it applies is itself a question."""
        return _hangs_on_a_question(self.behaviour)

    def nobody(self) -> str:
        """Why nobody can be asked, in words for a page."""
        names = [member.scorer for member in self.behaviour.score_with]
        if not names:
            return "no scorer: the template names none for this behaviour"
        if self.undecided:
            names = [name for name in names if name not in _LOCAL] or ["learned", "judge"]
        waits = " or ".join(_WAITS_FOR.get(name, f"the scorer {name}") for name in names)
        return f"{UNDECIDED if self.undecided else 'no scorer available'}: waits for {waits}"


def _hangs_on_a_question(behaviour: Behaviour) -> bool:
    return behaviour.applies_when is not None and not behaviour.applies_when.customer_says


@dataclass(slots=True)
class Open:
    """One behaviour of one conversation on its way through its cascade."""

    conversation: int
    behaviour: int
    cascade: Cascade
    moments: tuple[Moment, ...]
    next: int = 0
    passed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def member(self) -> Member:
        """Whom to ask next."""
        return self.cascade.members[self.next]

    @property
    def is_last(self) -> bool:
        """Whether nobody comes after the next."""
        return self.next == len(self.cascade.members) - 1


class Runner:
    """Scores conversations by one template with the scorers that there are."""

    def __init__(self, template: Template, scorers: Mapping[str, Scorer]) -> None:
        """Resolve the template's cascades.

        Args:
            template: what to look for.
            scorers: by the name that templates use; one that is not trained or configured for a behaviour is left out there.
        """
        self.template = template
        self._scorers = scorers
        self._cascades = [self._cascade(behaviour) for behaviour in template.behaviours]

    @property
    def scorer_versions(self) -> dict[str, str]:
        """By behaviour key the resolved cascade, such as `phrases@1>learned@3`; `none` where nobody can be asked."""
        return {cascade.behaviour.key: cascade.version for cascade in self._cascades}

    def _cascade(self, behaviour: Behaviour) -> Cascade:
        members = tuple(member for member in behaviour.score_with if self._can_ask(member, behaviour))
        versions = [f"{member.scorer}@{self._version(member, behaviour)}" for member in members]
        return Cascade(behaviour, members, ">".join(versions) or NO_SCORERS)

    def _version(self, member: Member, behaviour: Behaviour) -> str:
        return self._scorers[member.scorer].version_for(behaviour, self.template.key)

    def _can_ask(self, member: Member, behaviour: Behaviour) -> bool:
        if member.scorer in _NEVER_ASKED or (member.scorer in _LOCAL and _hangs_on_a_question(behaviour)):
            return False
        scorer = self._scorers.get(member.scorer)
        return scorer is not None and scorer.available(behaviour, self.template.key)

    def score(self, conversations: Sequence[Conversation]) -> list[list[Verdict] | None]:
        """Score a batch.

        Returns:
            For each conversation a verdict a behaviour, in the template's order, with what is masked in the conversation masked; None where a scorer was unavailable, so that
            nothing is known yet and the conversation is to be asked about again.
        """
        run = _Run(self._scorers, conversations, template=self.template.key)
        for index, conversation in enumerate(conversations):
            speech = Speech(conversation)
            for number, cascade in enumerate(self._cascades):
                run.begin(index, number, cascade=cascade, speech=speech)
        run.finish()
        width = len(self._cascades)
        return [
            None if index in run.postponed else [masked(run.verdicts[index, n], conversation) for n in range(width)]
            for index, conversation in enumerate(conversations)
        ]


class _Run:
    """One batch: what is open, what is decided, what is postponed."""

    def __init__(self, scorers: Mapping[str, Scorer], conversations: Sequence[Conversation], *, template: str) -> None:
        self._template = template
        self._scorers = scorers
        self._conversations = conversations
        self._shown = [shown(conversation) for conversation in conversations]
        self._waiting: dict[str, list[Open]] = {}
        self.verdicts: dict[tuple[int, int], Verdict] = {}
        self.postponed: set[int] = set()

    def begin(self, conversation: int, behaviour: int, *, cascade: Cascade, speech: Speech) -> None:
        """Decide what needs no scorer; let the rest wait for its first."""
        found = moments_in(speech, cascade.behaviour)
        key = cascade.behaviour.key
        if isinstance(found, NoMoment):
            self.verdicts[conversation, behaviour] = Verdict(key, found.outcome, found.reason)
        elif not cascade.members:
            self.verdicts[conversation, behaviour] = Verdict(key, Outcome.UNSCORED, cascade.nobody())
        else:
            self._wait(Open(conversation, behaviour, cascade, found))

    def finish(self) -> None:
        """Ask the cheapest scorer that somebody waits for, until nobody does."""
        while self._waiting:
            name = min(self._waiting, key=_cost)
            batch = [one for one in self._waiting.pop(name) if one.conversation not in self.postponed]
            batch.sort(key=_place)  # a conversation's questions stand together, so that a scorer reads it once
            answers = self._answers(name, batch) if batch else ()
            for one, answer in zip(batch, answers, strict=True):
                self._take(one, answer)

    def _wait(self, one: Open) -> None:
        self._waiting.setdefault(one.member.scorer, []).append(one)

    def _question(self, one: Open) -> Question:
        all_of_it = self._scorers[one.member.scorer].reads_all
        return Question(
            conversation=(self._conversations if all_of_it else self._shown)[one.conversation],
            behaviour=one.cascade.behaviour,
            moments=one.moments,
            options=one.member.options,
            last=one.is_last,
            template=self._template,
        )

    def _answers(self, name: str, batch: Sequence[Open]) -> Sequence[Answer]:
        """An answer for each; after a crash they are asked about one by one."""
        scorer = self._scorers[name]
        questions = [self._question(one) for one in batch]
        try:
            return _asked(name, scorer, questions)
        except ScorerUnavailableError:
            return [None] * len(batch)
        except Exception:  # noqa: BLE001 - a scorer's crash is data, whatever it is
            return [_asked_alone(name, scorer, question) for question in questions]

    def _take(self, one: Open, answer: Answer) -> None:
        """Keep a verdict, hand a pass on, postpone the conversation where there is no answer yet."""
        if answer is None:
            self.postponed.add(one.conversation)
        elif isinstance(answer, Verdict):
            self.verdicts[one.conversation, one.behaviour] = answer
        else:
            one.passed.append((one.member.scorer, answer))
            self._hand_on(one)

    def _hand_on(self, one: Open) -> None:
        if not one.is_last:
            one.next += 1
            self._wait(one)
            return
        reason = _reasons(one.passed)
        if one.cascade.undecided:
            reason = f"{UNDECIDED}: {reason}"
        self.verdicts[one.conversation, one.behaviour] = Verdict(one.cascade.behaviour.key, Outcome.UNSCORED, reason)


def _place(one: Open) -> tuple[int, int]:
    return one.conversation, one.behaviour


def _cost(name: str) -> tuple[int, str]:
    known = name in _CHEAPEST_FIRST
    return (_CHEAPEST_FIRST.index(name) if known else len(_CHEAPEST_FIRST), name)


def _reasons(passed: Sequence[tuple[str, str]]) -> str:
    """All reasons; a lone one needs no name before it, and a crash names its scorer itself."""
    if len(passed) == 1:
        return passed[0][1]
    return "; ".join(reason if reason.startswith(f"{name} crashed") else f"{name}: {reason}" for name, reason in passed)


def _asked(name: str, scorer: Scorer, questions: Sequence[Question]) -> Sequence[Answer]:
    findings = scorer.score(questions)
    return [_answer(name, question, finding) for question, finding in zip(questions, findings, strict=True)]


def _asked_alone(name: str, scorer: Scorer, question: Question) -> Answer:
    try:
        return _asked(name, scorer, [question])[0]
    except ScorerUnavailableError:
        return None
    except Exception as error:  # noqa: BLE001 - as above; the member passes and says why
        return f"{name} crashed: {type(error).__name__}: {error}"[:500]


def _answer(name: str, question: Question, finding: Finding | None) -> Answer:
    """The finding as a verdict whose proof holds, or the reason for passing."""
    if finding is None:
        return None
    if finding.outcome is None or finding.outcome is Outcome.UNSCORED:
        return finding.reason or "passes"
    key = question.behaviour.key
    checked = check(finding.evidence, question)
    if finding.outcome is Outcome.MET and checked.dropped and not checked.kept:
        reason = f"{name} says met, but none of its quotes is what the agent says there word for word"
        return Verdict(key, Outcome.UNSCORED, reason, dropped_quotes=checked.dropped)
    return Verdict(
        behaviour=key,
        outcome=Outcome(finding.outcome),
        reason=finding.reason,
        probability=finding.probability,
        evidence=checked.kept,
        missed=_missed(question, finding) if finding.outcome is Outcome.NOT_MET else None,
        decided_by=name,
        dropped_quotes=checked.dropped,
    )


def _missed(question: Question, finding: Finding) -> Missed:
    """The missed moment as found, or the first there is where the scorer names none that exists."""
    missed = finding.missed
    if missed is None or not 0 <= missed.turn < len(question.conversation.turns):
        first = missed_at(question, question.moments[0])
        return replace(first, better=missed.better) if missed and missed.better else first
    return missed if missed.better else replace(missed, better=question.behaviour.good)
