"""A SQLite database copied while others write to it, as it was at one moment; and put back in one step."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from coachloop.adapters.backup.store import BackupError, Progress

FILE = "database.sqlite3"
PAGES = 4_000
"""Copied at a time, between two looks at the progress bar."""


def copy(
    source: Path, target: Path, progress: Progress = lambda _: None, *, begun: Callable[[], None] = lambda: None
) -> None:
    """Copy what is committed now; what is written meanwhile is left out, and nobody waits.

    Args:
        source: the database that is in use.
        target: a new file.
        progress: told how many of a hundred parts are done.
        begun: called when the moment is fixed.
    """
    with (
        closing(sqlite3.connect(source, isolation_level=None, timeout=30)) as live,
        closing(sqlite3.connect(target)) as copied,
    ):
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on this connection sees one moment
        begun()
        live.backup(copied, pages=PAGES, progress=_told(progress))
        live.execute("ROLLBACK")
        copied.execute("PRAGMA journal_mode=DELETE")


def put(source: Path, target: Path, progress: Progress = lambda _: None) -> None:
    """Put a copy in the place of a database, all of it or nothing, whoever has it open."""
    target.parent.mkdir(parents=True, exist_ok=True)
    opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    with closing(opened) as copied, closing(sqlite3.connect(target, timeout=30)) as live:
        try:
            copied.backup(live, progress=_told(progress))
            live.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"{target} is in use ({error}); stop `coachloop serve` and `worker`, and restore again"
            ) from error


def counts(path: Path) -> dict[str, int]:
    """Rows by table."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
        names = sorted(name for (name,) in rows.fetchall() if not name.startswith("sqlite_"))
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 -- names of its own


def damage(path: Path) -> list[str]:
    """What SQLite finds wrong in a file."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        try:
            found = [said for (said,) in database.execute("PRAGMA quick_check(5)")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
    return [] if found == ["ok"] else found


def _told(progress: Progress) -> Callable[[int, int, int], None]:
    return lambda _, left, total: progress(round(100 * (total - left) / total) if total else 100)
