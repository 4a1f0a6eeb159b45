"""What is kept how long, and what would go now."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from coachloop.app.models import (
    Assignment,
    Audio,
    AuditEntry,
    AuditSeal,
    Clip,
    Conversation,
    Dispute,
    Event,
    Focus,
    JudgeReply,
    Message,
    Original,
    Programme,
    Proposal,
    Retention,
    Session,
    SessionDraft,
    Site,
    Upload,
)
from coachloop.app.queries.audit_chain import LET_GO
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.core.model.retention import KINDS, Keeping, Kind

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """So many days of a kind are kept: in one programme, or everywhere but in those that say otherwise."""

    kind: Kind
    days: int
    programme: int | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """What the next run would delete of a kind, and what is old enough and needed still."""

    kind: Kind
    days: int | None
    due: int
    needed: int


@dataclass(frozen=True, slots=True)
class Line:
    """A kind as it stands: `days` None is for good; `own` says whether somebody set it for what is looked at."""

    kind: Kind
    keeping: Keeping
    least: int
    days: int | None
    own: bool
    due: int
    needed: int


def lines(viewer: Viewer, *, now: datetime, wanted: Mapping[Kind, int | None] | None = None) -> list[Line]:
    """All kinds that a viewer may set: those of the programme that they look at, or of the whole site; nothing but for admins.

    Args:
        viewer: who looks.
        now: when.
        wanted: what they think of setting, to see what would go.
    """
    if not viewer.has(Role.ADMIN):
        return []
    scope, found = viewer.programme_id or None, []
    for kind, keeping in KINDS.items():
        if scope is not None and not keeping.by_programme and not viewer.keeps_all:
            continue
        own = Retention.objects.filter(kind=kind, programme=scope if keeping.by_programme else None).first()
        days = wanted[kind] if wanted and kind in wanted else days_of(kind, scope)
        there = due(kind, days, now=now, programme=scope if keeping.by_programme else None)
        found.append(Line(kind, keeping, least(kind), there.days, own is not None, there.due, there.needed))
    return found


def least(kind: Kind) -> int:
    """The fewest days of a kind: where a call may be challenged for long, it is there as long."""
    if kind not in {Kind.CONVERSATIONS, Kind.RECORDINGS}:
        return KINDS[kind].least
    longest = Site.objects.aggregate(most=Max("dispute_days"))["most"] or 0
    return max(KINDS[kind].least, math.ceil(longest * 7 / 5) + 7)


def days_of(kind: Kind, programme: int | None = None) -> int | None:
    """How long a kind is kept in a programme: as it says itself, as everywhere, or as is usual. None: for good."""
    said = _said(kind)
    if programme is not None and KINDS[kind].by_programme and programme in said:
        return said[programme]
    return said.get(None, KINDS[kind].default)


def _said(kind: Kind) -> dict[int | None, int]:
    return {one.programme_id: one.days for one in Retention.objects.filter(kind=kind)}


def rules(kind: Kind) -> Iterator[Rule]:
    """What holds of a kind now: one for each programme that says for itself, and one for all others."""
    said = _said(kind)
    own = {programme: days for programme, days in said.items() if programme is not None}
    usual = said.get(None, KINDS[kind].default)
    if usual is not None:
        yield Rule(kind, usual, others=tuple(own))
    yield from (Rule(kind, days, programme) for programme, days in own.items())


def due(kind: Kind, days: int | None, *, now: datetime, programme: int | None = None) -> Due:
    """What would go if this were the rule."""
    if days is None:
        return Due(kind, None, 0, 0)
    others = Retention.objects.filter(kind=kind, programme__isnull=False).values_list("programme", flat=True)
    rule = Rule(kind, days, programme, () if programme is not None else tuple(others))
    old = of_rule(rule, now=now)
    going = old.exclude(needed(kind)).count()
    return Due(kind, days, going, old.count() - going)


def of_rule(rule: Rule, *, now: datetime) -> Rows:
    """Everything of a kind that is old enough, needed or not."""
    path, rows = _OLD[rule.kind](now - timedelta(days=rule.days))
    if not path:
        return rows
    if rule.programme is not None:
        return rows.filter(**{path: rule.programme})
    return rows.exclude(**{f"{path}__in": rule.others}) if rule.others else rows


def needed(kind: Kind) -> Q:
    """What is kept however old it is, until that which needs it has ended."""
    if kind == Kind.CONVERSATIONS:
        return Q(pk__in=_needed())
    if kind == Kind.RECORDINGS:
        return Q(conversation__in=_needed()) | Q(state=Audio.State.WAITING)
    if kind == Kind.CLIPS:
        return Q(pk__in=())
    if kind == Kind.AUDIT:
        return Q(action=LET_GO) | ~Q(pk__in=AuditSeal.objects.values("entry"))
    return Q(pk__in=())


def _needed() -> Rows:
    """Calls that an open focus, proposal, challenge, room, audit or answer stands on."""
    of_verdict = "example__attempt__evaluation__conversation"
    foci = Focus.objects.filter(closed_at__isnull=True, example__isnull=False).values(of_verdict)
    proposals = Proposal.objects.filter(answered_at__isnull=True, example__isnull=False).values(of_verdict)
    disputes = Dispute.objects.filter(decided_at__isnull=True, withdrawn_at__isnull=True).values("conversation")
    open_now = Q(submitted_at__isnull=True, passed_on_at__isnull=True)
    asked = Assignment.objects.filter(open_now)
    in_rooms = Assignment.objects.filter(room__isnull=False, room__closed_at__isnull=True).values("conversation")
    in_draws = Assignment.objects.filter(draw__in=asked.filter(draw__isnull=False).values("draw")).values(
        "conversation"
    )
    return Conversation.objects.filter(
        Q(pk__in=foci) | Q(pk__in=proposals) | Q(pk__in=disputes) | Q(pk__in=asked.values("conversation"))
        | Q(pk__in=in_rooms) | Q(pk__in=in_draws)
    ).values("pk")  # fmt: skip


def _older(before: datetime, path: str = "") -> Q:
    """By the day of the call; where it has none, by when it came in."""
    day = before.date()
    return Q(**{f"{path}day__lt": day}) | Q(**{f"{path}day__isnull": True, f"{path}landed_at__lt": before})


def _originals(before: datetime) -> Rows:
    """Not those of a recording that still waits for its words: whose name is to be masked is known by them."""
    rows = Original.objects.filter(_older(before, "revision__conversation__"))
    return rows.exclude(revision__conversation__turn_count=0)


_OLD: Mapping[Kind, Callable[[datetime], tuple[str, Rows]]] = {
    Kind.RECORDINGS: lambda at: ("conversation__programme", Audio.objects.filter(_older(at, "conversation__"))),
    Kind.ORIGINALS: lambda at: ("revision__conversation__programme", _originals(at)),
    Kind.CONVERSATIONS: lambda at: ("programme", Conversation.objects.filter(_older(at))),
    Kind.JUDGE_REPLIES: lambda at: ("conversation__programme", JudgeReply.objects.filter(asked_at__lt=at)),
    Kind.CLIPS: lambda at: ("conversation__programme", Clip.objects.filter(made_at__lt=at)),
    Kind.PRIVATE_NOTES: lambda at: (
        "agent__programme",
        Session.objects.filter(held_on__lt=at.date()).exclude(private_notes=""),
    ),
    Kind.DRAFTS: lambda at: ("session__agent__programme", SessionDraft.objects.filter(saved_at__lt=at)),
    Kind.MESSAGES: lambda at: (
        "",
        Message.objects.filter(created_at__lt=at, try_after__isnull=True).exclude(text=""),
    ),
    Kind.UPLOADS: lambda at: ("", Upload.objects.filter(begun_at__lt=at)),
    Kind.EVENTS: lambda at: ("programme", Event.objects.filter(at__lt=at)),
    Kind.AUDIT: lambda at: ("", AuditEntry.objects.filter(at__lt=at)),
}
"""The rows of a kind from before a moment, and how they reach their programme."""


def programme_named(key: str) -> Programme:
    """A programme by its key.

    Raises:
        ObjectDoesNotExist: there is none.
    """
    return Programme.objects.get(key=key)
