"""The verdicts that stand, one after the other, for programs that keep up with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from coachloop.app.models import Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which verdicts; empty means no restriction."""

    conversation: str = ""
    agent: str = ""
    template: str = ""
    behaviour: str = ""
    outcome: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one turn that a verdict stands on."""

    turn: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One verdict. `outcome` is the one that counts: a person's where there is one, else the machine's own."""

    id: int
    conversation: str
    agent: str
    template: str
    version: int
    behaviour: str
    outcome: Outcome
    machine_outcome: Outcome
    reviewed: bool
    probability: float | None
    decided_by: str
    reason: str
    evidence: tuple[Quote, ...]
    started_at: datetime | None
    scored_at: datetime


def verdicts(viewer: Viewer, wanted: Wanted, *, after: int = 0, most: int) -> list[VerdictLine]:
    """Those of calls that they may see, in the order in which they came, after that with the id `after`."""
    numbers = list(_standing(viewer, wanted).filter(id__gt=after).order_by("id").values_list("id", flat=True)[:most])
    rows = effective_verdicts().filter(id__in=numbers).order_by("id")
    return [
        _line(row)
        for row in rows.select_related(f"{EVALUATED}__agent", "behaviour__template", "attempt__scoring__version")
    ]


def _standing(viewer: Viewer, wanted: Wanted) -> QuerySet[Verdict]:
    """Which there are. Unless few calls are asked for, one table alone is read, in order: a join would be sorted whole for each page."""
    rows = effective_verdicts().filter(viewing.of_calls(viewer, CONVERSATION)).filter(**dict(_asked(wanted)))
    if wanted.conversation or wanted.agent:
        return rows
    return Verdict.objects.filter(Exists(rows.filter(id=OuterRef("id"))))


def _asked(wanted: Wanted) -> Iterator[tuple[str, Any]]:
    paths = {
        f"{CONVERSATION}__key": wanted.conversation,
        f"{CONVERSATION}__agent__key": wanted.agent,
        "behaviour__template__key": wanted.template,
        "behaviour__key": wanted.behaviour,
        "effective": wanted.outcome,
        f"{CONVERSATION}__day__gte": wanted.since,
    }
    return ((path, value) for path, value in paths.items() if value)


def _line(row: Any) -> VerdictLine:
    call = row.attempt.evaluation.conversation
    return VerdictLine(
        id=row.pk,
        conversation=call.key,
        agent=call.agent.key if call.agent else "",
        template=row.behaviour.template.key,
        version=row.attempt.scoring.version.number,
        behaviour=row.behaviour.key,
        outcome=Outcome(row.effective),
        machine_outcome=Outcome(row.outcome),
        reviewed=row.human is not None,
        probability=row.probability,
        decided_by=row.decided_by,
        reason=row.reason,
        evidence=tuple(Quote(one["turn"], one["start"], one["end"], one["quote"]) for one in row.evidence),
        started_at=call.started_at,
        scored_at=row.attempt.stored_at,
    )
