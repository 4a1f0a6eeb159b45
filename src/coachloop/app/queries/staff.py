"""Agents and teams as they are kept: who is where, who left, and who was met in calls; never what anybody scored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import Agent, Conversation, Membership, SiteClosure, Team
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.people import Named
from coachloop.app.queries.sites import SiteView
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

ON_A_PAGE = 50
MOST = 2000
"""Agents that are offered to choose from; more are found by their id."""


@dataclass(frozen=True, slots=True)
class AgentsAsked:
    """Whom to list: whose name or id holds `words`; `left` those who left."""

    words: str = ""
    left: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent in a list."""

    id: int
    key: str
    name: str
    team: str
    known: bool
    email: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class StayView:
    """Days of an agent in a team; a day that is empty has no beginning, or no end yet."""

    id: int
    agent: Named
    team: Named
    first: date | None
    last: date | None
    now: bool


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent. `calls` of theirs are stored, the first and the last day of them where they are dated."""

    id: int
    key: str
    name: str
    known: bool
    team: Named | None
    joined_on: date | None
    left_on: date | None
    gone: bool
    user: Named | None
    user_active: bool
    also: tuple[str, ...]
    stays: tuple[StayView, ...]
    calls: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the list."""

    id: int
    key: str
    name: str
    site: str
    leader: str
    agents: int


@dataclass(frozen=True, slots=True)
class TeamView:
    """One team with its agents now, and everybody's days in it, newest first."""

    id: int
    key: str
    name: str
    site: Named
    leader: Named | None
    agents: tuple[Named, ...]
    stays: tuple[StayView, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody whom calls name and nobody has written down."""

    id: int
    key: str
    name: str
    team: str
    calls: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Closure:
    """A day on which a site is closed."""

    id: int
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class SiteKept:
    """A site, and the days to come on which it is closed."""

    site: SiteView
    closures: tuple[Closure, ...]


def _must(viewer: Viewer, *roles: Role) -> None:
    if not viewer.has(Role.ADMIN, *roles):
        raise NotYoursError("people, teams and agents are kept by admins")


def agents(viewer: Viewer, asked: AgentsAsked, *, today: date) -> Slice[AgentRow]:
    """A page of agents, by name."""
    _must(viewer)
    gone = Q(left_on__lt=today)
    rows = viewing.within(viewer, Agent.objects.filter(gone if asked.left else ~gone))
    if asked.words:
        rows = rows.filter(
            Q(name__icontains=asked.words) | Q(key__icontains=asked.words) | Q(aliases__key__icontains=asked.words)
        )
    ordered = rows.select_related("team", "user").order_by("name", "pk").distinct()
    return cut(ordered, asked.page, lambda found: [_agent_row(row) for row in found], size=ON_A_PAGE)


def _agent_row(row: Agent) -> AgentRow:
    team, email = row.team.name if row.team else "", row.user.email if row.user else ""
    return AgentRow(row.pk, row.key, row.name, team, row.known, email, row.left_on)


def agent(viewer: Viewer, agent_id: int, *, today: date) -> AgentView | None:
    """One agent; None where the viewer keeps no such."""
    _must(viewer)
    row = viewing.within(viewer, Agent.objects.select_related("team", "user")).filter(pk=agent_id).first()
    if row is None:
        return None
    calls = Conversation.objects.filter(agent=row).aggregate(n=Count("id"), first=Min("day"), last=Max("day"))
    return AgentView(
        id=row.pk,
        key=row.key,
        name=row.name,
        known=row.known,
        team=Named(row.team.pk, row.team.name) if row.team else None,
        joined_on=row.joined_on,
        left_on=row.left_on,
        gone=row.left_on is not None and row.left_on < today,
        user=Named(row.user.pk, row.user.name) if row.user else None,
        user_active=row.user is not None and row.user.is_active,
        also=tuple(row.aliases.order_by("key").values_list("key", flat=True)),
        stays=_stays(Membership.objects.filter(agent=row), today),
        calls=calls["n"],
        first=calls["first"],
        last=calls["last"],
    )


def _stays(rows: QuerySet[Membership], today: date) -> tuple[StayView, ...]:
    found = [
        StayView(
            id=row.pk,
            agent=Named(row.agent.pk, row.agent.name),
            team=Named(row.team.pk, row.team.name),
            first=row.first_day,
            last=row.last_day,
            now=(row.first_day or date.min) <= today <= (row.last_day or date.max),
        )
        for row in rows.select_related("agent", "team")
    ]
    return tuple(sorted(found, key=lambda stay: (stay.first or date.min, stay.agent.name), reverse=True))


def teams(viewer: Viewer) -> list[TeamRow]:
    """Every team, by name; operations read them too."""
    _must(viewer, Role.OPERATIONS)
    rows = viewing.within(viewer, Team.objects.select_related("site", "leader")).annotate(n=Count("agents"))
    return [
        TeamRow(row.pk, row.key, row.name, row.site.name, row.leader.name if row.leader else "", row.n)
        for row in rows.order_by("name", "key")
    ]


def team(viewer: Viewer, team_id: int, *, today: date) -> TeamView | None:
    """One team; None where it is none of theirs."""
    _must(viewer, Role.OPERATIONS)
    row = viewing.within(viewer, Team.objects.select_related("site", "leader")).filter(pk=team_id).first()
    if row is None:
        return None
    return TeamView(
        id=row.pk,
        key=row.key,
        name=row.name,
        site=Named(row.site.pk, row.site.name),
        leader=Named(row.leader.pk, row.leader.name) if row.leader else None,
        agents=named(row.agents.order_by("name", "pk")),
        stays=_stays(Membership.objects.filter(team=row), today),
    )


def named(rows: Iterable[Agent | Team]) -> tuple[Named, ...]:
    """Rows to choose from."""
    return tuple(Named(row.pk, row.name) for row in rows)


def team_choices(viewer: Viewer) -> tuple[Named, ...]:
    """Every team of theirs, by name."""
    _must(viewer, Role.OPERATIONS)
    return named(viewing.within(viewer, Team.objects.order_by("name", "key")))


def known_agents(viewer: Viewer, *, today: date) -> tuple[Named, ...]:
    """Colleagues that somebody who was met in calls may be, by name, each with their id."""
    _must(viewer)
    rows = viewing.within(viewer, Agent.objects.filter(known=True).exclude(left_on__lt=today))
    return tuple(Named(row.pk, f"{row.name} ({row.key})") for row in rows.order_by("name", "key")[:MOST])


def met_count(viewer: Viewer) -> int:
    """How many were met in calls and are not known yet."""
    return viewing.within(viewer, Agent.objects.filter(known=False)).count()


def met(viewer: Viewer, *, page: int = 1) -> Slice[Met]:
    """Who was met in calls, most calls first."""
    _must(viewer)
    rows = viewing.within(viewer, Agent.objects.filter(known=False)).select_related("team")
    counted = rows.annotate(
        n=Count("conversations"), first=Min("conversations__day"), last=Max("conversations__day")
    ).order_by("-n", "name", "pk")
    return cut(counted, page, lambda found: [_met(row) for row in found], size=ON_A_PAGE)


def _met(row: Any) -> Met:
    """Of a row with its counts."""
    return Met(row.pk, row.key, row.name, row.team.name if row.team else "", row.n, row.first, row.last)


def met_ids(viewer: Viewer, keys: Iterable[str] | None = None) -> list[int]:
    """Those with these ids, or all of them: for the first import, when everybody is new."""
    _must(viewer)
    rows = viewing.within(viewer, Agent.objects.filter(known=False))
    rows = rows if keys is None else rows.filter(key__in=list(keys))
    return list(rows.values_list("pk", flat=True))


def find_agent(viewer: Viewer, key: str) -> int:
    """The agent with this id, or with this other one.

    Raises:
        Agent.DoesNotExist: none of theirs.
    """
    rows = viewing.within(viewer, Agent.objects.filter(Q(key=key) | Q(aliases__key=key)))
    if (found := rows.distinct().first()) is None:
        raise Agent.DoesNotExist(f"there is no agent {key!r} here")
    return found.pk


def find_named(viewer: Viewer, words: str) -> int:
    """The agent whom somebody means by an id, by a name that is nobody else's, or by both: `Lea Rossi (a-7)`.

    Raises:
        UnknownNameError: nobody, or several.
    """
    _must(viewer)
    said = words.strip()
    key = said[:-1].rpartition("(")[2] if said.endswith(")") else said
    rows = viewing.within(viewer, Agent.objects.filter(known=True))
    for means in (Q(key=said), Q(key=key), Q(aliases__key=said), Q(name__iexact=said)):
        found = list(rows.filter(means).distinct()[:2])
        if len(found) == 1:
            return found[0].pk
        if found:
            raise UnknownNameError(f"several are called {said!r}: give the id")
    raise UnknownNameError(f"nobody whom we know has the id or the name {said!r}")


def find_team(viewer: Viewer, key: str) -> int:
    """The team with this id.

    Raises:
        Team.DoesNotExist: none of theirs.
    """
    if (found := viewing.within(viewer, Team.objects.filter(key=key)).first()) is None:
        raise Team.DoesNotExist(f"there is no team {key!r} here")
    return found.pk


def sites_kept(viewer: Viewer, *, today: date) -> list[SiteKept]:
    """Every site with the days to come on which it is closed."""
    _must(viewer)
    closed = SiteClosure.objects.filter(day__gte=today).order_by("day")
    return [
        SiteKept(one, tuple(Closure(row.pk, row.day, row.name) for row in closed.filter(site=one.id)))
        for one in sites.site_views(viewer)
    ]
