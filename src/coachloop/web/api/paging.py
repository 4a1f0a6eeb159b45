"""Lists a page at a time, by a cursor: what is added or taken away meanwhile is neither shown twice nor left out beside."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from coachloop.web.api.problems import Fault, ProblemError

Cursor = Annotated[str, Field(max_length=1000, description="`next` of the page before; empty for the first.")]
Limit = Annotated[int, Field(ge=1, le=200, description="The most items of a page.")]
USUAL = 50


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some of a list, in an order that stays; `next` is the cursor of the page after this one, empty after the last."""

    items: Sequence[T]
    next: str | None


def paged[T](rows: Sequence[T], order: Callable[[T], tuple[Any, ...]], *, cursor: str, limit: int) -> Page[T]:
    """A page of what was read whole.

    Args:
        rows: everything.
        order: what is unique for each and never changes: they are shown in its order.
        cursor: where the page begins.
        limit: how many it holds.
    """
    after = tuple(position(cursor, len(order(rows[0])))) if cursor and rows else ()
    following = sorted(
        (row for row in rows if not after or _plain(order(row)) > after), key=lambda row: _plain(order(row))
    )
    return page_of(following[: limit + 1], order, limit=limit)


def page_of[T](rows: Sequence[T], order: Callable[[T], tuple[Any, ...]], *, limit: int) -> Page[T]:
    """A page of what was read from the cursor on, one more than fits where there is more."""
    shown = rows[:limit]
    return Page(shown, cursor_at(_plain(order(shown[-1]))) if len(rows) > limit else None)


def cursor_at(place: Sequence[Any]) -> str:
    """A place in a list as a word of an address."""
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def position(cursor: str, length: int) -> list[Any]:
    """The place that a cursor stands for.

    Raises:
        ProblemError: it is none of this list's.
    """
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError:
        place = None
    if not isinstance(place, list) or len(place) != length or not all(isinstance(one, str | int) for one in place):
        fault = Fault("/query/cursor", "It is no cursor of this list; take `next` of the page before, or none.")
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor can't be used.", errors=[fault])
    return place


def _plain(place: tuple[Any, ...]) -> tuple[Any, ...]:
    """Days and moments as text, which sorts as they do."""
    return tuple(one if isinstance(one, str | int) else "" if one is None else one.isoformat() for one in place)
