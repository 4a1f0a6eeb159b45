"""Many rows of one table at once."""

import json
from collections.abc import Sequence

from django.db import connection

from coachloop.app.models import Verdict

COLUMNS = (
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


def insert_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Store verdicts through the driver's `executemany`; the database checks them as ever.

    Django's `bulk_create` compiles one statement with every value as an expression: for the widest table that was nine tenths of
    an import's time.
    """
    names, places = ", ".join(COLUMNS), ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO coachloop_verdict ({names}) VALUES ({places})",  # noqa: S608 -- our own column names
            list(map(_values, verdicts)),
        )


def _values(row: Verdict) -> tuple[str | float | None, ...]:
    return (
        row.attempt_id,
        row.behaviour_id,
        str(row.outcome),
        row.probability,
        row.decided_by,
        row.reason,
        json.dumps(row.evidence),
        None if row.missed is None else json.dumps(row.missed),
        row.dropped_quotes,
    )
