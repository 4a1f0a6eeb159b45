"""Everything about one person, to be handed to them: rows as JSON Lines, sound, calls to read, and an index."""

import html
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db.models import F, Q, QuerySet

from coachloop.app import models
from coachloop.app.models import Agent, Audio, AuditEntry, Conversation, Original, Revision, User
from coachloop.app.queries import audio, erasures
from coachloop.app.queries.erasures import AGENT, CUSTOMER
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

USER = "user"
WHOM = (CUSTOMER, AGENT, USER)
CHUNK = 1000

type Blocks = Iterable[bytes]
type Part = tuple[str, Blocks]
"""A file's name in the archive, and its bytes."""


@dataclass(frozen=True, slots=True)
class Person:
    """Of whom; `agent` and `user` are empty where they are neither."""

    kind: str
    key: str
    agent: Agent | None
    user: User | None
    calls: QuerySet[Conversation]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind: the file's name, what it is in words, and how to get them."""

    name: str
    what: str
    rows: QuerySet[Any]
    fields: tuple[str, ...]


def person(viewer: Viewer, kind: str, key: str) -> Person | None:
    """Somebody of whom something is here, for an admin of all that is about them; None else."""
    if not viewer.has(Role.ADMIN) or kind not in WHOM or not key.strip():
        return None
    programme, named = viewer.programme_id or None, key.strip()
    nothing = Conversation.objects.none()
    if kind == CUSTOMER:
        calls = erasures.conversations_of(kind, named, programme)
        return Person(kind, named, None, None, calls) if calls.exists() else None
    if kind == AGENT:
        agent = erasures.agent_of(named, programme)
        return _of_agent(agent, programme) if agent else None
    user = User.objects.filter(email__iexact=named).first() if viewer.keeps_all else None
    if user is None:
        return None
    agent = Agent.objects.filter(user=user).first()
    return Person(kind, user.email, agent, user, _of_agent(agent, programme).calls if agent else nothing)


def _of_agent(agent: Agent, programme: int | None) -> Person:
    return Person(AGENT, agent.key, agent, agent.user, erasures.conversations_of(AGENT, agent.key, programme))


def parts(who: Person, *, originals: bool) -> Iterator[Part]:
    """The files of the archive, one after the other; the index comes last, when it is known what there is.

    Args:
        who: of whom.
        originals: words and sound as they were said, instead of masked.
    """
    told: list[tuple[str, str, int]] = []
    for section in sections(who):
        count = [0]
        yield f"{section.name}.jsonl", _lines(section, count)
        told.append((f"{section.name}.jsonl", section.what, count[0]))
    count = [0]
    yield "conversations.jsonl", _documents(who, count, originals=originals)
    told.append(("conversations.jsonl", "calls as they came in, with all that came with them", count[0]))
    count = [0]
    yield "conversations.txt", _readable(who, count, originals=originals)
    told.append(("conversations.txt", "the same calls to read", count[0]))
    sounds = 0
    for part in _sounds(who, originals=originals):
        sounds += 1
        yield part
    told.append(("media/", "recordings of calls", sounds))
    yield "index.html", [_index(who, told, originals=originals).encode()]


def sections(who: Person) -> Iterator[Section]:
    """What there is of somebody beside the words of calls; other people are not named in it, but for an agent's leader."""
    yield from _of_calls(who)
    if who.agent is not None:
        yield from _about(who.agent)
    if who.user is not None:
        yield from _account(who.user)
    yield _log(who)


def _of_calls(who: Person) -> Iterator[Section]:
    calls = who.calls.values("pk")
    verdicts = models.Verdict.objects.filter(attempt__evaluation__conversation__in=calls)
    call, behaviour = "conversation__key", "behaviour__title"
    whole: tuple[tuple[str, str, QuerySet[Any], tuple[str, ...]], ...] = (
        ("calls", "each call: when, which queue, its outcome", who.calls, ("key", "customer_key", "channel", "queue", "direction", "language", "call_type", "started_at", "outcome", "landed_at")),
        ("verdicts", "what the machine found in them, with its proof", verdicts, ("attempt__evaluation__conversation__key", behaviour, "outcome", "probability", "decided_by", "reason", "evidence", "missed", "attempt__stored_at")),
        ("answers", "what people answered about them", models.Review.objects.filter(conversation__in=calls), (call, behaviour, "kind", "outcome", "quotes", "note", "reviewed_at")),
        ("model_replies", "what language models answered about them", models.JudgeReply.objects.filter(conversation__in=calls), (call, "model", "body", "asked_at")),
        ("training", "learned models that were trained with them", models.TrainingCase.objects.filter(conversation__in=calls), (call, "model__behaviour__title", "model__number", "human")),
        ("clips", "moments of them in the library", models.Clip.objects.filter(conversation__in=calls), (call, behaviour, "title", "why_good", "made_at", "consented_at", "withdrawn_at")),
        ("challenges", "verdicts that were challenged", models.Dispute.objects.filter(conversation__in=calls), (call, behaviour, "words", "raised_at", "decision", "reason", "decided_at")),
        ("room_decisions", "what was agreed on about them in calibration", models.RoomDecision.objects.filter(conversation__in=calls), (call, behaviour, "outcome", "why", "decided_at")),
        ("recordings", "their recordings", Audio.objects.filter(conversation__in=calls), (call, "name", "seconds", "channels", "state", "transcriber")),
    )  # fmt: skip
    yield from (Section(*one) for one in whole)


def _about(agent: Agent) -> Iterator[Section]:
    of: Callable[[Any], QuerySet[Any]] = lambda table: table.objects.filter(agent=agent)  # noqa: E731
    behaviour = "behaviour__title"
    whole: tuple[tuple[str, str, QuerySet[Any], tuple[str, ...]], ...] = (
        ("agent", "who you are here", Agent.objects.filter(pk=agent.pk), ("key", "name", "team__name", "joined_on", "left_on")),
        ("other_ids", "other ids of yours", of(models.AgentAlias), ("key",)),
        ("teams", "in which teams you were", of(models.Membership), ("team__name", "first_day", "last_day")),
        ("absences", "when you were away", of(models.Absence), ("first_day", "last_day")),
        ("rates", "how often you did what, by day", of(models.AgentDay), ("day", behaviour, "met", "not_met", "not_applicable", "unscored")),
        ("foci", "what you worked on, and why", of(models.Focus), (behaviour, "reason", "leaders_account", "chosen_because", "opened_at", "closed_at")),
        ("suggested", "what was suggested to your leader", of(models.Suggested), (behaviour, "first_suggested_on", "last_suggested_on", "ended_on", "how")),
        ("proposals", "what was proposed to coach you on", of(models.Proposal), (behaviour, "why", "proposed_at", "declined_because", "answered_at")),
        ("sessions", "your coaching, with what was agreed and written of it", of(models.Session), ("kind", "status", behaviour, "leader_name", "planned_for", "held_on", "goal", "own_words", "action", "by_when", "how_reviewed", "review_on", "shared_notes", "private_notes", "contest_words", "questions", "minutes")),
        ("drafts", "what was being written for a session", models.SessionDraft.objects.filter(session__agent=agent), ("fields", "saved_at")),
        ("follow_ups", "what came of it", models.FollowUp.objects.filter(session__agent=agent), ("due_on", "closed_at", "did_happen", "did_work", "next_step", "note", "numbers")),
        ("effects", "what sessions moved", models.SessionEffect.objects.filter(session__agent=agent), ("session__held_on", "before", "after", "effect", "low", "high", "verdict", "why")),
        ("goals", "your goals", of(models.Goal), ("words", "opened_on", "target_day", "closed_on", "reached")),
        ("steps", "steps towards them", models.GoalStep.objects.filter(goal__agent=agent), ("goal__words", "words", "by_when", "done_on")),
        ("requests", "when you asked for coaching", of(models.CoachingRequest), ("words", "asked_at", "answered_at")),
        ("alerts", "when a rate of yours went down", of(models.DriftAlert), (behaviour, "onset", "signalled_on", "met", "n", "baseline", "resolved_at", "resolution")),
        ("huddles", "huddles that you were invited to", of(models.Attendance), ("gathering__kind", "gathering__behaviour__title", "gathering__held_on", "present")),
    )  # fmt: skip
    yield from (Section(*one) for one in whole)


def _account(user: User) -> Iterator[Section]:
    of: Callable[[Any], QuerySet[Any]] = lambda table: table.objects.filter(user=user)  # noqa: E731
    whole: tuple[tuple[str, str, QuerySet[Any], tuple[str, ...]], ...] = (
        ("account", "the account that signs in", User.objects.filter(pk=user.pk), ("email", "name", "external_id", "is_active", "sees_originals", "created_at", "last_login")),
        ("roles", "its roles", of(models.Grant), ("role", "programme__name")),
        ("tokens", "keys for programs, without the keys", of(models.ApiToken), ("name", "hint", "scopes", "created_at", "expires_at", "last_used_at")),
        ("calendar", "the calendar that busy times come from", of(models.CalendarLink), ("busy_address", "read_at")),
        ("busy_times", "busy times", of(models.BusyTime), ("starts_at", "ends_at")),
        ("reports", "what is told, and when", of(models.ReportChoice), ("kind", "template__title", "at", "ways", "on")),
        ("messages", "what was sent", of(models.Message), ("kind", "way", "subject", "text", "created_at", "sent_at")),
        ("uploads", "files that were brought in", of(models.Upload), ("name", "size", "begun_at")),
        ("clips_seen", "clips that were seen", of(models.ClipView), ("clip__title", "first_at", "count")),
        ("away", "absences as a leader", of(models.LeaderAbsence), ("first_day", "last_day")),
        ("stood_in", "teams led in somebody's place", of(models.StandIn), ("team__name", "first_day", "last_day")),
        ("answers_given", "answers given about calls", models.Review.objects.filter(reviewer=user), ("conversation__key", "behaviour__title", "kind", "outcome", "note", "reviewed_at")),
        ("sessions_led", "sessions led", models.Session.objects.filter(leader=user), ("agent__key", "kind", "status", "held_on")),
    )  # fmt: skip
    yield from (Section(*one) for one in whole)


def _log(who: Person) -> Section:
    """What the log says of them: what they did, and what was done to them, by whomever."""
    said = Q(pk__in=())
    if who.user is not None:
        said |= Q(actor=who.user)
    if who.agent is not None:
        said |= Q(subject=f"agent:{who.agent.key}")
    if who.kind == CUSTOMER:
        said |= Q(subject__in=[f"conversation:{key}" for key in who.calls.values_list("key", flat=True)[:10_000]])
    return Section(
        "log",
        "what the log says: what you did, and what was done",
        AuditEntry.objects.filter(said),
        ("at", "action", "subject", "detail"),
    )


def _lines(section: Section, count: list[int]) -> Iterator[bytes]:
    for row in section.rows.order_by("pk").values(*section.fields).iterator(CHUNK):
        count[0] += 1
        yield _line(row)


def _line(row: Any) -> bytes:
    return (json.dumps(row, ensure_ascii=False, default=str) + "\n").encode()


def _said(who: Person, *, originals: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    keys = list(who.calls.order_by("pk").values_list("pk", flat=True))
    for some in batched(keys, 100):
        rows = Revision.objects.filter(conversation__in=some, number=F("conversation__revision")).order_by(
            "conversation"
        )
        kept = Original.objects.filter(revision__in=rows.values("pk")).in_bulk() if originals else {}
        for row in rows.select_related("conversation"):
            yield row.conversation.key, json.loads(kept[row.pk].document if row.pk in kept else row.document)


def _documents(who: Person, count: list[int], *, originals: bool) -> Iterator[bytes]:
    for _, document in _said(who, originals=originals):
        count[0] += 1
        yield _line(document)


def _readable(who: Person, count: list[int], *, originals: bool) -> Iterator[bytes]:
    for key, document in _said(who, originals=originals):
        count[0] += 1
        yield f"== {key}  {document.get('started_at') or ''}\n".encode()
        for turn in document.get("turns") or ():
            yield f"{str(turn.get('speaker', '')).capitalize()}: {turn.get('text', '')}\n".encode()
        yield b"\n"


def _sounds(who: Person, *, originals: bool) -> Iterator[Part]:
    media = audio.media()
    for row in Audio.objects.filter(conversation__in=who.calls.values("pk")).order_by("pk"):
        name = audio.name_of(row) if originals else audio.copy_of(row) if row.copied else None
        if name is not None and media.size(name) is not None:
            yield f"media/{row.pk}{name.suffix}", media.read(name)


def _index(who: Person, told: list[tuple[str, str, int]], *, originals: bool) -> str:
    rows = "".join(
        f'<tr><td><a href="{name}">{name}</a></td><td>{what}</td><td>{count:,}</td></tr>'
        for name, what, count in told
        if count
    )
    nothing = ", ".join(name for name, _, count in told if not count)
    words = "as they were said" if originals else "masked: numbers and the like are replaced, and silent in recordings"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>What is known here</title>'
        f"<h1>What is known here of {html.escape(who.kind)} {html.escape(who.key)}</h1><p>Words are {words}. Each .jsonl file holds one row a line.</p>"
        f"<table><tr><th>File</th><th>What it is</th><th>How many</th></tr>{rows}</table><p>Empty: {nothing or 'nothing'}.</p></html>"
    )
