"""What a database keeps of deleted rows until it needs the room: overwritten on SQLite, so that nobody finds it in its files; freed on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import OperationalError, connection

SEARCH = "coachloop_spoken_fts"


@contextmanager
def overwriting() -> Iterator[None]:
    """While it lasts, SQLite writes zeros over what is deleted by this connection."""
    if connection.vendor != "sqlite":
        yield
        return
    before = _pragma("secure_delete")
    _pragma("secure_delete = ON")
    try:
        yield
    finally:
        _pragma(f"secure_delete = {before}")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What became of deleted rows in the database's files: zeros stand there, or their room was freed in these tables and is used again."""

    overwritten: bool = False
    vacuumed: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether all was done that is done here."""
        return self.overwritten or bool(self.vacuumed)


def scrub() -> Scrubbed:
    """Rewrite the search index without what was deleted, and empty the journal; outside of any transaction.

    On PostgreSQL every table is vacuumed, which frees the room of dead rows and does not overwrite it: that would take `VACUUM FULL`, for
    which nobody may work. Its journal goes with the server's own rotation.

    Returns:
        What was done; on SQLite nothing where somebody was reading.
    """
    return _scrub(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('optimize')")  # noqa: S608 -- a name of ours


def rewrite() -> Scrubbed:
    """Write SQLite's whole file anew, with nothing of what once stood there; it takes as much room again meanwhile. On PostgreSQL as above.

    Returns:
        What was done; on SQLite nothing where somebody was reading or writing.
    """
    return _scrub(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('optimize')", "VACUUM")  # noqa: S608 -- as above


def _scrub(*commands: str) -> Scrubbed:
    if connection.in_atomic_block:
        return Scrubbed()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
            cursor.execute(f"VACUUM {', '.join(map(connection.ops.quote_name, tables))}")
        return Scrubbed(vacuumed=tuple(tables))
    try:
        with overwriting(), connection.cursor() as cursor:
            for command in commands:
                cursor.execute(command)
        return Scrubbed(overwritten=not _pragma("wal_checkpoint(TRUNCATE)"))
    except OperationalError:
        return Scrubbed()


def _pragma(what: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {what}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
