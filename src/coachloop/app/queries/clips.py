"""Clips: which are proposed, and who sees which.

A clip that its agent agreed to is seen by whom it is shared with, by whoever may read the call, and by the QA lead; before that
by the latter two and the agent. Withdrawn, nobody but the agent in it finds it, on any page, from that moment on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When

from coachloop.app.models import Agent, Clip, ClipShare, Dispute, Focus, Review, Revision, Verdict
from coachloop.app.queries import clip_sound, viewing
from coachloop.app.queries.clip_sound import ClipSound
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.clips import hidden
from coachloop.core.masking.shown import by_tokens
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.media import Name
from coachloop.core.model.people import Role
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.model.wire import ConversationLine

HIGH = 0.9
"""The machine's probability from which a verdict is good enough to propose."""

READ, PROPOSED = 300, 12
"""The newest verdicts that are read, and how many of them are proposed."""

NEWEST = 5_000
"""The calls that they are looked for in."""

LISTED = 200

LIVE = Q(consented_at__isnull=False, withdrawn_at__isnull=True)
"""The agent in it agreed, and still does."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment that may be worth a clip; `sure` says what makes us think so."""

    verdict_id: int
    conversation_key: str
    started_at: datetime | None
    agent_name: str
    behaviour: str
    why: str
    good: str
    quote: str
    turn: int
    sure: str


@dataclass(frozen=True, slots=True)
class ClipTurn:
    """One turn of a clip, verbatim but for the customer's name."""

    who: str
    speaker: Speaker
    at: float | None
    text: str
    proof: bool


@dataclass(frozen=True, slots=True)
class ClipView:
    """A clip as the viewer may see it; `link` where they may read the whole call.

    `mine`: they are the agent in it. `may_keep`: they may word and share it. `times` and `people`: how often it was seen, by how many.
    `has_voice`: there is a recording to ask about; `voice`: the agent agreed that colleagues hear it; `sound`: they may hear it now.
    """

    id: int
    title: str
    why_good: str
    template: str
    behaviour: str
    behaviour_title: str
    agent_name: str
    conversation_key: str
    link: bool
    turns: tuple[ClipTurn, ...]
    made_at: datetime
    live: bool
    withdrawn: bool
    mine: bool
    may_keep: bool
    times: int
    people: int
    shared_with: tuple[str, ...]
    has_voice: bool
    voice: bool
    sound: ClipSound | None


@dataclass(frozen=True, slots=True)
class Short:
    """A clip in one line, without words of the call. `asks_voice`: its agent agreed to the words before it could be heard."""

    id: int
    title: str
    why_good: str
    behaviour_title: str
    agent_name: str
    asks_voice: bool = False


def keepers(viewer: Viewer) -> QuerySet[Clip]:
    """Clips that they may word and share: of calls that they may read as a leader or QA lead."""
    if not viewer.has(Role.TEAM_LEADER, Role.QA_LEAD):
        return Clip.objects.none()
    led = Q() if viewer.has(Role.QA_LEAD) else Q(conversation__team_id__in=viewer.team_ids)
    return _open_to(viewer).filter(led, withdrawn_at__isnull=True)


def visible(viewer: Viewer) -> QuerySet[Clip]:
    """Every clip that they may see."""
    mine = Q(conversation__agent_id=viewer.agent_id) if viewer.agent_id and viewer.has(Role.AGENT) else Q(pk__in=())
    shared = LIVE & Exists(ClipShare.objects.filter(_with(viewer), clip=OuterRef("pk")))
    return _open_to(viewer).filter(mine | Q(pk__in=keepers(viewer).values("pk")) | Q(shared))


def _open_to(viewer: Viewer) -> QuerySet[Clip]:
    """All but those of calls that they answer blind: a clip says what was found."""
    ours = viewing.within(viewer, Clip.objects.all(), "conversation__programme")
    return ours.exclude(Exists(viewing.hidden(viewer).filter(conversation=OuterRef("conversation"))))


def waiting(viewer: Viewer) -> list[Short]:
    """Clips of theirs that wait for their answer."""
    if not (viewer.agent_id and viewer.has(Role.AGENT)):
        return []
    mine = Clip.objects.filter(conversation__agent_id=viewer.agent_id, withdrawn_at__isnull=True)
    asked = [_short(row) for row in _read(mine.filter(consented_at__isnull=True))]
    spoken = Q(conversation__audio__done_at__gt=F("consented_at"), voice_consented_at__isnull=True)
    again = [row.id for row in views(viewer, _read(mine.filter(spoken))) if row.has_voice]
    return asked + [replace(_short(row), asks_voice=True) for row in _read(mine.filter(pk__in=again))]


def newest(viewer: Viewer, *, behaviour: str = "", most: int = LISTED) -> list[ClipView]:
    """Clips they may see, newest first; by behaviour (`template/behaviour`)."""
    rows = visible(viewer)
    if behaviour:
        template, _, key = behaviour.partition("/")
        rows = rows.filter(behaviour__key=key, behaviour__template__key=template)
    return views(viewer, _read(rows)[:most])


def cut_now(clip_ids: Iterable[int]) -> frozenset[Name]:
    """Names of files that clips are heard from by somebody, of these clips."""
    rows = _read(Clip.objects.filter(pk__in=set(clip_ids), withdrawn_at__isnull=True))
    documents = _documents(rows)
    found = ((row, documents.get((row.conversation_id, row.revision))) for row in rows)
    sounds = (clip_sound.of(row, clip_sound.line_of(row, document)) for row, document in found if document)
    return frozenset(sound.name for sound in sounds if sound)


def clip(viewer: Viewer, clip_id: int) -> ClipView | None:
    """One clip; None where they may see no such."""
    return next(iter(views(viewer, _read(visible(viewer).filter(pk=clip_id)))), None)


def behaviours(viewer: Viewer) -> list[tuple[str, str]]:
    """Behaviours of which they see a clip: key and title."""
    rows = visible(viewer).order_by("behaviour__template__title", "behaviour__position")
    named = rows.values_list("behaviour__template__key", "behaviour__key", "behaviour__title").distinct()
    return list(dict.fromkeys((f"{template}/{key}", title) for template, key, title in named))


def targets(viewer: Viewer) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Teams and agents with whom they may share: key and name."""
    teams, agents = viewing.teams(viewer).order_by("name"), to_agents(viewer).order_by("name")
    return list(teams.values_list("key", "name")), list(agents.values_list("key", "name"))


def to_agents(viewer: Viewer) -> QuerySet[Agent]:
    """Agents with whom they may share."""
    return Agent.objects.filter(team__in=viewing.teams(viewer))


def peer_of_session(viewer: Viewer, session_id: int) -> Short | None:
    """A colleague's clip of the behaviour that a session is about."""
    session = viewing.sessions(viewer).select_related("agent").filter(pk=session_id).first()
    return _peer(viewer, session.agent, session.behaviour_id) if session and session.behaviour_id else None


def peer_of_agent(viewer: Viewer, agent_key: str) -> Short | None:
    """A colleague's clip of the behaviour that an agent works on."""
    focus = Focus.objects.filter(agent__in=viewing.agents(viewer).filter(key=agent_key), closed_at__isnull=True)
    found = focus.select_related("agent").first()
    return _peer(viewer, found.agent, found.behaviour_id) if found else None


def candidates(viewer: Viewer, *, behaviour: str = "") -> list[Candidate]:
    """Moments worth a clip in the newest calls that they may read, best first, one an agent and behaviour.

    Met by a person's word first, then by the machine's high probability, then by a rule (which gives none). Never where anybody
    disputed the verdict, or answered otherwise, and never twice.
    """
    newest = viewing.conversations(viewer).order_by(*viewing.NEWEST_CALLS).values("id")[:NEWEST]
    rows = _worthy(viewer).filter(**{f"{CONVERSATION}__in": newest})
    if behaviour:
        template, _, key = behaviour.partition("/")
        rows = rows.filter(behaviour__key=key, behaviour__template__key=template)
    best = rows.order_by("-worth", F(f"{CONVERSATION}__started_at").desc(nulls_last=True), "-id")[:READ]
    found: dict[tuple[int | None, int], Candidate] = {}
    for row in best.select_related("behaviour", "attempt__evaluation__conversation__agent"):
        call = row.attempt.evaluation.conversation
        found.setdefault((call.agent_id, row.behaviour_id), _candidate(row))
    return list(found.values())[:PROPOSED]


def worthy(viewer: Viewer, verdict_id: int) -> Verdict | None:
    """A verdict that may become a clip of theirs."""
    rows = _worthy(viewer).select_related("behaviour", "attempt__evaluation__conversation__agent")
    found: Verdict | None = rows.filter(pk=verdict_id).first()
    return found


def _worthy(viewer: Viewer) -> QuerySet[Any]:
    calls = viewing.conversations(viewer).filter(agent__isnull=False)
    if not viewer.has(Role.QA_LEAD):
        calls = calls.filter(team_id__in=viewer.team_ids if viewer.has(Role.TEAM_LEADER) else ())
    same = {"conversation": OuterRef(CONVERSATION), "behaviour": OuterRef("behaviour")}
    otherwise = Review.objects.filter(~Q(outcome=Outcome.MET) | Q(kind=ReviewKind.DISPUTE), **same)
    worth = Case(
        When(human=Outcome.MET, then=Value(2.0)),
        When(probability__gte=HIGH, then=F("probability")),
        default=Value(0.0),
        output_field=FloatField(),
    )
    return (
        effective_verdicts()
        .filter(Q(human=Outcome.MET) | Q(probability__gte=HIGH) | Q(probability__isnull=True))
        .filter(effective=Outcome.MET, outcome=Outcome.MET, attempt__revision__gt=0, **{f"{CONVERSATION}__in": calls})
        .exclude(evidence=[])
        .exclude(Exists(otherwise))
        .exclude(Exists(Dispute.objects.filter(withdrawn_at__isnull=True, **same)))
        .exclude(Exists(Clip.objects.filter(**same)))
        .annotate(worth=worth)
    )


def _candidate(row: Verdict) -> Candidate:
    call = row.attempt.evaluation.conversation
    human = getattr(row, "human", None)
    sure = "a person says so" if human else f"{row.probability:.0%} sure" if row.probability else "found by a rule"
    return Candidate(
        verdict_id=row.pk,
        conversation_key=call.key,
        started_at=call.started_at,
        agent_name=call.agent.name if call.agent else "",
        behaviour=row.behaviour.title,
        why=row.behaviour.why,
        good=row.behaviour.good,
        quote=row.evidence[0]["quote"],
        turn=row.evidence[0]["turn"],
        sure=sure,
    )


def _with(viewer: Viewer) -> Q:
    """Shares that reach them: with themselves, with their team, or with a team or an agent that they lead."""
    reach = Q(pk__in=())
    if viewer.agent_id and viewer.has(Role.AGENT):
        reach |= Q(agent_id=viewer.agent_id) | Q(team__agents=viewer.agent_id)
    if viewer.has(Role.TEAM_LEADER):
        reach |= Q(team_id__in=viewer.team_ids) | Q(agent__team_id__in=viewer.team_ids)
    return reach


def _peer(viewer: Viewer, agent: Agent, behaviour_id: int) -> Short | None:
    """One of somebody else, the one shared with the agent first, then with their team, then the newest."""
    direct = ClipShare.objects.filter(clip=OuterRef("pk"), agent=agent)
    team = ClipShare.objects.filter(clip=OuterRef("pk"), team=agent.team_id)
    nearest = Case(When(Exists(direct), then=0), When(Exists(team), then=1), default=2)
    rows = visible(viewer).filter(LIVE, behaviour_id=behaviour_id).exclude(conversation__agent=agent)
    return next((_short(row) for row in _read(rows.order_by(nearest, "-made_at"))[:1]), None)


def _read(rows: QuerySet[Clip]) -> QuerySet[Clip]:
    named = rows.select_related("conversation__agent", "conversation__audio", "behaviour__template")
    return named if rows.query.order_by else named.order_by("-made_at", "-id")


def _short(row: Clip) -> Short:
    agent = row.conversation.agent
    return Short(row.pk, row.title, row.why_good, row.behaviour.title, agent.name if agent else "")


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known beside the clips themselves: words by conversation and revision, and ids."""

    documents: dict[tuple[int, int], str]
    kept: frozenset[int]
    readable: frozenset[int]


def views(viewer: Viewer, rows: QuerySet[Clip]) -> list[ClipView]:
    """Clips with their words; a bounded number of queries."""
    listed = list(rows.prefetch_related("shares__agent", "shares__team", "views"))
    if not listed:
        return []
    calls = {row.conversation_id for row in listed}
    beside = _Around(
        documents=_documents(listed),
        kept=frozenset(keepers(viewer).filter(pk__in=[row.pk for row in listed]).values_list("pk", flat=True)),
        readable=frozenset(viewing.conversations(viewer).filter(pk__in=calls).values_list("pk", flat=True)),
    )
    return [_view(viewer, row, beside) for row in listed]


def _documents(rows: Iterable[Clip]) -> dict[tuple[int, int], str]:
    """Their documents, by conversation and revision."""
    wanted = {(row.conversation_id, row.revision) for row in rows}
    calls, numbers = {call for call, _ in wanted}, {number for _, number in wanted}
    stored = Revision.objects.filter(conversation__in=calls, number__in=numbers)
    found = stored.values_list("conversation_id", "number", "document")
    return {(call, number): document for call, number, document in found if (call, number) in wanted}


def _view(viewer: Viewer, row: Clip, beside: _Around) -> ClipView:
    call = row.conversation
    mine = call.agent_id is not None and call.agent_id == viewer.agent_id
    kept = row.pk in beside.kept
    counts = [view.count for view in row.views.all()]
    document = beside.documents.get((row.conversation_id, row.revision))
    line = clip_sound.line_of(row, document) if document else None
    sound = clip_sound.of(row, line) if line else None
    voice = row.voice_consented_at is not None
    return ClipView(
        id=row.pk,
        title=row.title,
        why_good=row.why_good,
        template=row.behaviour.template.key,
        behaviour=row.behaviour.key,
        behaviour_title=row.behaviour.title,
        agent_name=call.agent.name if call.agent else "",
        conversation_key=call.key,
        link=row.conversation_id in beside.readable,
        turns=_turns(row, line) if line else (),
        made_at=row.made_at,
        live=row.consented_at is not None and row.withdrawn_at is None,
        withdrawn=row.withdrawn_at is not None,
        mine=mine,
        may_keep=kept,
        times=sum(counts),
        people=len(counts),
        shared_with=tuple(_named(share) for share in row.shares.all()) if mine or kept else (),
        has_voice=sound is not None,
        voice=voice,
        sound=sound if voice or (mine and row.withdrawn_at is None) else None,
    )


def _named(share: ClipShare) -> str:
    return share.agent.name if share.agent else f"team {share.team.name}" if share.team else ""


def _turns(row: Clip, line: ConversationLine) -> tuple[ClipTurn, ...]:
    said = line.conversation()
    agent = row.conversation.agent
    names = {Speaker.AGENT: agent.name if agent else "Agent", Speaker.CUSTOMER: "Customer"}
    return tuple(
        ClipTurn(
            names.get(turn.speaker, "Somebody else"),
            turn.speaker,
            turn.start,
            hidden(turn.text, said.customer_name or ""),
            index == row.proof_turn,
        )
        for index, turn in enumerate(by_tokens(said).turns[: row.last_turn + 1])
        if index >= row.first_turn
    )
