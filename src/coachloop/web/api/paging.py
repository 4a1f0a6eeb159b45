"""Lists a page at a time, by a cursor: what is added or taken away meanwhile is neither shown twice nor left out beside."""

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field

from coachloop.web.api.problems import Fault, ProblemError

Cursor = Annotated[str, Field(max_length=1000, description="`next` of the page before; empty for the first.")]
Limit = Annotated[int, Field(ge=1, le=200, description="The most items of a page.")]
Number = Annotated[
    int, Field(ge=1, le=100_000, description="Which page, from 1; the last there is where it is beyond.")
]
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
    placed = sorted(((_plain(order(row)), row) for row in rows), key=lambda one: one[0])
    if cursor and placed:
        after = tuple(position(cursor, *(whole if isinstance(one, int) else text for one in placed[0][0])))
        placed = placed[bisect_right(placed, after, key=lambda one: one[0]) :]
    return page_of([row for _, row in placed[: limit + 1]], order, limit=limit)


def page_of[T](rows: Sequence[T], order: Callable[[T], tuple[Any, ...]], *, limit: int) -> Page[T]:
    """A page of what was read from the cursor on, one more than fits where there is more."""
    shown = rows[:limit]
    return Page(shown, cursor_at(order(shown[-1])) if len(rows) > limit else None)


def cursor_at(place: Sequence[Any]) -> str:
    """A place in a list as a word of an address."""
    return base64.urlsafe_b64encode(json.dumps(_plain(place)).encode()).decode().rstrip("=")


def position(cursor: str, *read: Callable[[Any], Any]) -> list[Any]:
    """The place that a cursor stands for; `read` takes its parts, one each: `whole`, `text` or `moment`.

    Raises:
        ProblemError: it is none of this list's.
    """
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [one(part) for one, part in zip(read, place, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        fault = Fault("/query/cursor", "It is no cursor of this list; take `next` of the page before, or none.")
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor can't be used.", errors=[fault]) from error


def whole(part: Any) -> int:
    """A number of a place."""
    if not isinstance(part, int) or not 0 <= part < 2**63:
        raise ValueError("no number")
    return part


def text(part: Any) -> str:
    """A word of a place."""
    if not isinstance(part, str) or "\0" in part:
        raise ValueError("no word")
    part.encode()
    return part


def moment(part: Any) -> datetime | None:
    """A moment of a place; what has none comes last."""
    found = datetime.fromisoformat(text(part)) if part else None
    if found is not None and found.tzinfo is None:
        raise ValueError("no moment")
    return found.astimezone(UTC) if found else None  # fails where there is no such moment in UTC


def _plain(place: Sequence[Any]) -> tuple[Any, ...]:
    """Days and moments as text, which sorts as they do."""
    return tuple(one if isinstance(one, str | int) else "" if one is None else one.isoformat() for one in place)
