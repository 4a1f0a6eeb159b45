"""A QA lead proposes what to coach; the team's leader takes it, or declines it and says why. A QA lead owns no session."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from coachloop.app.errors import AlreadyOpenError, NotYoursError, WrongStateError
from coachloop.app.models import Agent, Focus, Proposal
from coachloop.app.queries import choosing, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.app.services.choice import Otherwise
from coachloop.app.services.led import must_lead
from coachloop.core.coaching.words import says_something
from coachloop.core.model.people import Role

LONGEST = 1000
"""Characters in which a QA lead says why, or a leader why not."""


@dataclass(frozen=True, slots=True)
class Idea:
    """What to coach: the behaviour, the verdict that shows it, and a sentence why."""

    template: str
    behaviour: str
    example: int
    why: str


@transaction.atomic
def propose(*, viewer: Viewer, agent_key: str, idea: Idea, now: datetime) -> Proposal:
    """Put it before the leader of the agent's team.

    Raises:
        NotYoursError: QA leads propose.
        WrongStateError: no reason is given, or nobody leads the agent.
        NoExampleError: the verdict does not show it.
        AlreadyOpenError: the same waits for an answer already.
    """
    if not viewer.has(Role.QA_LEAD):
        raise NotYoursError("a QA lead proposes; leaders choose by themselves")
    agent = viewing.agents(viewer).select_related("team").get(key=agent_key)
    if not says_something(idea.why):
        raise WrongStateError("say in a sentence why it is worth coaching")
    if agent.team is None or agent.team.leader_id is None:
        raise WrongStateError(f"nobody leads {agent.name} who could take it; give their team a leader first")
    behaviour = choosing.behaviour_of(viewer, idea.template, idea.behaviour)
    example = choosing.example(viewer, agent, behaviour, verdict_id=idea.example)
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                agent=agent,
                behaviour=behaviour,
                example_id=example.verdict_id,
                why=idea.why.strip()[:LONGEST],
                proposed_by=viewer.user,
                proposed_by_name=viewer.name,
                proposed_at=now,
            )
    except IntegrityError as error:
        raise AlreadyOpenError(f"“{behaviour.title}” is proposed for {agent.name} already, and waits") from error
    detail = {"behaviour": f"{idea.template}/{idea.behaviour}"}
    audit.record(viewer, "proposal.make", f"agent:{agent.key}", now=now, detail=detail)
    return made


@transaction.atomic
def take(*, viewer: Viewer, proposal_id: int, now: datetime, as_of: date | None = None) -> Focus:
    """Make it the agent's one open focus, by the service that accepts a suggestion.

    Raises:
        NotYoursError: the agent's leader takes it.
        WrongStateError: it has had its answer.
        AlreadyOpenError: the agent works on something already.
        NoExampleError: the example shows it no more.
    """
    row = _waiting(viewer, proposal_id)
    template = row.behaviour.template.key
    because = f"{row.proposed_by_name} proposed it: {row.why}"
    otherwise = Otherwise(template, row.behaviour.key, example=row.example_id or 0, because=because)
    focus = coaching.accept_focus(viewer=viewer, agent_key=row.agent.key, now=now, as_of=as_of, otherwise=otherwise)
    audit.record(viewer, "proposal.take", f"proposal:{row.pk}", now=now)
    return focus


@transaction.atomic
def decline(*, viewer: Viewer, proposal_id: int, because: str, now: datetime) -> Proposal:
    """Say no, in words that the QA lead reads.

    Raises:
        NotYoursError: the agent's leader declines it.
        WrongStateError: it has had its answer, or no reason is given.
    """
    row = _waiting(viewer, proposal_id)
    if not says_something(because):
        raise WrongStateError(f"say why not, so that {row.proposed_by_name} can learn from it")
    row.declined_because, row.answered_by_name, row.answered_at = because.strip()[:LONGEST], viewer.name, now
    row.save()
    audit.record(viewer, "proposal.decline", f"proposal:{row.pk}", now=now)
    return row


def _waiting(viewer: Viewer, proposal_id: int) -> Proposal:
    """A proposal about an agent of theirs that has no answer yet, locked."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("agent", "behaviour__template")
    row = rows.filter(agent__in=viewing.agents(viewer).order_by()).get(pk=proposal_id)
    agent: Agent = row.agent
    must_lead(viewer, agent)
    if row.answered_at is not None:
        raise WrongStateError("this proposal has had its answer already")
    return row
