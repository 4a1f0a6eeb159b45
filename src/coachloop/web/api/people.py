"""Who signs in: people, their roles, and whether they still do."""

from typing import Annotated

from pydantic import Field

from coachloop.app.queries import people as queries
from coachloop.app.queries.paging import Slice
from coachloop.app.queries.people import PersonRow, PersonView
from coachloop.app.services import audit, sign_in, users
from coachloop.app.services.people import allow_originals as allow
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count, Made, PeopleFile
from coachloop.web.api.paging import Number
from coachloop.web.api.shapes import Body, Id, Key

READ, WRITE = "people:read", "people:write"
Address = Annotated[str, Field(min_length=3, max_length=254)]
Said = Annotated[str, Field(max_length=200)]


class Newcomer(Body):
    """Somebody new, by the address that they sign in by, with their first role."""

    email: Address
    name: Key
    role: Role | None = None


class Person(Body):
    """What somebody is called, and by which address they sign in; what is left out stays."""

    email: Address | None = None
    name: Key | None = None


class Active(Body):
    """Whether somebody signs in."""

    active: bool


class Allowed(Body):
    """Whether somebody may."""

    allowed: bool


@endpoint("GET /people", Role.ADMIN, scope=READ)
def list_people(
    asked: Asked, words: Said = "", role: Role | None = None, *, off: bool = False, page: Number = 1
) -> Slice[PersonRow]:
    """People by name, whose name or address holds `words`; `off` those who are switched off."""
    return queries.people(asked.viewer, queries.Asked(words=words.strip(), role=role or "", off=off, page=page))


@endpoint("GET /people/file", Role.ADMIN, scope=READ)
def export_people(asked: Asked) -> PeopleFile:
    """Everybody as the rows that `/imports/people` takes again, without cells that are empty. It is written to the audit log."""
    audit.record(asked.viewer, "people.export", "people", now=asked.now)
    rows = queries.rows(asked.viewer)
    return PeopleFile(tuple({name: cell for name, cell in row.items() if cell} for row in rows))


@endpoint("POST /people", Role.ADMIN, scope=WRITE, status=201)
def add_person(asked: Asked, body: Newcomer) -> Made:
    """Let somebody sign in, once they have a password or come from the site's own directory."""
    made = users.add_user(viewer=asked.viewer, email=body.email, name=body.name, role=body.role, now=asked.now)
    return Made(made.pk)


@endpoint("GET /people/{user_id}", Role.ADMIN, scope=READ)
def read_person(asked: Asked, user_id: Id) -> PersonView:
    """Who somebody is, and what they may do."""
    return found(queries.person(asked.viewer, user_id))


@endpoint("PATCH /people/{user_id}", Role.ADMIN, scope=WRITE)
def change_person(asked: Asked, user_id: Id, body: Person) -> None:
    """Correct somebody's name or address."""
    users.change_user(viewer=asked.viewer, user_id=user_id, email=body.email, name=body.name, now=asked.now)


@endpoint("PUT /people/{user_id}/roles/{role}", Role.ADMIN, scope=WRITE)
def give_role(asked: Asked, user_id: Id, role: Role, *, everywhere: bool = False) -> None:
    """Give a role, in the programme of the token; `everywhere` in all."""
    users.give_role(viewer=asked.viewer, user_id=user_id, role=role, everywhere=everywhere, now=asked.now)


@endpoint("DELETE /people/{user_id}/roles/{role}", Role.ADMIN, scope=WRITE)
def take_role(asked: Asked, user_id: Id, role: Role, *, everywhere: bool = False) -> None:
    """Take a role away, in the programme of the token; `everywhere` the one that holds in all."""
    users.take_role(viewer=asked.viewer, user_id=user_id, role=role, everywhere=everywhere, now=asked.now)


@endpoint("PUT /people/{user_id}/active", Role.ADMIN, scope=WRITE)
def switch_person(asked: Asked, user_id: Id, body: Active) -> None:
    """Let somebody sign in no more, which ends their sessions and tokens, or let them in again."""
    users.switch_user(viewer=asked.viewer, user_id=user_id, active=body.active, now=asked.now)


@endpoint("PUT /people/{user_id}/originals", Role.ADMIN, scope=WRITE)
def allow_originals(asked: Asked, user_id: Id, body: Allowed) -> None:
    """Let somebody read what is masked in calls that they may see, or no longer."""
    email = found(queries.person(asked.viewer, user_id)).email
    allow(viewer=asked.viewer, email=email, allowed=body.allowed, now=asked.now)


@endpoint("POST /people/{user_id}/sign-out", Role.ADMIN, scope=WRITE)
def sign_person_out(asked: Asked, user_id: Id) -> Count:
    """End every session of somebody; how many ended."""
    email = found(queries.person(asked.viewer, user_id)).email
    return Count(sign_in.sign_somebody_out(viewer=asked.viewer, email=email, now=asked.now))


@endpoint("POST /people/{user_id}/unlock", Role.ADMIN, scope=WRITE)
def unlock_person(asked: Asked, user_id: Id) -> Count:
    """Let somebody try again who pauses after wrong passwords; from how many addresses that was."""
    email = found(queries.person(asked.viewer, user_id)).email
    return Count(sign_in.unlock(viewer=asked.viewer, account=email, now=asked.now))
