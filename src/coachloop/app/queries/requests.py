"""Agents who ask for coaching: for themselves, and for whoever leads them."""

from dataclasses import dataclass
from datetime import datetime

from coachloop.app.models import Agent, CoachingRequest
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class RequestView:
    """An agent asks, in their own words, and nobody has answered yet."""

    agent_key: str
    agent_name: str
    words: str
    asked_at: datetime


def open_requests(viewer: Viewer, *, team: str = "") -> tuple[RequestView, ...]:
    """Who waits for an answer of theirs, longest first; in one team where it is named. Advisers are not asked."""
    if not viewer.has(Role.TEAM_LEADER):
        return ()
    rows = CoachingRequest.objects.filter(answered_at__isnull=True, agent__team__in=viewer.team_ids)
    rows = rows.filter(agent__team__key=team) if team else rows
    return tuple(map(_view, rows.select_related("agent").order_by("asked_at", "pk")))


def open_request(viewer: Viewer, agent: Agent) -> RequestView | None:
    """What an agent waits for an answer to; for themselves and for whoever leads them."""
    if agent.pk != viewer.agent_id and not leads(viewer, agent):
        return None
    row = agent.requests.filter(answered_at__isnull=True).select_related("agent").first()
    return _view(row) if row else None


def leads(viewer: Viewer, agent: Agent) -> bool:
    """Whether the agent is in a team that they lead today."""
    return viewer.has(Role.TEAM_LEADER) and agent.team_id in viewer.team_ids


def _view(row: CoachingRequest) -> RequestView:
    return RequestView(row.agent.key, row.agent.name, row.words, row.asked_at)
