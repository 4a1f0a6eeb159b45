"""What somebody is asked to answer blind: the words and the questions alone, and what the machine and others say only afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from coachloop.app import mapping
from coachloop.app.models import (
    Agent,
    Assignment,
    AuditEntry,
    Behaviour,
    Clip,
    Conversation,
    Dispute,
    Focus,
    Proposal,
    Review,
    Revision,
    Team,
    User,
    Verdict,
)
from coachloop.app.queries.templates import parsed
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, current_verdicts
from coachloop.app.queries.viewing import Viewer, blind, within
from coachloop.core.model.conversation import Turn
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.template import Behaviour as Text
from coachloop.core.model.verdict import Outcome

LOOK = "conversation.look"
SUBJECT = "conversation:"
FEW = 300
"""So many conversations are looked up one by one in the audit log; of more, everything that somebody looked at is read."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of one turn that were selected: character offsets, half-open."""

    turn: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One behaviour to answer about, and what was said of it so far; `outcome` is empty before it is answered."""

    id: int
    key: str
    title: str
    question: str
    good: str
    met_examples: tuple[str, ...]
    not_met_examples: tuple[str, ...]
    outcome: str = ""
    quotes: tuple[Quoted, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One piece of work in somebody's queue; nothing about what anybody says of it."""

    id: int
    kind: ReviewKind
    template_title: str
    room_title: str
    started_at: datetime | None
    turns: int
    due_on: date
    overdue: bool
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Form:
    """The words of one conversation beside the questions; `saves` names the state that it was read in.

    Without `turns` the call was scored by another tool, and is heard where the site keeps its recordings.
    """

    id: int
    kind: ReviewKind
    template_key: str
    template_title: str
    room_id: int | None
    room_title: str
    due_on: date
    conversation_key: str
    started_at: datetime | None
    channel: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    saves: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine says of one behaviour."""

    outcome: Outcome
    reason: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """What somebody else says of it."""

    who: str
    kind: ReviewKind
    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class Side:
    """One question with the person's own answer, the machine's and everybody else's."""

    question: Question
    machine: Machine | None
    others: tuple[Other, ...]

    @property
    def agrees(self) -> bool | None:
        """Whether the machine says the same; None where it decides nothing."""
        if self.machine is None or self.machine.outcome is Outcome.UNSCORED:
            return None
        return self.machine.outcome == self.question.outcome


@dataclass(frozen=True, slots=True)
class Beside:
    """What was answered blind, beside what the machine and others say."""

    id: int
    kind: ReviewKind
    template_title: str
    room_id: int | None
    conversation_key: str
    started_at: datetime | None
    submitted_at: datetime
    sides: tuple[Side, ...]


def own(viewer: Viewer) -> QuerySet[Assignment]:
    """Everything that they are or were asked, except what was passed on."""
    rows = Assignment.objects.filter(reviewer=viewer.user, passed_on_at__isnull=True)
    rows = within(viewer, rows, "template__programme")
    return rows if viewer.user is not None else rows.none()


def open_to(viewer: Viewer) -> QuerySet[Assignment]:
    """What they have not answered yet."""
    return own(viewer).filter(submitted_at__isnull=True)


def queue(viewer: Viewer, *, today: date) -> list[Waiting]:
    """What waits for them, what is due first above."""
    rows = open_to(viewer).select_related("conversation", "template", "room").order_by("due_on", "id")
    return [
        Waiting(
            id=row.pk,
            kind=ReviewKind(row.kind),
            template_title=row.template.title,
            room_title=row.room.title if row.room else "",
            started_at=row.conversation.started_at,
            turns=row.conversation.turn_count,
            due_on=row.due_on,
            overdue=row.due_on < today,
            answered=sum(bool(answer.get("outcome")) for answer in row.answers.values()),
            asked=len(row.asked),
        )
        for row in rows
    ]


def asks_about(viewer: Viewer, conversation_key: str) -> int | None:
    """The assignment for which a conversation is hidden from them; None where none hides it."""
    if viewer.user is None:
        return None
    return (
        within(viewer, blind(viewer.user), "template__programme")
        .filter(conversation__key=conversation_key)
        .values_list("id", flat=True)
        .first()
    )


def form(viewer: Viewer, assignment_id: int) -> Form | None:
    """The blind form; None where they are asked no such thing, or have answered it."""
    row = _joined(open_to(viewer)).filter(pk=assignment_id).first()
    if row is None:
        return None
    turns = words(row.conversation)
    return Form(
        id=row.pk,
        kind=ReviewKind(row.kind),
        template_key=row.template.key,
        template_title=row.template.title,
        room_id=row.room_id,
        room_title=row.room.title if row.room else "",
        due_on=row.due_on,
        conversation_key=row.conversation.key,
        started_at=row.conversation.started_at,
        channel=row.conversation.channel,
        turns=turns,
        questions=_questions(row, turns),
        saves=row.saves,
    )


def beside(viewer: Viewer, assignment_id: int) -> Beside | None:
    """Their answers beside the machine's and others'; None before they have submitted and, in a room, before it is opened."""
    shown = own(viewer).filter(Q(room__isnull=True) | Q(room__opened_at__isnull=False), submitted_at__isnull=False)
    row = _joined(shown).filter(pk=assignment_id).first()
    if row is None or row.submitted_at is None:
        return None
    machine, others = _machine(row), _others(row)
    return Beside(
        id=row.pk,
        kind=ReviewKind(row.kind),
        template_title=row.template.title,
        room_id=row.room_id,
        conversation_key=row.conversation.key,
        started_at=row.conversation.started_at,
        submitted_at=row.submitted_at,
        sides=tuple(
            Side(one, machine.get(one.id), tuple(others.get(one.id, ())))
            for one in _questions(row, words(row.conversation))
        ),
    )


def sealed(viewer: Viewer, assignment_id: int) -> str | None:
    """The title of the room for which their submitted answers stay sealed until it is opened; None where they are not."""
    rows = own(viewer).filter(pk=assignment_id, submitted_at__isnull=False, room__opened_at__isnull=True)
    return rows.filter(room__isnull=False).values_list("room__title", flat=True).first()


def words(conversation: Conversation) -> tuple[Turn, ...]:
    """What is said, as it stands now; empty for scores that came without a transcript."""
    rows = Revision.objects.filter(conversation=conversation, number=conversation.revision)
    document = rows.values_list("document", flat=True).first()
    return mapping.conversation(document).turns if document else ()


def stands(quote: Mapping[str, Any], turns: Sequence[Turn]) -> bool:
    """Whether the words stand at exactly this place."""
    turn, start, end = quote["turn"], quote["start"], quote["end"]
    if not (0 <= turn < len(turns) and 0 <= start < end):
        return False
    found = turns[turn].text[start:end]
    return bool(found == quote["quote"])


def unbiased(users: Iterable[User], conversation_ids: Collection[int]) -> dict[int, set[int]]:
    """Who may still answer what blind: by user id the conversations of which they have seen no verdict, and were never asked.

    Left out is what somebody looked at, answered, disputed, decided, coached on, proposed or clipped, and every call of a team that they lead,
    led or stood in for, or that they had with a customer themselves.
    """
    people = {user.pk for user in users}
    left = {person: set(conversation_ids) for person in people}
    for person, conversation in _seen(people, conversation_ids):
        left[person].discard(conversation)
    return left


type Pair = tuple[int, int]
"""A user's id and a conversation's."""


def _seen(people: Collection[int], conversations: Collection[int]) -> Iterable[Pair]:
    about = Conversation.objects.filter(id__in=list(conversations))
    calls = {key: pk for pk, key in about.values_list("id", "key")}
    looks = AuditEntry.objects.filter(actor__in=people, action=LOOK)
    if len(calls) <= FEW:
        looks = looks.filter(subject__in=[f"{SUBJECT}{key}" for key in calls])
    for person, subject in looks.values_list("actor_id", "subject").distinct():
        pk = calls.get(subject.removeprefix(SUBJECT))
        if pk is not None and person is not None:
            yield person, pk
    reviewed = Review.objects.filter(reviewer__in=people, conversation__in=about)
    asked = Assignment.objects.filter(reviewer__in=people, conversation__in=about)
    yield from _pairs(reviewed, "reviewer_id", "conversation_id")
    yield from _pairs(asked, "reviewer_id", "conversation_id")
    yield from _worked_with(people, about)
    yield from _close_to(people, about)


def _worked_with(people: Collection[int], about: QuerySet[Conversation]) -> Iterable[Pair]:
    """Who used a verdict of a call for something."""
    sessions = Focus.objects.filter(**{f"example__{EVALUATED}__in": about})
    yield from _pairs(sessions.filter(opened_by__in=people), "opened_by_id", f"example__{EVALUATED}")
    held = sessions.filter(sessions__leader__in=people)
    yield from _pairs(held, "sessions__leader_id", f"example__{EVALUATED}")
    proposed = Proposal.objects.filter(**{"proposed_by__in": people, f"example__{EVALUATED}__in": about})
    yield from _pairs(proposed, "proposed_by_id", f"example__{EVALUATED}")
    yield from _pairs(Clip.objects.filter(made_by__in=people, conversation__in=about), "made_by_id", "conversation_id")
    decided = Dispute.objects.filter(conversation__in=about)
    for name in ("assigned_to", "decided_by"):
        yield from _pairs(decided.filter(**{f"{name}__in": people}), f"{name}_id", "conversation_id")


def _close_to(people: Collection[int], about: QuerySet[Conversation]) -> Iterable[Pair]:
    """Whose team's call it is, then or now, and whose own."""
    teams = Team.objects.filter(Q(leader__in=people) | Q(stand_ins__user__in=people))
    theirs = set(_pairs(teams, "leader_id", "id")) | set(_pairs(teams, "stand_ins__user_id", "id"))
    leaders: dict[int, set[int]] = {}
    for person, team in theirs:
        if person in people:
            leaders.setdefault(team, set()).add(person)
    own = dict(Agent.objects.filter(user__in=people).values_list("id", "user_id"))
    for pk, agent, then, team in about.values_list("id", "agent_id", "team_id", "agent__team_id"):
        close = (
            leaders.get(then or 0, set()) | leaders.get(team or 0, set()) | ({own[agent]} if agent in own else set())
        )
        yield from ((person, pk) for person in close if person is not None)


def _pairs(rows: QuerySet[Any], person: str, conversation: str) -> Iterable[Pair]:
    return [(one, other) for one, other in rows.values_list(person, conversation).distinct() if one and other]


def _joined(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    return rows.select_related("conversation", "template__current", "room")


def _questions(row: Assignment, turns: Sequence[Turn]) -> tuple[Question, ...]:
    current = row.template.current
    texts = {one.key: one for one in parsed(current.text).behaviours} if current else {}
    behaviours = Behaviour.objects.filter(id__in=row.asked).order_by("position", "id")
    return tuple(
        _question(one, texts.get(one.key), row.answers.get(str(one.pk), {}), turns=turns) for one in behaviours
    )


def _question(row: Behaviour, text: Text | None, said: Mapping[str, Any], *, turns: Sequence[Turn]) -> Question:
    return Question(
        id=row.pk,
        key=row.key,
        title=row.title,
        question=text.question if text else "",
        good=row.good,
        met_examples=text.met_examples if text else (),
        not_met_examples=text.not_met_examples if text else (),
        outcome=said.get("outcome", ""),
        quotes=tuple(Quoted(**one) for one in said.get("quotes", ()) if stands(one, turns)),
        note=said.get("note", ""),
    )


def _machine(row: Assignment) -> dict[int, Machine]:
    verdicts = current_verdicts().filter(**{CONVERSATION: row.conversation_id, "behaviour__in": row.asked})
    return {one.behaviour_id: _said(one) for one in verdicts}


def _said(verdict: Verdict) -> Machine:
    return Machine(Outcome(verdict.outcome), verdict.reason, tuple(one["quote"] for one in verdict.evidence))


def _others(row: Assignment) -> dict[int, list[Other]]:
    found: dict[int, list[Other]] = {}
    reviews = Review.objects.filter(conversation=row.conversation_id, behaviour__in=row.asked)
    for one in reviews.exclude(reviewer=row.reviewer_id).order_by("reviewed_at", "id"):
        other = Other(one.reviewer_name or "Somebody", ReviewKind(one.kind), Outcome(one.outcome), one.note or "")
        found.setdefault(one.behaviour_id, []).append(other)
    return found
