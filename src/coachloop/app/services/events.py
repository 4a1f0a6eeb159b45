"""What other systems are told: written in the transaction of what happened, numbered soon after by one process at a time.

Rows become visible in another order than that of their ids: whoever went by ids would miss those that were written first and
committed last. Numbers are given to what is committed, so whoever goes by numbers sees each event, once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from coachloop.app.models import Event, EventCount, Retention
from coachloop.app.services import bulk
from coachloop.core.model.event import EventKind

KEPT = timedelta(days=30)
RETENTION = "events"
"""The kind of data that a site may keep for another time."""

AT_ONCE = 5000
COLUMNS = ("at", "kind", "programme_id", "subject", "data")

type Happened = tuple[str, int | None, Mapping[str, Any]]
"""What it is about (`session:12`), in which programme, and what there is to say of it."""


def put(kind: EventKind, subject: str, data: Mapping[str, Any], *, programme: int | None, now: datetime) -> None:
    """Note something that happened, inside its transaction."""
    put_all(kind, [(subject, programme, data)], now=now)


def put_all(kind: EventKind, happened: Iterable[Happened], *, now: datetime) -> None:
    """Note many at once."""
    bulk.insert(Event, COLUMNS, ((now, str(kind), programme, about, data) for about, programme, data in happened))


def number_new() -> int:
    """Give numbers to what is committed and has none; the row that is locked keeps others waiting until these can be seen.

    Returns:
        How many got theirs.
    """
    if not Event.objects.filter(number__isnull=True).exists():
        return 0
    with transaction.atomic():
        EventCount.objects.get_or_create(pk=1)
        count = EventCount.objects.select_for_update().get(pk=1)
        given = _number(count.last)
        count.last += given
        count.save(update_fields=["last"])
    return given


def _number(last: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE coachloop_event SET number = %s + placed.place
               FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS place
                     FROM coachloop_event WHERE number IS NULL ORDER BY id LIMIT %s) AS placed
               WHERE coachloop_event.id = placed.id""",
            [last, AT_ONCE],
        )
        return int(cursor.rowcount)


def forget(*, now: datetime) -> int:
    """Delete what is older than events are kept here: in its programme, else everywhere, else thirty days."""
    said = Retention.objects.filter(kind=RETENTION)
    days = {pk: kept for pk, kept in said.values_list("programme", "days") if pk is not None}
    usual = next((timedelta(days=one.days) for one in said if one.programme_id is None), KEPT)
    old = Event.objects.filter(at__lt=now - usual).exclude(programme__in=days)
    gone = _delete(old)
    return gone + sum(
        _delete(Event.objects.filter(programme=one, at__lt=now - timedelta(days=kept))) for one, kept in days.items()
    )


def _delete(old: QuerySet[Event]) -> int:
    """A few thousand a transaction; what was on its way goes with its event."""
    gone = 0
    while ids := list(old.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        Event.objects.filter(pk__in=ids).delete()
        gone += len(ids)
    return gone
