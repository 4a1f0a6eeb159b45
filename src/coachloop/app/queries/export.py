"""Everything out again, row by row: each function streams plain dictionaries with stable keys."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from coachloop.app.models import Conversation, Revision, Session, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.rates import RateRow, last_day_with_data, rates
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

CHUNK = 2000
Row = dict[str, Any]


def verdicts(viewer: Viewer, *, template: str | None = None, since: date | None = None) -> Iterator[Row]:
    """The verdicts that stand, with the machine's own beside the effective one."""
    rows = effective_verdicts().filter(viewing.of_calls(viewer, CONVERSATION))
    rows = rows.filter(behaviour__template__key=template) if template else rows
    rows = rows.filter(**{f"{CONVERSATION}__day__gte": since}) if since else rows
    related = rows.select_related(f"{EVALUATED}__agent", "behaviour__template", "attempt__scoring__version")
    return (
        _verdict(row, row.effective, reviewed=row.human is not None) for row in related.order_by("id").iterator(CHUNK)
    )


def _verdict(row: Verdict, effective: str, *, reviewed: bool) -> Row:
    attempt, behaviour = row.attempt, row.behaviour
    call = attempt.evaluation.conversation
    return {
        "conversation_id": call.key,
        "agent_id": call.agent.key if call.agent else None,
        "template": behaviour.template.key,
        "behaviour": behaviour.key,
        "verdict": effective,
        "machine_verdict": row.outcome,
        "probability": row.probability,
        "evidence": row.evidence,
        "missed": row.missed,
        "reason": row.reason,
        "scorer": attempt.scoring.scorers.get(behaviour.key, ""),
        "decided_by": row.decided_by,
        "template_version": attempt.scoring.version.number,
        "scored_at": attempt.stored_at.isoformat(),
        "reviewed": reviewed,
    }


def conversations(viewer: Viewer, *, template: str | None = None, since: date | None = None) -> Iterator[Row]:
    """The conversations as they are shown, unknown keys and all; those known by their scores alone without turns."""
    return _conversations(viewer, template=template, since=since, document=F("document"))


def originals(viewer: Viewer, *, template: str | None = None, since: date | None = None) -> Iterator[Row]:
    """The same as they came in, where that is kept: for the operator, who answers for where it goes.

    Raises:
        PermissionError: for anybody else.
    """
    if not viewer.everything:
        raise PermissionError("words as they were said leave by the operator alone")
    document = Coalesce("original__document", "document")
    return _conversations(viewer, template=template, since=since, document=document)


def _conversations(viewer: Viewer, *, template: str | None, since: date | None, document: Combinable) -> Iterator[Row]:
    seen = viewing.conversations(viewer)
    seen = seen.filter(day__gte=since) if since else seen
    seen = seen.filter(evaluations__template__key=template).distinct() if template else seen
    documents = Revision.objects.filter(conversation__in=seen, number=F("conversation__revision")).order_by("id")
    for said in documents.values_list(document, flat=True).iterator(CHUNK):
        yield json.loads(said)
    bare: QuerySet[Conversation] = seen.filter(revision=0).select_related("agent", "team").order_by("id")
    for row in bare.iterator(CHUNK):
        yield {
            "id": row.key,
            "agent_id": row.agent.key if row.agent else None,
            "team": row.team.key if row.team else None,
            "queue": row.queue or None,
            "started_at": row.started_at.isoformat() if row.started_at else None,
            "outcome": row.outcome,
        }


def sessions(viewer: Viewer, *, template: str | None = None, since: date | None = None) -> Iterator[Row]:
    """Coaching sessions with their agreement and follow-up; private notes are the leader's own and never leave."""
    rows = viewing.sessions(viewer).select_related("agent", "behaviour__template", "follow_up")
    rows = rows.filter(behaviour__template__key=template) if template else rows
    rows = rows.filter(held_on__gte=since) if since else rows
    hidden = viewer.has(Role.QA_LEAD) and not viewer.everything
    return (
        _session(row, words=not hidden, contest=not hidden and _among_the_two(viewer, row))
        for row in rows.order_by("id").iterator(CHUNK)
    )


def _among_the_two(viewer: Viewer, row: Session) -> bool:
    """Whether they are the agent or lead them: what an agent contests is promised to nobody else, the operator included."""
    leads = viewer.has(Role.TEAM_LEADER) and row.agent.team_id in viewer.team_ids
    return leads or (viewer.agent_id is not None and viewer.agent_id == row.agent_id)


def _session(row: Session, *, words: bool, contest: bool) -> Row:
    follow_up = getattr(row, "follow_up", None)
    agreed = {
        "own_words": row.own_words,
        "action": row.action,
        "goal": row.goal,
        "how_reviewed": row.how_reviewed,
        "shared_notes": row.shared_notes,
        "minutes": row.minutes,
        "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at else None,
        "contested_at": row.contested_at.isoformat() if row.contested_at else None,
    }
    return {
        "id": row.pk,
        "agent_id": row.agent.key,
        "template": row.behaviour.template.key if row.behaviour else None,
        "behaviour": row.behaviour.key if row.behaviour else None,
        "kind": row.kind,
        "status": row.status,
        "leader": row.leader_name,
        "planned_for": row.planned_for.isoformat() if row.planned_for else None,
        "held_on": row.held_on.isoformat() if row.held_on else None,
        "by_when": row.by_when.isoformat() if row.by_when else None,
        "review_on": row.review_on.isoformat() if row.review_on else None,
        **(agreed if words else {}),
        **({"contest_words": row.contest_words} if contest else {}),
        "follow_up": {
            "due_on": follow_up.due_on.isoformat(),
            "did_happen": follow_up.did_happen or None,
            "did_work": follow_up.did_work or None,
            "next_step": follow_up.next_step or None,
            "numbers": follow_up.numbers,
        }
        if follow_up
        else None,
    }


def rate_rows(viewer: Viewer, *, template: str | None = None, since: date | None = None) -> Iterator[Row]:
    """Rates by agent over the 28 days up to the last with data, or since a day."""
    last = last_day_with_data(viewer)
    days = (last - since).days + 1 if last and since else 28
    return (rate_json(row) for row in rates(viewer, template=template, days=days)) if days > 0 else iter(())


def rate_json(row: RateRow) -> Row:
    """A rate with the keys of `insight rates --json`."""
    unit = {"agent_id": row.agent_key, "agent_name": row.agent_name} if row.agent_key else {}
    team = {"team": row.team_key} if row.team_key else {}
    rest = ("template", "behaviour", "title", "n", "met", "rate", "low", "high", "shrunken", "shrunken_low")
    more = ("shrunken_high", "p_below_target", "target", "unscored", "opportunities")
    return unit | team | {name: getattr(row, name) for name in rest + more}
