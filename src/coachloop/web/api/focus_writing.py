"""What an agent is coached on, and when: suggestions taken or answered otherwise, proposals, requests, the week's plan, drift."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from coachloop.app.services import coaching, drift, planning, proposals, requests
from coachloop.app.services.choice import Otherwise
from coachloop.app.services.planning import Chosen
from coachloop.app.services.planning import Outcome as Planned
from coachloop.app.services.proposals import Idea
from coachloop.core.insight.drift import Budget
from coachloop.core.model.people import Role
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made, Next
from coachloop.web.api.shapes import Body, Id, Key, Words

WRITE = "coaching:write"
LEADER = Role.TEAM_LEADER


class Choice(Body):
    """A behaviour, the verdict that shows it, and why."""

    template: Key
    behaviour: Key
    example: Id
    because: Words


class Because(Body):
    """A reason."""

    because: Words


class Said(Body):
    """Words of whoever asks."""

    words: Words = ""


class Line(Body):
    """A line of the plan that is kept, as `read_plan` names it, and when."""

    key: Annotated[str, Field(min_length=1, max_length=500)]
    starts_at: AwareDatetime


class Lines(Body):
    """The lines that are kept."""

    team: Key
    lines: Annotated[list[Line], Field(max_length=200)]


class BudgetBody(Body):
    """How many false alerts a month are put up with; the smaller of the two counts."""

    per_hundred: float
    per_team: float


@endpoint("POST /agents/{path:key}/focus", LEADER, scope=WRITE, status=201)
def accept_focus(asked: Asked, key: Key) -> Made:
    """Make today's suggestion the agent's one open focus; its session is then to be planned."""
    made = coaching.accept_focus(viewer=asked.viewer, agent_key=key, now=asked.now, as_of=asked.today)
    return Made(made.pk)


@endpoint("POST /agents/{path:key}/focus/other", LEADER, scope=WRITE, status=201)
def choose_focus(asked: Asked, key: Key, body: Choice) -> Made:
    """Choose something else than what is suggested, with an example and a reason."""
    wish = Otherwise(body.template, body.behaviour, body.example, body.because)
    made = coaching.accept_focus(viewer=asked.viewer, agent_key=key, now=asked.now, as_of=asked.today, otherwise=wish)
    return Made(made.pk)


@endpoint("POST /agents/{path:key}/proposals", Role.QA_LEAD, scope=WRITE, status=201)
def propose_focus(asked: Asked, key: Key, body: Choice) -> Made:
    """Propose to an agent's leader what to coach."""
    idea = Idea(body.template, body.behaviour, body.example, body.because)
    return Made(proposals.propose(viewer=asked.viewer, agent_key=key, idea=idea, now=asked.now).pk)


@endpoint("POST /proposals/{proposal_id}/take", LEADER, scope=WRITE, status=201)
def take_proposal(asked: Asked, proposal_id: Id) -> Made:
    """Take a proposal as the agent's focus."""
    return Made(proposals.take(viewer=asked.viewer, proposal_id=proposal_id, now=asked.now, as_of=asked.today).pk)


@endpoint("POST /proposals/{proposal_id}/decline", LEADER, scope=WRITE)
def decline_proposal(asked: Asked, proposal_id: Id, body: Because) -> None:
    """Say no to a proposal, and why."""
    proposals.decline(viewer=asked.viewer, proposal_id=proposal_id, because=body.because, now=asked.now)


@endpoint("POST /agents/{path:key}/developmental", LEADER, scope=WRITE, status=201)
def open_developmental(asked: Asked, key: Key) -> Made:
    """Offer an agent a conversation of their own."""
    return Made(coaching.open_developmental(viewer=asked.viewer, agent_key=key, now=asked.now).pk)


@endpoint("POST /me/request", Role.AGENT, scope=WRITE, status=201)
def ask_for_coaching(asked: Asked, body: Said) -> Made:
    """Ask your leader for a conversation."""
    return Made(requests.ask_for_coaching(viewer=asked.viewer, words=body.words, now=asked.now).pk)


@endpoint("POST /agents/{path:key}/request/answer", LEADER, scope=WRITE)
def answer_request(asked: Asked, key: Key) -> Next:
    """Answer an agent who asks: with the conversation that is planned, or a new one."""
    planned = requests.answer_with_planned(viewer=asked.viewer, agent_key=key, now=asked.now)
    return Next(planned or coaching.open_developmental(viewer=asked.viewer, agent_key=key, now=asked.now).pk)


@endpoint("POST /plan", LEADER, scope=WRITE)
def confirm_plan(asked: Asked, body: Lines) -> list[Planned]:
    """Carry out lines of the week's plan; one that is refused, with its reason, does not lose the others."""
    chosen = [Chosen(one.key, one.starts_at) for one in body.lines]
    return planning.confirm(viewer=asked.viewer, team_key=body.team, chosen=chosen, now=asked.now)


@endpoint("POST /insight/drift/{alert_id}/acknowledge", LEADER, scope="insight:write")
def acknowledge_drift(asked: Asked, alert_id: Id) -> None:
    """Say that you have seen an alert and look after it."""
    drift.acknowledge(viewer=asked.viewer, alert_id=alert_id, now=asked.now)


@endpoint("PUT /insight/drift/budget", Role.OPERATIONS, Role.ADMIN, scope="insight:write")
def set_drift_budget(asked: Asked, body: BudgetBody) -> None:
    """Set how many false alerts a month are put up with; it counts from the next look on."""
    drift.set_budget(viewer=asked.viewer, budget=Budget(body.per_hundred, body.per_team), now=asked.now)
