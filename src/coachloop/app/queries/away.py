"""Who is away, and who stands in."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from coachloop.app.models import Absence, Agent, LeaderAbsence, StandIn, Team, User
from coachloop.app.queries import slots, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to choose."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class LeaderDays:
    """Days on which a leader is away. `by` names who stands in, and is empty where nobody does."""

    id: int
    leader: str
    teams: str
    first: date
    last: date
    by: str


@dataclass(frozen=True, slots=True)
class AgentDays:
    """Days on which an agent is away."""

    id: int
    agent_key: str
    agent_name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class AgentName:
    """An agent to choose."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Away:
    """What the page shows: leaders one may note something for, who could stand in, and the agents of one's own teams."""

    leaders: tuple[Person, ...]
    candidates: tuple[Person, ...]
    leader_days: tuple[LeaderDays, ...]
    agents: tuple[AgentName, ...]
    agent_days: tuple[AgentDays, ...]


def away(viewer: Viewer, *, today: date) -> Away:
    """Absences that are not over; operations and admins see those of every leader, and of no agent."""
    leaders = list(leaders_of(viewer))
    mine = [team.pk for team in slots.led_teams(viewer)] if not viewer.has(*_APPOINT) else []
    able = viewing.people(viewer, Role.TEAM_LEADER).order_by("name")
    agents = Agent.objects.filter(team__in=mine).order_by("name")
    days = Absence.objects.filter(agent__in=agents, last_day__gte=today).select_related("agent")
    return Away(
        leaders=tuple(Person(row.pk, row.name) for row in leaders),
        candidates=tuple(Person(row.pk, row.name) for row in able),
        leader_days=_leader_days(viewer, leaders, today),
        agents=tuple(AgentName(row.key, row.name) for row in agents),
        agent_days=tuple(
            AgentDays(row.pk, row.agent.key, row.agent.name, row.first_day, row.last_day)
            for row in days.order_by("first_day", "agent__name")
        ),
    )


_APPOINT = (Role.OPERATIONS, Role.ADMIN)


def leaders_of(viewer: Viewer) -> QuerySet[User]:
    """Leaders for whom they may note that they are away."""
    led = viewing.within(viewer, Team.objects.filter(leader=OuterRef("pk")))
    everyone = User.objects.filter(Exists(led), is_active=True).order_by("name")
    return everyone if viewer.has(*_APPOINT) else everyone.filter(pk=viewer.user.pk if viewer.user else 0)


def _leader_days(viewer: Viewer, leaders: list[User], today: date) -> tuple[LeaderDays, ...]:
    rows = LeaderAbsence.objects.filter(user__in=leaders, last_day__gte=today).select_related("user")
    return tuple(
        LeaderDays(
            id=row.pk,
            leader=row.user.name,
            teams=", ".join(viewing.within(viewer, row.user.led_teams.order_by("name")).values_list("name", flat=True)),
            first=row.first_day,
            last=row.last_day,
            by=_by(viewer, row),
        )
        for row in rows.order_by("first_day", "user__name")
    )


def _by(viewer: Viewer, row: LeaderAbsence) -> str:
    """Who stands in for the whole of it; where it is more than one, all of them."""
    theirs = StandIn.objects.filter(team__leader=row.user, first_day__lte=row.last_day, last_day__gte=row.first_day)
    theirs = viewing.within(viewer, theirs, "team__programme")
    return " and ".join(dict.fromkeys(theirs.order_by("first_day").values_list("user__name", flat=True)))
