"""Agents as admins keep them: where they are, who left, and who was met in calls. They go by the ids that exports use."""

from datetime import date
from typing import Annotated

from pydantic import Field

from coachloop.app.queries import staff
from coachloop.app.queries.paging import Slice
from coachloop.app.queries.staff import AgentRow, AgentsAsked, AgentView, Met
from coachloop.app.services import agents, leaving, memberships, merging
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count, Ended
from coachloop.web.api.paging import Number
from coachloop.web.api.shapes import Body, Id, Key

READ, WRITE = "people:read", "people:write"
Said = Annotated[str, Field(max_length=200)]


class Newcomer(Body):
    """An agent before their first call; `team` since `first_day`, or always."""

    key: Key
    name: Key
    joined_on: date | None = None
    team: Key | None = None
    first_day: date | None = None


class Agent(Body):
    """What an agent is called, their first day at the centre, and who of those that sign in they are, by id."""

    name: Key
    joined_on: date | None
    person: Id | None


class Stay(Body):
    """A team, by its key; without a first day since always, without a last one until they move on."""

    team: Key
    first_day: date | None = None
    last_day: date | None = None


class Leaving(Body):
    """Somebody's last day."""

    last_day: date


class Return(Body):
    """Where somebody who comes back goes to; without a day from today on."""

    team: Key | None = None
    first_day: date | None = None


class Into(Body):
    """The colleague whom somebody is, by their id."""

    into: Key


class Confirmed(Body):
    """Who are new colleagues: those named, or everybody who was met; into a team where one is named, since `first_day` or always."""

    agents: Annotated[tuple[Key, ...], Field(max_length=1000)] = ()
    everybody: bool = False
    team: Key | None = None
    first_day: date | None = None


@endpoint("GET /people/agents", Role.ADMIN, scope=READ)
def list_kept_agents(asked: Asked, words: Said = "", *, left: bool = False, page: Number = 1) -> Slice[AgentRow]:
    """Agents by name, whose name or id holds `words`; `left` those who left. Of what they did nothing is told here."""
    return staff.agents(asked.viewer, AgentsAsked(words=words.strip(), left=left, page=page), today=asked.today)


@endpoint("POST /people/agents", Role.ADMIN, scope=WRITE, status=201)
def add_agent(asked: Asked, body: Newcomer) -> AgentView:
    """Write an agent down before their first call comes in."""
    made = agents.add_agent(
        viewer=asked.viewer,
        key=body.key,
        name=body.name,
        joined_on=body.joined_on,
        team_id=_team(asked, body.team),
        first_day=body.first_day,
        now=asked.now,
    )
    return found(staff.agent(asked.viewer, made.pk, today=asked.today))


@endpoint("GET /people/agents/{path:key}", Role.ADMIN, scope=READ)
def read_kept_agent(asked: Asked, key: Key) -> AgentView:
    """Who an agent is and where they belong, by their id or another one of theirs."""
    return found(staff.agent(asked.viewer, staff.find_agent(asked.viewer, key), today=asked.today))


@endpoint("PUT /people/agents/{path:key}", Role.ADMIN, scope=WRITE)
def change_agent(asked: Asked, key: Key, body: Agent) -> None:
    """Correct who an agent is."""
    agents.change_agent(
        viewer=asked.viewer,
        agent_id=staff.find_agent(asked.viewer, key),
        name=body.name,
        joined_on=body.joined_on,
        user_id=body.person,
        now=asked.now,
    )


@endpoint("POST /people/agents/{path:key}/teams", Role.ADMIN, scope=WRITE)
def join_team(asked: Asked, key: Key, body: Stay) -> None:
    """Put an agent into a team from a day on; the team before ends the day before."""
    memberships.join_team(
        viewer=asked.viewer,
        agent_id=staff.find_agent(asked.viewer, key),
        team_id=staff.find_team(asked.viewer, body.team),
        first_day=body.first_day,
        last_day=body.last_day,
        now=asked.now,
    )


@endpoint("DELETE /people/stays/{stay_id}", Role.ADMIN, scope=WRITE)
def remove_stay(asked: Asked, stay_id: Id) -> None:
    """Take out days in a team that were a mistake; the team before goes on."""
    memberships.remove_membership(viewer=asked.viewer, membership_id=stay_id, now=asked.now)


@endpoint("POST /people/agents/{path:key}/leave", Role.ADMIN, scope=WRITE)
def note_leaving(asked: Asked, key: Key, body: Leaving) -> Ended:
    """Note an agent's last day; once it is over, what is open with them ends."""
    agent_id = staff.find_agent(asked.viewer, key)
    return Ended(leaving.leave(viewer=asked.viewer, agent_id=agent_id, last_day=body.last_day, now=asked.now))


@endpoint("POST /people/agents/{path:key}/back", Role.ADMIN, scope=WRITE)
def note_return(asked: Asked, key: Key, body: Return) -> None:
    """Note that an agent who left is here again; who signs in as them is switched on apart."""
    leaving.come_back(
        viewer=asked.viewer,
        agent_id=staff.find_agent(asked.viewer, key),
        team_id=_team(asked, body.team),
        first_day=body.first_day,
        now=asked.now,
    )


@endpoint("POST /people/agents/{path:key}/merge", Role.ADMIN, scope=WRITE)
def merge_agent(asked: Asked, key: Key, body: Into) -> Count:
    """Say that somebody who was met in calls is somebody we know; how many conversations moved."""
    agent_id, into = staff.find_agent(asked.viewer, key), staff.find_named(asked.viewer, body.into)
    return Count(merging.merge(viewer=asked.viewer, agent_id=agent_id, into_id=into, now=asked.now))


@endpoint("GET /people/met", Role.ADMIN, scope=READ)
def list_met_agents(asked: Asked, page: Number = 1) -> Slice[Met]:
    """Whom calls name and nobody has written down, most calls first."""
    return staff.met(asked.viewer, page=page)


@endpoint("POST /people/met/confirm", Role.ADMIN, scope=WRITE)
def confirm_met_agents(asked: Asked, body: Confirmed) -> Count:
    """Say that those who were met in calls are new colleagues; how many were not known before."""
    ids = staff.met_ids(asked.viewer, None if body.everybody else body.agents)
    team_id = _team(asked, body.team)
    done = agents.confirm(viewer=asked.viewer, agent_ids=ids, team_id=team_id, first_day=body.first_day, now=asked.now)
    return Count(done)


def _team(asked: Asked, key: str | None) -> int | None:
    return staff.find_team(asked.viewer, key) if key is not None else None
