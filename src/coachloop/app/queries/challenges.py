"""Which verdicts an agent may challenge, and until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest

from coachloop.app.models import Agent, Dispute, Review, Verdict
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.guided import asks
from coachloop.app.queries.verdicts import CONVERSATION, EVALUATED, effective_verdicts
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import ANSWERS, Outcome


@dataclass(frozen=True, slots=True)
class Challengeable:
    """A verdict about an agent's own call, as it stands. `until` is the last day on which it may be challenged.

    `challenged` says that it was already: one challenge a verdict.
    """

    verdict: Verdict
    agent: Agent
    conversation_id: int
    conversation_key: str
    started_at: datetime | None
    behaviour: str
    title: str
    question: str
    outcome: Outcome
    reason: str
    until: date
    challenged: bool


def challengeable(viewer: Viewer, verdict_ids: Collection[int]) -> dict[int, Challengeable]:
    """The current ones of these verdicts that are answers about the viewer's own calls, by id; nothing for anybody but agents."""
    agent = Agent.objects.select_related("team__site").filter(pk=viewer.agent_id or 0).first()
    if agent is None or Role.AGENT not in viewer.roles:
        return {}
    about = {"conversation": OuterRef(CONVERSATION), "behaviour": OuterRef("behaviour")}
    answered = Review.objects.filter(**about).order_by("rank", "-reviewed_at", "-id").values("reviewed_at")[:1]
    theirs = viewing.conversations(viewer).filter(agent=agent)
    rows = (
        effective_verdicts()
        .filter(pk__in=verdict_ids, effective__in=ANSWERS, **{f"{CONVERSATION}__in": theirs})
        .annotate(
            landed=Greatest("attempt__stored_at", Coalesce(Subquery(answered), F("attempt__stored_at"))),
            challenged=Exists(Dispute.objects.filter(**about, withdrawn_at__isnull=True)),
        )
        .select_related(EVALUATED, "behaviour__template__current")
    )
    return {row.pk: _challengeable(row, agent) for row in rows}


def _challengeable(row: Verdict, agent: Agent) -> Challengeable:
    call, landed = row.attempt.evaluation.conversation, row.landed  # type: ignore[attr-defined]
    return Challengeable(
        verdict=row,
        agent=agent,
        conversation_id=call.pk,
        conversation_key=call.key,
        started_at=call.started_at,
        behaviour=f"{row.behaviour.template.key}/{row.behaviour.key}",
        title=row.behaviour.title,
        question=asks(row.behaviour),
        outcome=Outcome(row.effective),  # type: ignore[attr-defined]
        reason=row.reason,
        until=last_day(agent, landed),
        challenged=row.challenged,  # type: ignore[attr-defined]
    )


def last_day(agent: Agent, landed: datetime) -> date:
    """The last day to challenge what landed then: days on which the agent is away or the site is closed do not count."""
    day = sites.local_date(agent, landed)
    return sites.calendar_of(agent, around=day).add(day, sites.site_of(agent).dispute_days)
