"""Who signs in, and what they may do: for the admins who keep that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import Agent, Grant, User
from coachloop.app.queries import viewing
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to list: whose name or address holds `words`, with this role; `off` those who are switched off."""

    words: str = ""
    role: str = ""
    off: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in the list."""

    id: int
    name: str
    email: str
    roles: tuple[str, ...]
    active: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds; `programme` is empty where it holds everywhere, `may_take` whether the viewer may take it away."""

    role: str
    programme: str
    everywhere: bool
    may_take: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Something to choose, or to go to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person. `whole`: the viewer may change what holds everywhere; `has_password` is False until they chose one."""

    id: int
    name: str
    email: str
    active: bool
    has_password: bool
    from_directory: bool
    sees_originals: bool
    last_login: datetime | None
    created_at: datetime | None
    roles: tuple[Held, ...]
    leads: tuple[Named, ...]
    agent: Named | None
    whole: bool
    myself: bool


def must_keep(viewer: Viewer) -> None:
    """Let nobody pass but an admin.

    Raises:
        NotYoursError: somebody else.
    """
    if not viewer.has(Role.ADMIN):
        raise NotYoursError("people, teams and agents are kept by admins")


def must_keep_all(viewer: Viewer, *roles: Role) -> None:
    """Let nobody pass but whoever has one of these roles, admin where none is named, for all programmes of the site: for what they share.

    Raises:
        NotYoursError: somebody else.
    """
    if not (viewer.has(*roles or (Role.ADMIN,)) and viewer.keeps_all):
        raise NotYoursError("this holds for the whole site: somebody who keeps all of it changes it")


def kept(viewer: Viewer) -> QuerySet[User]:
    """Whom an admin keeps: everybody, or those who hold a role in the one programme that is theirs.

    Raises:
        NotYoursError: they are no admin.
    """
    must_keep(viewer)
    if viewer.keeps_all:
        return User.objects.all()
    return User.objects.filter(pk__in=Grant.objects.filter(programme=viewer.programme_id or 0).values("user"))


def people(viewer: Viewer, asked: Asked) -> Slice[PersonRow]:
    """A page of them, by name."""
    rows = kept(viewer).filter(is_active=not asked.off)
    if asked.words:
        rows = rows.filter(Q(name__icontains=asked.words) | Q(email__icontains=asked.words))
    if asked.role:
        holding = _grants(viewer).filter(role=asked.role)
        rows = rows.filter(pk__in=holding.values("user"))
    ordered = rows.order_by("name", "pk").prefetch_related(_held(viewer))
    return cut(ordered, asked.page, lambda found: [_row(row) for row in found], size=ON_A_PAGE)


def _grants(viewer: Viewer) -> QuerySet[Grant]:
    """Roles that hold where the viewer looks."""
    if viewer.programme_id is None:
        return Grant.objects.all()
    return Grant.objects.filter(Q(programme=None) | Q(programme=viewer.programme_id))


def _held(viewer: Viewer) -> "Prefetch[Any]":
    return Prefetch("grants", _grants(viewer).select_related("programme").order_by("role"))


def _row(row: User) -> PersonRow:
    roles = tuple(dict.fromkeys(grant.role for grant in row.grants.all()))
    return PersonRow(row.pk, row.name, row.email, roles, row.is_active, row.last_login)


def person(viewer: Viewer, user_id: int) -> PersonView | None:
    """One of them; None where the viewer keeps no such person."""
    row = kept(viewer).filter(pk=user_id).prefetch_related(_held(viewer)).first()
    if row is None:
        return None
    agent = viewing.within(viewer, Agent.objects.filter(user=row)).first()
    led = viewing.within(viewer, row.led_teams.order_by("name"))
    elsewhere = Grant.objects.filter(user=row).exclude(programme=viewer.programme_id or 0)
    return PersonView(
        id=row.pk,
        name=row.name,
        email=row.email,
        active=row.is_active,
        has_password=row.has_usable_password(),
        from_directory=bool(row.external_id),
        sees_originals=row.sees_originals,
        last_login=row.last_login,
        created_at=row.created_at,
        roles=tuple(_role(grant, viewer) for grant in row.grants.all()),
        leads=tuple(Named(team.pk, team.name) for team in led),
        agent=Named(agent.pk, agent.name) if agent else None,
        whole=viewer.keeps_all or not elsewhere.exists(),
        myself=row == viewer.user,
    )


def _role(grant: Grant, viewer: Viewer) -> Held:
    everywhere = grant.programme is None
    mine = grant.role == Role.ADMIN and grant.user_id == (viewer.user.pk if viewer.user else 0)
    return Held(
        role=grant.role,
        programme=grant.programme.name if grant.programme else "",
        everywhere=everywhere,
        may_take=not mine and (viewer.keeps_all or not everywhere),
    )


def email(viewer: Viewer, user_id: int) -> str:
    """By which address somebody signs in; empty where the viewer keeps no such person."""
    return kept(viewer).filter(pk=user_id).values_list("email", flat=True).first() or ""


def find(viewer: Viewer, address: str) -> int:
    """Whoever signs in by this address.

    Raises:
        UnknownNameError: nobody whom they keep.
    """
    row = kept(viewer).filter(email__iexact=address.strip()).first()
    if row is None:
        raise UnknownNameError(f"nobody here has the address {address!r}: add them first")
    return row.pk


def may_lead(viewer: Viewer) -> tuple[Named, ...]:
    """Who can be given a team to lead, by name."""
    leading = _grants(viewer).filter(role=Role.TEAM_LEADER)
    rows = User.objects.filter(is_active=True, pk__in=leading.values("user")).order_by("name", "pk")
    return tuple(Named(row.pk, row.name) for row in rows)


def rows(viewer: Viewer) -> Iterator[dict[str, str]]:
    """Everybody and every agent as the rows of a file that `people add` takes again: a row a role, and a row a stay of an agent."""
    users = kept(viewer).filter(is_active=True).order_by("name", "pk").prefetch_related(_held(viewer), "led_teams")
    agents = {row.user_id for row in viewing.within(viewer, Agent.objects.filter(user__isnull=False))}
    for row in users:
        for grant in row.grants.all():
            if grant.role == Role.AGENT and row.pk in agents:
                continue
            led = [team.key for team in row.led_teams.all()] if grant.role == Role.TEAM_LEADER else []
            for team in led or [""]:
                yield _cells(name=row.name, email=row.email, role=grant.role, team=team)
    yield from _agents(viewer)


def pseudonym(agent: Agent) -> str:
    """The id of an agent who was erased, of the row's own number: nothing of who it was is in it."""
    return f"erased-{agent.pk}"


def _agents(viewer: Viewer) -> Iterator[dict[str, str]]:
    found = (
        viewing.within(viewer, Agent.objects.filter(known=True)).select_related("user", "team").order_by("name", "pk")
    )
    for row in found.prefetch_related("memberships__team").iterator(500):
        if row.key == pseudonym(row):
            continue  # nobody, who is there for the counts alone
        who = {
            "name": row.name,
            "email": row.user.email if row.user else "",
            "role": Role.AGENT.value,
            "agent_id": row.key,
            "joined_on": row.joined_on,
            "left_on": row.left_on,
        }
        stays = sorted(row.memberships.all(), key=lambda stay: (stay.first_day is not None, stay.first_day))
        for stay in stays:
            yield _cells(**who, team=stay.team.key, team_from=stay.first_day, team_until=stay.last_day)
        if not stays:
            yield _cells(**who, team=row.team.key if row.team else "")


COLUMNS = ("name", "email", "role", "team", "agent_id", "team_from", "team_until", "joined_on", "left_on")
"""Of the file that holds everybody."""


def _cells(**given: Any) -> dict[str, str]:
    return {column: str(given.get(column) or "") for column in COLUMNS}
