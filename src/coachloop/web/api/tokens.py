"""Who asks, and their tokens."""

from dataclasses import dataclass

from coachloop.app.queries import tokens as queries
from coachloop.app.queries.tokens import TokenView
from coachloop.core.model.people import Role
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, paged


@dataclass(frozen=True, slots=True)
class Me:
    """Whom this token acts for."""

    email: str
    name: str
    roles: tuple[Role, ...]


@endpoint("GET /me", scope="people:read")
def read_me(asked: Asked) -> Me:
    """Whom this token acts for."""
    who = asked.viewer
    return Me(who.user.email if who.user else "", who.name, tuple(sorted(who.roles)))


@endpoint("GET /me/tokens", scope="people:read")
def list_tokens(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[TokenView]:
    """Your tokens, without their secrets."""
    rows = queries.tokens(asked.viewer, now=asked.now)
    return paged(rows, lambda row: (row.id,), cursor=cursor, limit=limit)
