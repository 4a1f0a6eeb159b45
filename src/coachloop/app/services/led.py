"""Whose coaching it is: every write about an agent starts from one of these."""

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Agent, Session
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.people import Role


def leads(viewer: Viewer, agent: Agent) -> bool:
    """Whether the agent is in a team that they lead today."""
    return viewer.everything or (viewer.has(Role.TEAM_LEADER) and agent.team_id in viewer.team_ids)


def is_agent(viewer: Viewer, agent: Agent) -> bool:
    """Whether they are that agent."""
    return viewer.has(Role.AGENT) and viewer.agent_id == agent.pk


def must_lead(viewer: Viewer, agent: Agent) -> None:
    """Let nobody pass but whoever leads the agent today.

    Raises:
        NotYoursError: somebody else's.
    """
    if not leads(viewer, agent):
        raise NotYoursError(f"coaching of {agent.name} belongs to their own team leader")


def led_agent(viewer: Viewer, agent_key: str) -> Agent:
    """An agent of theirs.

    Raises:
        NotYoursError: somebody else's.
    """
    agent = viewing.agents(viewer).select_related("team__site").get(key=agent_key)
    must_lead(viewer, agent)
    return agent


def led_session(viewer: Viewer, session_id: int) -> Session:
    """A session that is still open, locked.

    Raises:
        NotYoursError: somebody else's.
        WrongStateError: held or cancelled.
    """
    sessions = viewing.sessions(viewer).select_for_update(of=("self",))
    session = sessions.select_related("agent__team__site", "focus").get(pk=session_id)
    must_lead(viewer, session.agent)
    if session.status != SessionStatus.PLANNED:
        raise WrongStateError(f"this session is {session.status} already")
    return session
