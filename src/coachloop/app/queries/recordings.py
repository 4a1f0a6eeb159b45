"""Coaching conversations that were handed in: each leader's own, and those that others share to be answered blind.

Nobody but the leader whose conversation it was sees what was found in it. Shared, another leader or a QA lead answers the same
questions first, and only then sees what the machine and the others say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import permutations

from django.db.models import Count, Exists, OuterRef, QuerySet

from coachloop.app.models import Behaviour, Conversation, Evaluation, Review, Session, SessionRecording
from coachloop.app.queries import conversation as conversations
from coachloop.app.queries.answers import Agreed, agreed
from coachloop.app.queries.conversation import ConversationView
from coachloop.app.queries.templates import parsed
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

RECENT = timedelta(days=28)
"""Sessions this new may still be handed in from the leader's page."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a session's page says of its recording to the two who were in it.

    `mine`: the leader looks, whose conversation it was. `may_hand_in`: there is none, and nobody said no.
    """

    id: int | None
    mine: bool
    live: bool
    shared: bool
    withdrawn_at: datetime | None
    by_agent: bool
    may_hand_in: bool


@dataclass(frozen=True, slots=True)
class Handed:
    """One recording in a list; `waits` until it is scored, `people` have answered it."""

    id: int
    agent_name: str
    held_on: date | None
    shared_at: datetime | None
    waits: bool
    people: int
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What one person says, or the machine."""

    who: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Compared:
    """One behaviour of one recording: the machine's verdict, and everybody's answer."""

    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One behaviour over several recordings: the machine against people, and people against each other."""

    title: str
    machine: Agreed
    people: Agreed


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to answer blind."""

    id: int
    title: str
    question: str
    good: str


def own(viewer: Viewer) -> QuerySet[SessionRecording]:
    """The recordings of conversations that they led themselves."""
    if viewer.user is None or not viewer.has(Role.TEAM_LEADER):
        return SessionRecording.objects.none()
    rows = SessionRecording.objects.filter(conversation__isnull=False, leader=viewer.user)
    return within(viewer, rows, "session__agent__programme")


def coached(viewer: Viewer) -> QuerySet[SessionRecording]:
    """The recordings of conversations in which they were coached."""
    if not viewer.agent_id or not viewer.has(Role.AGENT):
        return SessionRecording.objects.none()
    return SessionRecording.objects.filter(conversation__isnull=False, session__agent=viewer.agent_id)


def shared(viewer: Viewer) -> QuerySet[SessionRecording]:
    """Other leaders' recordings that they may answer: shared, and about a conversation in which they were not."""
    if viewer.user is None or not viewer.has(Role.TEAM_LEADER, Role.QA_LEAD):
        return SessionRecording.objects.none()
    rows = SessionRecording.objects.filter(conversation__isnull=False, shared_at__isnull=False)
    rows = within(viewer, rows, "session__agent__programme")
    return rows.exclude(leader=viewer.user).exclude(session__agent__user=viewer.user)


def answered(viewer: Viewer) -> QuerySet[SessionRecording]:
    """Those of `shared` that they have answered: to them the answers are open."""
    return shared(viewer).filter(Exists(_answers_of(viewer)))


def beside(viewer: Viewer, session_id: int) -> Beside | None:
    """What the session's page says of its recording; None for whoever was not in it, and before it is held."""
    held = Session.objects.filter(pk=session_id, status=SessionStatus.HELD)
    session = within(viewer, held, "agent__programme").first()
    if session is None or viewer.user is None:
        return None
    mine = session.leader_id == viewer.user.pk and viewer.has(Role.TEAM_LEADER)
    if not mine and not (viewer.has(Role.AGENT) and session.agent_id == viewer.agent_id):
        return None
    newest = session.recordings.order_by("-id").first()
    live = newest is not None and newest.conversation_id is not None
    by_agent = newest is not None and newest.withdrawn_by_agent
    return Beside(
        id=newest.pk if newest else None,
        mine=mine,
        live=live,
        shared=live and newest is not None and newest.shared_at is not None,
        withdrawn_at=newest.withdrawn_at if newest else None,
        by_agent=by_agent,
        may_hand_in=mine and not live and not by_agent,
    )


def session_of(viewer: Viewer, recording_id: int) -> int | None:
    """The session whose recording they may take back: both who were in it may."""
    either = {*own(viewer).values_list("id", "session"), *coached(viewer).values_list("id", "session")}
    return dict(either).get(recording_id)


def handed(viewer: Viewer) -> list[Handed]:
    """Their own recordings, newest first."""
    return [_handed(row) for row in _listed(viewer, own(viewer))]


def to_answer(viewer: Viewer) -> list[Handed]:
    """What other leaders share with them, what waits for their answer first; nobody is named."""
    rows = [replace(_handed(row), agent_name="") for row in _listed(viewer, shared(viewer))]
    return sorted(rows, key=lambda row: row.answered)


def without(viewer: Viewer, *, today: date) -> list[Handed]:
    """Sessions that they held lately and have not handed in."""
    if viewer.user is None or not viewer.has(Role.TEAM_LEADER):
        return []
    held = Session.objects.filter(leader=viewer.user, status=SessionStatus.HELD, held_on__gte=today - RECENT)
    held = within(viewer, held, "agent__programme")
    rows = held.filter(recordings__isnull=True).select_related("agent").order_by("-held_on", "-id")
    return [Handed(row.pk, row.agent.name, row.held_on, None, waits=False, people=0) for row in rows]


def whole(viewer: Viewer, recording_id: int) -> ConversationView | None:
    """One of their own, with its words and verdicts; None where it is not theirs."""
    row = own(viewer).select_related("conversation", "session__agent").filter(pk=recording_id).first()
    if row is None or row.conversation is None:
        return None
    return replace(conversations.view_of(row.conversation), agent_name="You", customer_name=row.session.agent.name)


def words(viewer: Viewer, recording_id: int) -> ConversationView | None:
    """One that is shared with them: its words alone, without a name above them."""
    row = shared(viewer).select_related("conversation").filter(pk=recording_id).first()
    if row is None or row.conversation is None:
        return None
    bare = replace(conversations.view_of(row.conversation), scored=())
    return replace(bare, agent_name="Leader", customer_name="Agent")


def questions(recording: int) -> list[Asked]:
    """What is asked about a recording: the behaviours of the templates that fit it."""
    fitting = Evaluation.objects.filter(conversation__recording=recording, template__current__isnull=False)
    found = fitting.select_related("template__current").order_by("template__title")
    texts = {row.template_id: parsed(row.template.current.text) for row in found if row.template.current}
    rows = Behaviour.objects.filter(template__in=texts, retired=False).order_by("template__title", "position", "id")
    questions = {(pk, one.key): one.question for pk, text in texts.items() for one in text.behaviours}
    return [Asked(row.pk, row.title, questions.get((row.template_id, row.key), ""), row.good) for row in rows]


def compared(viewer: Viewer, recording_id: int) -> list[Compared]:
    """The machine's verdicts and all answers, behaviour by behaviour; only to its leader and to whoever has answered."""
    row = (own(viewer) | answered(viewer)).distinct().filter(pk=recording_id).first()
    if row is None or row.conversation_id is None:
        return []
    machine, people = _machine([row.conversation_id]), _people([row.conversation_id])
    return [
        Compared(asked.title, tuple(_said(machine, people, (row.conversation_id, asked.id))))
        for asked in questions(row.pk)
    ]


def agreements(viewer: Viewer) -> list[Agreement]:
    """How far machine and people agree, over the recordings whose answers are open to them.

    The interval draws whole conversations; pairs of people count in both orders, since neither is the truth.
    """
    open_to_them = set(answered(viewer).values_list("conversation_id", flat=True)) | set(
        own(viewer).filter(shared_at__isnull=False).values_list("conversation_id", flat=True)
    )
    calls = [pk for pk in open_to_them if pk is not None]
    machine, people = _machine(calls), _people(calls)
    rows = Behaviour.objects.filter(pk__in={behaviour for _, behaviour in people})
    ordered = rows.order_by("template__title", "position", "id")
    return [_agreement(row, machine, people) for row in ordered]


type Place = tuple[int, int]
"""A conversation and a behaviour."""


def _agreement(row: Behaviour, machine: dict[Place, Outcome], people: dict[Place, list[Said]]) -> Agreement:
    places = [place for place in people if place[1] == row.pk]
    against = [
        (machine[place], one.outcome, str(place[0])) for place in places if place in machine for one in people[place]
    ]
    each = [(a.outcome, b.outcome, str(place[0])) for place in places for a, b in permutations(people[place], 2)]
    both = agreed(each)
    return Agreement(row.title, agreed(against), both._replace(n=both.n // 2, differ=both.differ // 2))


def _said(machine: dict[Place, Outcome], people: dict[Place, list[Said]], place: Place) -> Iterable[Said]:
    if place in machine:
        yield Said("The machine", machine[place])
    yield from people.get(place, ())


def _machine(calls: Sequence[int]) -> dict[Place, Outcome]:
    rows = current_verdicts().filter(**{f"{CONVERSATION}__in": calls})
    found = rows.values_list(CONVERSATION, "behaviour_id", "outcome")
    return {(call, behaviour): Outcome(outcome) for call, behaviour, outcome in found}


def _people(calls: Sequence[int]) -> dict[Place, list[Said]]:
    """Each person's newest answer, in the order in which they first answered."""
    newest: dict[Place, dict[str, Said]] = {}
    for row in Review.objects.filter(conversation__in=calls).order_by("reviewed_at", "id"):
        said = Said(row.reviewer_name or "Somebody", Outcome(row.outcome))
        newest.setdefault((row.conversation_id, row.behaviour_id), {})[f"{row.reviewer_id} {row.reviewer_name}"] = said
    return {place: list(said.values()) for place, said in newest.items()}


def _answers_of(viewer: Viewer) -> QuerySet[Review]:
    return Review.objects.filter(conversation=OuterRef("conversation"), reviewer=viewer.user)


def _listed(viewer: Viewer, rows: QuerySet[SessionRecording]) -> QuerySet[SessionRecording]:
    scored = Evaluation.objects.filter(conversation=OuterRef("conversation"), attempt__isnull=False)
    people = Count("conversation__reviews__reviewer_name", distinct=True)
    noted = rows.annotate(scored=Exists(scored), people=people, answered=Exists(_answers_of(viewer)))
    return noted.select_related("session__agent").order_by("-session__held_on", "-id")


def _handed(row: SessionRecording) -> Handed:
    noted = row.__dict__
    return Handed(
        id=row.pk,
        agent_name=row.session.agent.name,
        held_on=row.session.held_on,
        shared_at=row.shared_at,
        waits=not noted["scored"],
        people=noted["people"],
        answered=noted["answered"],
    )


def conversation_of(recording: SessionRecording) -> Conversation:
    """The conversation of a recording that was not taken back."""
    if recording.conversation is None:
        raise SessionRecording.DoesNotExist
    return recording.conversation
