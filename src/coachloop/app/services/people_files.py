"""People, teams and sites from a file: every bad row is refused with its reason, the others are taken, and twice is once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django.db import transaction
from pydantic import BaseModel

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import Agent, Grant, Site, Team, User
from coachloop.app.queries import programmes, viewing
from coachloop.app.queries.people import kept, must_keep, must_keep_all
from coachloop.app.queries.sites import at_hand
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import absences, audit, leaving, memberships, sites, teams
from coachloop.app.services.directory import Directory
from coachloop.app.services.people import Place
from coachloop.app.services.users import address
from coachloop.core.model.cells import unquoted
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.staff_lines import ClosureLine, PersonLine, SiteLine, TeamLine
from coachloop.core.model.wire import AbsenceLine, BadLineError, checked, fields, taken

type Rows = Iterable[Line | Record | Refusal]


class Kind(StrEnum):
    """What a file holds."""

    PEOPLE = "people"
    TEAMS = "teams"
    SITES = "sites"
    ABSENCES = "absences"
    CLOSURES = "closures"


def take(kind: Kind, rows: Rows, *, viewer: Viewer, now: datetime) -> Receipt:
    """Take a file in.

    Args:
        kind: what it holds.
        rows: what a reader yields.
        viewer: an admin; for sites and closures, in a divided installation, one of all programmes.
        now: when.

    Returns:
        The receipt: a row that changed nothing is a duplicate, and columns that nobody reads are noted.

    Raises:
        NotYoursError: somebody else.
    """
    if kind in {Kind.SITES, Kind.CLOSURES}:
        must_keep_all(viewer)
    else:
        must_keep(viewer)
    spare: dict[str, int] = {}
    receipt = _TAKES[kind](_known(rows, _SHAPES[kind], spare), viewer=viewer, now=now)
    for column, count in spare.items():
        receipt.note(f"rows have a column {column!r} that is not known here, and was left out", count)
    return receipt


def _known(rows: Rows, shape: type[BaseModel], spare: dict[str, int]) -> Iterator[Line | Record | Refusal]:
    """The rows with the columns that are read, as text that was made harmless for a spreadsheet once stood; `spare` counts the others."""
    for item in rows:
        if not isinstance(item, Record):
            yield item
            _count(item, shape, spare)
            continue
        for column in item.fields.keys() - shape.model_fields.keys():
            spare[column] = spare.get(column, 0) + 1
        told = {name: unquoted(cell) if isinstance(cell, str) else cell for name, cell in item.fields.items()}
        yield replace(item, fields=told)


def _count(item: Line | Refusal, shape: type[BaseModel], spare: dict[str, int]) -> None:
    if isinstance(item, Refusal):
        return
    try:
        named = fields(item).keys()
    except BadLineError:
        return
    for column in named - shape.model_fields.keys():
        spare[column] = spare.get(column, 0) + 1


@transaction.atomic
def add_people(rows: Rows, *, viewer: Viewer, now: datetime) -> Receipt:
    """Add the people of a file: users with their role, leaders with their team, agents with the id exports use.

    A person who is there already is a duplicate; a new role, team, day or id of theirs is added. They sign in once a password is set.
    """
    must_keep(viewer)
    receipt = Receipt()
    adding = _Adding(viewer, programmes.of(viewer), receipt=receipt, now=now)
    _each(rows, receipt, PersonLine, add=adding.person)
    audit.record(viewer, "people.add", "people", now=now, detail={"accepted": receipt.accepted})
    return receipt


@transaction.atomic
def add_teams(rows: Rows, *, viewer: Viewer, now: datetime) -> Receipt:
    """Add the teams of a file, or give them the name, the site and the leader that it names; what it leaves empty stays."""
    receipt = Receipt()
    _each(rows, receipt, TeamLine, add=partial(_team, viewer=viewer, now=now))
    audit.record(viewer, "teams.add", "teams", now=now, detail={"accepted": receipt.accepted})
    return receipt


@transaction.atomic
def add_sites(rows: Rows, *, viewer: Viewer, now: datetime) -> Receipt:
    """Add the sites of a file, or put them where it says; what it leaves empty stays."""
    receipt = Receipt()
    _each(rows, receipt, SiteLine, add=partial(_site, viewer=viewer, now=now))
    audit.record(viewer, "sites.add", "sites", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _each[M: BaseModel](rows: Rows, receipt: Receipt, shape: type[M], *, add: Callable[[M], bool]) -> None:
    """Every row by itself: of one that is refused nothing is stored."""

    def tried(item: Line | Record) -> bool:
        line = checked(shape, fields(item))
        with transaction.atomic():
            return add(line)

    refusals = (BadLineError, RefusedError, NotYoursError)
    for _, changed in taken(rows, receipt, tried, refusals=refusals):
        receipt.accepted += changed
        receipt.duplicates += not changed


class _Adding:
    """What the rows of a file of people share."""

    def __init__(self, viewer: Viewer, programme: int | None, *, receipt: Receipt, now: datetime) -> None:
        self._viewer, self._programme, self._receipt, self._now = viewer, programme, receipt, now

    def person(self, line: PersonLine) -> bool:
        """Add one; whether that changed anything."""
        directory = Directory(self._programme)
        team = directory.team(line.team)
        agent = directory.agent(line.agent_id, line.name) if line.role is Role.AGENT and line.agent_id else None
        if agent and line.email:
            _must_be_one_person(line.email, agent)
        user, changed = self._user(line) if line.email else (None, False)
        if user and line.role is Role.TEAM_LEADER and team and team.leader is None:
            team.leader, changed = user, True
            team.save(update_fields=["leader"])
        return self._agent(agent, user, team, line=line) or changed if agent else changed

    def _user(self, line: PersonLine) -> tuple[User, bool]:
        email = address(line.email or "")
        user = User.objects.filter(email__iexact=email).first()
        new = user is None
        if user and not kept(self._viewer).filter(pk=user.pk).exists():
            raise BadLineError(
                f"somebody else has the address {email} already: an admin of the whole installation gives them a role here"
            )
        if user is None:
            user = User(email=email, name=line.name, created_at=self._now, changed_at=self._now)
            user.set_unusable_password()
            user.save()
        if user.grants.filter(role=line.role, programme=self._programme).exists():
            return user, new
        Grant.objects.create(user=user, role=line.role, programme_id=self._programme)
        User.objects.filter(pk=user.pk).update(changed_at=self._now)
        detail = {"role": line.role, "programme": self._programme}
        audit.record(self._viewer, "role.give", f"user:{user.pk}", now=self._now, detail=detail)
        return user, True

    def _agent(self, agent: Agent, user: User | None, team: Team | None, *, line: PersonLine) -> bool:
        was = (agent.known, agent.user_id, agent.team_id, agent.joined_on)
        agent.known, agent.user = True, user or agent.user
        agent.joined_on = line.joined_on or agent.joined_on
        dated = line.team_from or line.team_until
        if team and not dated:
            self._undated(agent, team)
        is_ = (agent.known, agent.user_id, agent.team_id, agent.joined_on)
        if is_ != was:
            agent.save(update_fields=["known", "user", "team", "joined_on"])
        first, last = line.team_from, line.team_until
        moved = bool(team and dated) and memberships.put(
            agent, team.pk if team else 0, first=first, last=last, now=self._now
        )
        if line.left_on and line.left_on != agent.left_on:
            leaving.leave(viewer=self._viewer, agent_id=agent.pk, last_day=line.left_on, now=self._now)
            return True
        return moved or is_ != was

    def _undated(self, agent: Agent, team: Team) -> None:
        """A team without a day is that of somebody who has none; nobody moves by it."""
        if agent.team_id is None and not agent.left_on and not agent.memberships.exists():
            agent.team = team
        elif agent.team_id != team.pk:
            self._receipt.note(
                "rows name another team than the agent is in: they move with team_from, and stay without"
            )


def _must_be_one_person(email: str, agent: Agent) -> None:
    """Refuse a second person for an agent, and a second agent for a person."""
    if agent.user and agent.user.email.casefold() != email.casefold():
        raise BadLineError(f"agent {agent.key!r} is {agent.user.email} already")
    other = Agent.objects.filter(user__email__iexact=email).exclude(pk=agent.pk).first()
    if other:
        which = f"agent {other.key!r}" if other.programme_id == agent.programme_id else "another agent"
        raise BadLineError(f"{email} is {which} already")


def _team(line: TeamLine, *, viewer: Viewer, now: datetime) -> bool:
    site, leader = _site_id(viewer, line.site), _leader_id(viewer, line.leader)
    row = viewing.within(viewer, Team.objects.filter(key=line.team)).first()
    if row is None:
        given: dict[str, Any] = {"site_id": site, "leader_id": leader}
        teams.add_team(viewer=viewer, key=line.team, name=line.name or line.team, now=now, **given)
        return True
    was = (row.name, row.site_id, row.leader_id)
    is_ = (line.name or row.name, site or row.site_id, leader or row.leader_id)
    teams.change_team(viewer=viewer, team_id=row.pk, name=is_[0], site_id=is_[1], leader_id=is_[2], now=now)
    return is_ != was


def _site_id(viewer: Viewer, name: str | None) -> int | None:
    if not name:
        return None
    found = at_hand(viewer).filter(name=name).first()
    if found is None:
        raise BadLineError(f"site: there is no site {name!r}; add it first, in a file of sites")
    return found.pk


def _leader_id(viewer: Viewer, email: str | None) -> int | None:
    if not email:
        return None
    found = kept(viewer).filter(email__iexact=email).first()
    if found is None:
        raise BadLineError(f"leader: nobody has the address {email!r}; add them first, in a file of people")
    return found.pk


def _site(line: SiteLine, *, viewer: Viewer, now: datetime) -> bool:
    place, row = Place(line.timezone, line.country, line.region), Site.objects.filter(name=line.name).first()
    if row is None:
        sites.add_site(viewer=viewer, name=line.name, place=place, now=now)
        return True
    was = (row.timezone, row.country, row.subdivision)
    if not line.country:
        place = replace(place, country=row.country, region=line.region or row.subdivision)
    after = sites.change_place(viewer=viewer, site_id=row.pk, name=row.name, place=place, now=now)
    return (after.timezone, after.country, after.subdivision) != was


_TAKES: dict[Kind, Callable[..., Receipt]] = {
    Kind.PEOPLE: add_people,
    Kind.TEAMS: add_teams,
    Kind.SITES: add_sites,
    Kind.ABSENCES: absences.import_absences,
    Kind.CLOSURES: absences.import_closures,
}
_SHAPES: dict[Kind, type[BaseModel]] = {
    Kind.PEOPLE: PersonLine,
    Kind.TEAMS: TeamLine,
    Kind.SITES: SiteLine,
    Kind.ABSENCES: AbsenceLine,
    Kind.CLOSURES: ClosureLine,
}
