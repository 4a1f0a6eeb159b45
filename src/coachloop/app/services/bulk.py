"""Many rows of one table at once."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import DateField, JSONField, Model

if TYPE_CHECKING:
    from django.db.models import Field

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
    fields: dict[str, Field[Any, Any]] = {str(f.column): f for f in meta.concrete_fields if not f.primary_key}
    rest = [name for name in fields if name not in columns]
    names, places = ", ".join([*columns, *rest]), ", ".join(["%s"] * len(fields))
    usual = [_stored(fields[name], fields[name].get_default()) for name in rest]
    odd = [
        (place, fields[name]) for place, name in enumerate(columns) if isinstance(fields[name], JSONField | DateField)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {meta.db_table} ({names}) VALUES ({places})",  # noqa: S608 -- our own names
            [_row(chain(values, usual), odd) for values in rows],
        )


def _row(values: Iterable[Any], odd: "Sequence[tuple[int, Field[Any, Any]]]") -> list[Any]:
    row = list(values)
    for place, field in odd:
        row[place] = _stored(field, row[place])
    return row


def _stored(field: "Field[Any, Any]", value: object) -> Any:
    return field.get_db_prep_save(value, connection)
