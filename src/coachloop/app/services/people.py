"""Sites, teams, agents and people who sign in."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from coachloop.app.errors import RefusedError, TakenError
from coachloop.app.models import Agent, Grant, Site, User
from coachloop.app.queries import programmes, sites
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping
from coachloop.app.services.directory import Directory
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.wire import BadLineError, PersonLine, row, taken


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is: its zone, and whose public holidays it keeps. What is empty is left as it is, or at the default."""

    timezone: str = ""
    country: str = ""
    region: str = ""


@transaction.atomic
def set_up_site(*, viewer: Viewer, name: str, place: Place, now: datetime) -> Site:
    """The first site, in its place; leaves an existing one as it is."""
    site = Site.objects.order_by("id").first()
    if site is None:
        site = Site.objects.create(
            name=name, timezone=place.timezone or "UTC", country=place.country, subdivision=place.region
        )
        audit.record(viewer, "site.create", f"site:{site.pk}", now=now, detail=asdict(place))
    return site


@transaction.atomic
def move_site(*, viewer: Viewer, place: Place, now: datetime) -> Site:
    """Put the first site into another zone, country or region; another country without a region has none.

    Raises:
        RefusedError: there is no such zone, or nobody knows that country's or region's holidays.
    """
    site = Site.objects.select_for_update().order_by("id").get()
    site.timezone = place.timezone or site.timezone
    if place.country or place.region:
        site.country, site.subdivision = place.country or site.country, place.region
    sites.check_place(site)
    site.save()
    audit.record(viewer, "site.move", f"site:{site.pk}", now=now, detail=asdict(place))
    return site


@transaction.atomic
def set_password(*, viewer: Viewer, email: str, password: str, now: datetime) -> None:
    """Give somebody a new password.

    Raises:
        NotYoursError: an admin does.
        UnknownNameError: nobody has that address.
        RefusedError: the password is too easy to guess; the message says why.
    """
    user = keeping.by_email(viewer, email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(viewer, "person.password", f"user:{user.pk}", now=now)


@transaction.atomic
def allow_originals(*, viewer: Viewer, email: str, allowed: bool, now: datetime) -> None:
    """Let somebody read what is masked in the calls that they may see, or no longer.

    Raises:
        NotYoursError: an admin does.
        UnknownNameError: nobody has that address.
    """
    user = keeping.by_email(viewer, email)
    user.sees_originals = allowed
    user.save(update_fields=["sees_originals"])
    audit.record(viewer, "person.originals", f"user:{user.pk}", now=now, detail={"allowed": allowed})


@transaction.atomic
def add_people(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Add the people of a file: users with their role, leaders with their team, agents with the id exports use.

    A person who is there already is a duplicate; a new role of theirs is added. They sign in once a password is set.
    """
    receipt, programme = Receipt(), programmes.of(viewer)
    read, refusals = row(PersonLine), (BadLineError, TakenError)
    for _, added in taken(lines, receipt, lambda line: _add_person(read(line), programme), refusals=refusals):
        receipt.accepted += added
        receipt.duplicates += not added
    audit.record(viewer, "people.add", "people", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _must_be_one_person(line: PersonLine, programme: int | None) -> None:
    """Refuse a second person for an agent, and a second agent for a person."""
    there = Agent.objects.filter(user__isnull=False).select_related("user")
    agent = there.filter(key=line.agent_id).exclude(user__email=line.email).first()
    if agent and agent.user:
        raise BadLineError(f"agent {agent.key!r} is {agent.user.email} already")
    agent = there.filter(user__email=line.email).exclude(key=line.agent_id).first()
    if agent:
        which = f"agent {agent.key!r}" if agent.programme_id == programme else "another agent"
        raise BadLineError(f"{line.email} is {which} already")


@transaction.atomic
def _add_person(line: PersonLine, programme: int | None) -> bool:
    directory = Directory(programme)
    team = directory.team(line.team) if line.team else None
    agent = None
    if line.role == Role.AGENT and line.agent_id:
        agent = directory.agent(line.agent_id, line.name)
        _must_be_one_person(line, programme)
    user, new_user = User.objects.get_or_create(email=line.email, defaults={"name": line.name})
    if new_user:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    _, new_role = Grant.objects.get_or_create(user=user, role=line.role, programme=programme)
    if line.role == Role.TEAM_LEADER and team and team.leader is None:
        team.leader = user
        team.save(update_fields=["leader"])
    if agent:
        agent.user, agent.team = user, agent.team or team
        agent.save(update_fields=["user", "team"])
    return new_user or new_role
