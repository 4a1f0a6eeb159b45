"""Many rows of one table at once."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import batched, chain, groupby
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import DateField, JSONField, Model

from coachloop.app.models.sealed import SealedText, keyring
from coachloop.core.model.cipher import unlike

if TYPE_CHECKING:
    from django.db.models import Field

ODD = (JSONField, DateField, SealedText)
"""Fields whose values a driver does not take as they are."""

TOGETHER = 50
"""Rows of one statement: for each statement SQLite reads and writes the table's last id anew, which takes longer than a row."""

VERDICT = (
    "attempt_id",
    "behaviour_id",
    "outcome",
    "probability",
    "decided_by",
    "reason",
    "evidence",
    "missed",
    "dropped_quotes",
)


def insert(table: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Store rows through the driver's `executemany`; the database checks them as ever.

    Django's `bulk_create` compiles one statement with every value as an expression: for the widest table that was nine tenths of
    an import's time.

    Args:
        table: which model's table; columns that are not named get their field's default.
        columns: column names, such as `agent_id`.
        rows: values in the order of `columns`.
    """
    meta = table._meta  # noqa: SLF001 -- Django's documented way to a table's columns
    fields: dict[str, Field[Any, Any]] = {str(f.column): f for f in meta.concrete_fields}
    rest = [name for name, field in fields.items() if name not in columns and not field.primary_key]
    usual = [_stored(fields[name], fields[name].get_default()) for name in rest]
    odd = [(place, _as_stored(fields[name])) for place, name in enumerate(columns) if isinstance(fields[name], ODD)]
    into = f"INSERT INTO {meta.db_table} ({', '.join([*columns, *rest])}) VALUES "  # noqa: S608 -- our own names
    places = f"({', '.join(['%s'] * (len(columns) + len(rest)))})"
    stored = (_row(values, usual, odd) for values in rows)
    with connection.cursor() as cursor:
        for size, statements in groupby(batched(stored, TOGETHER), len):
            cursor.executemany(into + ", ".join([places] * size), [list(chain(*together)) for together in statements])


def new_ids(table: type[Model], count: int) -> Sequence[int]:
    """Ids that no row has or had, for rows that name each other before they are stored.

    Only inside a transaction: on SQLite it holds the one lock on writing, which is what keeps the ids free.
    """
    name = table._meta.db_table  # noqa: SLF001 -- Django's documented way to a table's name
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
            last = (cursor.fetchone() or (0,))[0]
            return range(last + 1, last + 1 + count)
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [name, count])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def without_collecting() -> Iterator[None]:
    """Leave out the search for cycles: among millions of rows, which have none, it took a third of an import."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _row(values: Sequence[Any], usual: Sequence[Any], odd: Sequence[tuple[int, Callable[[Any], Any]]]) -> Sequence[Any]:
    row = [*values, *usual]
    for place, stored in odd:
        row[place] = stored(row[place])
    return row


def _as_stored(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    """How one column's values go to the driver; moments and days come again and again."""
    if isinstance(field, SealedText) and not keyring().site.seals:
        return _as_it_is
    keep = partial(_stored, field)
    return lru_cache(4096)(keep) if isinstance(field, DateField) else keep


def _as_it_is(text: str | None) -> str | None:
    return unlike(text) if text else text


def _stored(field: "Field[Any, Any]", value: object) -> Any:
    return field.get_db_prep_save(value, connection)
