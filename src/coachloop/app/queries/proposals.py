"""What QA leads propose to coach: for the leader who answers, and for QA leads, who see what became of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coachloop.app.models import Focus, Proposal, Verdict
from coachloop.app.queries import viewing
from coachloop.app.queries.choosing import working_on
from coachloop.app.queries.examples import Example, examples
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.people import Role


class Became(StrEnum):
    """How far a proposal has come."""

    WAITS = "waits"
    DECLINED = "declined"
    TAKEN = "taken"
    PLANNED = "planned"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal. `declined_because` are the leader's words; `day` is that of the session once it has one.

    `working_on` is what the agent works on while it waits: it can be taken once that is closed.
    """

    id: int
    agent_key: str
    agent_name: str
    team_name: str
    title: str
    why: str
    by: str
    proposed_at: datetime
    example: Example | None
    became: Became
    answered_by: str
    answered_at: datetime | None
    declined_because: str
    day: date | datetime | None
    working_on: str


def to_answer(viewer: Viewer, *, team: str = "") -> tuple[ProposalView, ...]:
    """What waits for the answer of whoever leads the agent, longest first; in one team where it is named."""
    if not viewer.has(Role.TEAM_LEADER):
        return ()
    rows = Proposal.objects.filter(answered_at__isnull=True, agent__team__in=viewer.team_ids)
    rows = rows.filter(agent__team__key=team) if team else rows
    return _views(viewer, list(rows.select_related("agent__team", "behaviour").order_by("proposed_at", "pk")))


def proposals(viewer: Viewer, *, page: int = 1) -> Slice[ProposalView]:
    """Every proposal and what became of it, newest first; for QA leads."""
    every = viewing.within(viewer, Proposal.objects.all(), "agent__programme")
    rows = every if viewer.has(Role.QA_LEAD) else Proposal.objects.none()
    rows = rows.select_related("agent__team", "behaviour", "focus").prefetch_related("focus__sessions")
    return cut(rows.order_by("-proposed_at", "-pk"), page, lambda found: _views(viewer, found))


def quoted(rows: tuple[ProposalView, ...]) -> tuple[str, ...]:
    """The conversations whose words these show."""
    return tuple(row.example.conversation_key for row in rows if row.example)


def _views(viewer: Viewer, rows: list[Proposal]) -> tuple[ProposalView, ...]:
    if not rows:
        return ()
    shown = examples(viewer, Verdict.objects.filter(pk__in=[row.example_id for row in rows if row.example_id]))
    agents = viewing.agents(viewer).in_bulk([row.agent_id for row in rows])
    return tuple(_view(row, shown.get(row.example_id or 0)) for row in rows if row.agent_id in agents)


def _view(row: Proposal, example: Example | None) -> ProposalView:
    became, day = _became(row)
    return ProposalView(
        id=row.pk,
        agent_key=row.agent.key,
        agent_name=row.agent.name,
        team_name=row.agent.team.name if row.agent.team else "",
        title=row.behaviour.title,
        why=row.why,
        by=row.proposed_by_name,
        proposed_at=row.proposed_at,
        example=example,
        became=became,
        answered_by=row.answered_by_name,
        answered_at=row.answered_at,
        declined_because=row.declined_because,
        day=day,
        working_on=working_on(row.agent) if became is Became.WAITS else "",
    )


def _became(row: Proposal) -> tuple[Became, date | datetime | None]:
    if row.focus is not None:
        return _stage(row.focus)
    return (Became.WAITS if row.answered_at is None else Became.DECLINED), None


def _stage(focus: Focus) -> tuple[Became, date | datetime | None]:
    """Focus and status of its session, which is what an adviser sees."""
    sessions = sorted(focus.sessions.all(), key=lambda one: one.pk)
    held = next((one.held_on for one in reversed(sessions) if one.status == SessionStatus.HELD), None)
    planned = next((one.planned_for for one in sessions if one.status == SessionStatus.PLANNED), None)
    if focus.closed_at is not None:
        return Became.CLOSED, held
    if held is not None:
        return Became.HELD, held
    return (Became.PLANNED if planned else Became.TAKEN), planned
