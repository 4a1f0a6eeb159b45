"""What happened, for other systems that ask: by number, from where they stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coachloop.app.models import Event, EventCount
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.event import EventKind

MOST = 1000


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, as other systems get it."""

    number: int
    kind: str
    at: datetime
    subject: str
    programme: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Feed:
    """Events in the order of their numbers; `after` is where to go on, also where none is shown."""

    events: tuple[Happened, ...]
    after: int
    more: bool


def feed(viewer: Viewer, *, after: int = 0, kinds: Collection[EventKind] = (), limit: int = 100) -> Feed:
    """The events after a number, in the programme that the viewer looks at.

    Args:
        viewer: who asks.
        after: the number up to which they have all.
        kinds: those that they want; none named: all.
        limit: the most of one answer, up to 1,000.
    """
    last = last_number()
    rows = within(viewer, Event.objects.filter(number__gt=after, number__lte=last)).select_related("programme")
    rows = rows.filter(kind__in=[str(kind) for kind in kinds]) if kinds else rows
    found = [happened(row) for row in rows.order_by("number")[: min(limit, MOST) + 1]]
    shown, more = tuple(found[: min(limit, MOST)]), len(found) > min(limit, MOST)
    return Feed(shown, shown[-1].number if more else max(last, after), more)


def last_number() -> int:
    """The number of the newest event that can be seen."""
    return EventCount.objects.filter(pk=1).values_list("last", flat=True).first() or 0


def happened(row: Event) -> Happened:
    """A numbered row, as other systems get it."""
    programme = row.programme.key if row.programme else None
    return Happened(row.number or 0, row.kind, row.at, row.subject, programme, row.data)
