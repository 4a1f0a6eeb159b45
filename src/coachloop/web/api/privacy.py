"""What is kept how long, and who is erased."""

from typing import Annotated

from pydantic import Field

from coachloop.app.queries import erasures, retention
from coachloop.app.queries.erasures import Certificate
from coachloop.app.queries.retention import Line
from coachloop.app.services import erasing
from coachloop.app.services import retention as service
from coachloop.core.model.people import Role
from coachloop.core.model.retention import Kind
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Made
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, paged
from coachloop.web.api.shapes import Body, Id, Key, Words

READ, WRITE = "privacy:read", "privacy:write"


class Days(Body):
    """How many days; none is what was usual before anybody said anything."""

    days: Annotated[int, Field(ge=0, le=36_500)] | None


class Whom(Body):
    """Who is to be erased; `basis` is what you say of what is kept, and on which legal ground."""

    kind: Annotated[str, Field(pattern="^(customer|agent)$")]
    key: Key
    basis: Words = ""


@endpoint("GET /privacy/retention", Role.ADMIN, scope=READ)
def list_retention(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[Line]:
    """How long each kind of data is kept, and what the next run deletes."""
    rows = retention.lines(asked.viewer, now=asked.now)
    return paged(rows, lambda row: (str(row.kind),), cursor=cursor, limit=limit)


@endpoint("PUT /privacy/retention/{kind}", Role.ADMIN, scope=WRITE)
def set_retention(asked: Asked, kind: Kind, body: Days) -> None:
    """Say how long a kind is kept, where you look; the next run, once a day, deletes what is older."""
    service.keep_all(viewer=asked.viewer, wanted={kind: body.days}, now=asked.now)


@endpoint("GET /privacy/erasures", Role.ADMIN, scope=READ)
def list_erasures(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[Certificate]:
    """Who was erased, by a keyed digest, with what went and what is kept."""
    return paged(erasures.certificates(asked.viewer), lambda row: (row.id,), cursor=cursor, limit=limit)


@endpoint("POST /privacy/erasures", Role.ADMIN, scope=WRITE, status=201)
def erase_person(asked: Asked, body: Whom) -> Made:
    """Erase somebody for good; the worker does it, and the certificate says when it is done."""
    return Made(erasing.ask(viewer=asked.viewer, kind=body.kind, key=body.key, basis=body.basis, now=asked.now))


@endpoint("GET /privacy/erasures/{erasure_id}", Role.ADMIN, scope=READ)
def read_erasure(asked: Asked, erasure_id: Id) -> Certificate:
    """The certificate of one erasure."""
    return found(erasures.certificate(asked.viewer, erasure_id))
