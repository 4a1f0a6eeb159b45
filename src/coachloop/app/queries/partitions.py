"""Which months the tables that are kept by month have parts for."""

import re
from datetime import date, datetime, timedelta

from django.db import connection

from coachloop.app.queries.health import Finding

TABLES = ("coachloop_agentday",)
"""Those whose keys all hold the day; why the others are no such ones is in docs/adr/0015."""

AHEAD = 3
"""So many months are made ahead."""


def are_kept() -> bool:
    """Whether this database keeps tables by month."""
    return connection.vendor == "postgresql"


def bounds(month: date) -> tuple[date, date]:
    """The first day of the month, and of the next one."""
    first = month.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def name_of(table: str, month: date | None) -> str:
    """A part's name; without a month that of the rest, which holds what no part is made for."""
    return f"{table}_{month:%Y_%m}" if month else f"{table}_rest"


def months(table: str) -> set[date]:
    """Those that have a part."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        found = (re.fullmatch(rf"{table}_(\d{{4}})_(\d\d)", name) for (name,) in cursor.fetchall())
    return {date(int(one[1]), int(one[2]), 1) for one in found if one}


def months_in_rest(table: str) -> set[date]:
    """Those of which rows lie in the rest: an archive came in, or nobody made parts for long."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT date_trunc('month', day)::date FROM {name_of(table, None)}")  # noqa: S608 -- our own name
        return {month for (month,) in cursor.fetchall()}


def by_month(now: datetime) -> Finding:
    """Whether the parts of this month and the next one are made."""
    today = now.date()
    if not are_kept():
        return Finding("parts by month", ok=True, seen="SQLite: one piece")
    first, following = bounds(today)
    missing = [name_of(table, month) for table in TABLES for month in (first, following) if month not in months(table)]
    way_out = "a worker makes them once a day: see that one runs" if missing else ""
    last = max((max(months(table), default=first) for table in TABLES), default=first)
    seen = f"missing: {', '.join(missing)}" if missing else f"made up to {last:%B %Y}"
    return Finding("parts by month", ok=not missing, seen=seen, way_out=way_out)
