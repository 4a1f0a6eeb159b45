"""Tables of PostgreSQL that are kept by month: a part for each, made ahead. On SQLite there is one piece, and nothing to do."""

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction

from coachloop.app.queries import partitions as queries
from coachloop.app.queries.partitions import AHEAD, TABLES, bounds, name_of
from coachloop.app.services.alone import alone


def make_ahead(*, today: date) -> int:
    """Make the parts of this month and the next ones, and of every month of which rows lie in the rest; returns how many.

    One at a time on all machines; a month that is made already is left alone.
    """
    if not queries.are_kept():
        return 0
    with alone("partitions") as mine:
        return sum(_made(table, month) for table in TABLES for month in _wanted(table, today)) if mine else 0


def _wanted(table: str, today: date) -> Iterator[date]:
    there, months = queries.months(table), queries.months_in_rest(table)
    ahead = today.replace(day=1)
    for _ in range(AHEAD + 1):
        months.add(ahead)
        ahead = bounds(ahead)[1]
    return iter(sorted(months - there))


@transaction.atomic
def _made(table: str, month: date) -> bool:
    """A part, with the month's rows out of the rest: they are hidden from nobody, since all of it is one transaction."""
    part, (first, end) = name_of(table, month), bounds(month)
    rest = name_of(table, None)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        moved = f"DELETE FROM {rest} WHERE day >= %s AND day < %s RETURNING *"  # noqa: S608 -- our own names
        cursor.execute(f"WITH moved AS ({moved}) INSERT INTO {part} SELECT * FROM moved", [first, end])  # noqa: S608 -- as above
        cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ('{first}') TO ('{end}')")
    return True
