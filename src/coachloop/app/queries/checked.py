"""What the machine says beside what people say blind, conversation by conversation: what trust and fairness are worked out from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import F, Q

from coachloop.app.models import Behaviour, Evaluation, Review, Template, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.audits import answers_to_audits
from coachloop.app.queries.learned import Said, unseen
from coachloop.app.queries.verdicts import EVALUATED
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.trust import ENOUGH_AUDITS
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome

AUDITS, LABELS = "audits", "labels"

NOT_BLIND = (ReviewKind.CALIBRATION, ReviewKind.DISPUTE)
"""Agreed decisions, made with the machine's verdict in sight: no rater's answer, and no measure of the machine."""

type Drawn = tuple[Outcome, float]
"""What people say of a call that was drawn, and the chance with which it was."""

type Told = dict[str, dict[str, Outcome]]
"""What each person says of conversations, by rater and the conversations' keys."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One conversation: what the machine says without having learned from it, and what people say, blind.

    `chance` is the probability with which it was drawn; 1 where it was not drawn.
    """

    key: str
    said: Outcome
    true: Outcome
    group: str
    chance: float
    decided_by: str


@dataclass(slots=True)
class Checked:
    """One behaviour. `basis` says whose answers count: audits alone, or every blind answer as long as there are few audits.

    `raters` are those who answered unasked by each other; whoever was asked because two differed counts for `true` alone. `every`
    holds what the machine said at any time about these conversations, the newest attempt first; `current` the attempts that stand.
    """

    basis: str = LABELS
    raters: Told = field(default_factory=dict)
    true: dict[str, Outcome] = field(default_factory=dict)
    chance: dict[str, float] = field(default_factory=dict)
    every: list[Said] = field(default_factory=list)
    current: set[int] = field(default_factory=set)

    def pairs(self) -> list[Pair]:
        """The machine's standing verdicts beside people's."""
        return [
            Pair(
                one.conversation,
                one.outcome,
                self.true[one.conversation],
                one.group,
                self.chance.get(one.conversation, 1.0),
                one.decided_by,
            )
            for one in self.standing()
            if one.conversation in self.true
        ]

    def standing(self) -> Iterator[Said]:
        """What the machine says now."""
        return (one for one in self.every if one.attempt in self.current)


def asked_blind(viewer: Viewer) -> frozenset[int]:
    """Conversations that the viewer still has to answer: no figure that they see may tell what is said of these."""
    if viewer.user is None:
        return frozenset()
    return frozenset(viewing.blind(viewer.user).values_list("conversation_id", flat=True))


def checked(template: Template, *, without: Collection[int] = (), only: Behaviour | None = None) -> dict[str, Checked]:
    """Every behaviour in use that people answered about, by its key; a few queries whatever the size.

    Args:
        template: whose behaviours.
        without: conversations that are left out, by number.
        only: just this one.
    """
    asked = template.behaviours.filter(retired=False)
    about = Q(behaviour__in=asked.filter(pk=only.pk) if only else asked)
    reviews = Review.objects.filter(about).exclude(kind__in=NOT_BLIND)
    reviews = reviews.exclude(conversation_id__in=without) if without else reviews
    rows = reviews.order_by("reviewed_at", "id").values_list(*ANSWER)
    found = _answers(rows, answers_to_audits(asked))
    if not found:
        return found
    evaluations = Evaluation.objects.filter(template=template, conversation__in=reviews.values("conversation"))
    current = set(evaluations.filter(attempt__isnull=False).values_list("attempt_id", flat=True))
    of_these_words = Q(attempt__revision=0) | Q(attempt__revision=F(f"{EVALUATED}__revision"))
    verdicts = Verdict.objects.filter(of_these_words, about, attempt__evaluation__in=evaluations)
    for one in unseen(verdicts.order_by("-attempt_id"), to=EVALUATED):
        if one.behaviour in found:
            found[one.behaviour].every.append(one)
    for behaviour in found.values():
        behaviour.current = current
    return found


ANSWER = (
    "behaviour__key", "conversation__key", "kind", "reviewer_id", "reviewer_name", "outcome", "sampling_probability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Answer:
    """A row of ANSWER without the behaviour."""

    key: str
    kind: str
    reviewer: int | None
    name: str
    outcome: str
    chance: float | None

    @property
    def rater(self) -> str:
        """Two people of one name are two raters."""
        return f"#{self.reviewer}" if self.reviewer else self.name or "somebody"

    @property
    def is_audit(self) -> bool:
        """Whether the conversation was drawn by chance."""
        return self.kind == ReviewKind.AUDIT and self.chance is not None


def _answers(
    rows: Iterable[tuple[str, str, str, int | None, str, str, float | None]], audited: Mapping[tuple[str, str], Drawn]
) -> dict[str, Checked]:
    by_behaviour: dict[str, list[_Answer]] = defaultdict(list)
    for row in rows:
        by_behaviour[row[0]].append(_Answer(*row[1:]))
    drawn: dict[str, dict[str, Drawn]] = defaultdict(dict)
    for (key, behaviour), one in audited.items():
        drawn[behaviour][key] = one
    return {behaviour: _checked(answers, drawn[behaviour]) for behaviour, answers in by_behaviour.items()}


def _checked(answers: list[_Answer], drawn: Mapping[str, Drawn]) -> Checked:
    audits = [one for one in answers if one.is_audit]
    if len({one.key for one in audits}) < ENOUGH_AUDITS:
        raters = _raters(one for one in answers if one.kind != ReviewKind.ADJUDICATION)
        return Checked(LABELS, raters, _true(raters))
    raters = _raters(audits)
    kept = {key: drawn[key] for answers in raters.values() for key in answers if key in drawn}
    return Checked(
        AUDITS,
        raters,
        {key: true for key, (true, _) in kept.items()},
        {key: chance for key, (_, chance) in kept.items()},
    )


def _raters(answers: Iterable[_Answer]) -> Told:
    found: Told = defaultdict(dict)
    for one in answers:
        found[one.rater][one.key] = Outcome(one.outcome)
    return dict(found)


def _true(raters: Told) -> dict[str, Outcome]:
    """One answer a conversation; of several people that of the last in the alphabet, so that the order of asking decides nothing."""
    return {key: outcome for name in sorted(raters) for key, outcome in raters[name].items()}
