"""What a database keeps of deleted rows until it needs the room: overwritten, so that nobody finds it in its files."""

from collections.abc import Iterator
from contextlib import contextmanager

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


def scrub() -> bool:
    """Rewrite the search index without what was deleted, and empty the journal; outside of any transaction.

    On PostgreSQL dead rows go with a VACUUM of the tables that held words, and its journal with the server's own rotation.

    Returns:
        Whether all of it was done; somebody may have been reading.
    """
    if connection.in_atomic_block:
        return False
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in (
                "conversation",
                "revision",
                "original",
                "spoken",
                "verdict",
                "review",
                "judgereply",
                "audiopart",
            ):
                cursor.execute(f"VACUUM coachloop_{table}")
        return True
    try:
        with overwriting(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {SEARCH}({SEARCH}) VALUES ('optimize')")  # noqa: S608 -- a name of ours
        return not _pragma("wal_checkpoint(TRUNCATE)")
    except OperationalError:
        return False


def _pragma(what: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {what}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
