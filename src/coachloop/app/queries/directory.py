"""Agents and teams by the keys that exports use."""

from dataclasses import dataclass
from datetime import date

from coachloop.app.models import Team
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent; `team` is empty where they have none."""

    key: str
    name: str
    team: str
    joined_on: date | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team and who leads it."""

    key: str
    name: str
    leader: str
    site: int


def agents(viewer: Viewer, *, team: str = "", after: str = "", most: int) -> list[AgentLine]:
    """Agents whose calls they may see, by key, those after the key `after`."""
    rows = viewing.agents(viewer).filter(key__gt=after).select_related("team").order_by("key")
    rows = rows.filter(team__key=team) if team else rows
    return [
        AgentLine(row.key, row.name, row.team.key if row.team else "", row.joined_on, row.left_on)
        for row in rows[:most]
    ]


def teams(viewer: Viewer) -> list[TeamLine]:
    """The teams whose agents they may see; all of them for operations and admins, who see no agents."""
    runs = viewer.has(Role.OPERATIONS, Role.ADMIN)
    rows = within(viewer, Team.objects.all()) if runs else viewing.teams(viewer)
    return [
        TeamLine(row.key, row.name, row.leader.name if row.leader else "", row.site_id)
        for row in rows.select_related("leader").order_by("key")
    ]
