"""Making the tables as this version has them, by one machine at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import OperationalError, connection

from coachloop.app.errors import RefusedError
from coachloop.app.queries import pooler, schema

LOCK = 0x636F_6163_686C_6F6F
"""The number of our lock in PostgreSQL: "coachloo"."""

LOCK_TIMEOUT = "15s"
"""How long a change of a table waits for whoever uses it: everybody else waits behind it for as long."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Wait until no other machine sets this site up; the lock goes with the process that has it, however that ends.

    Raises:
        RefusedError: a proxy shares sessions, so that the lock would be nobody's, and might never be given back.
    """
    if pooler.shares_sessions():
        raise RefusedError(f"{pooler.WRONG}; {pooler.WAY_OUT}")
    if connection.vendor != "postgresql":
        with (home / "init.lock").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def migrate() -> None:
    """Apply what is missing, unless the database is newer than this version."""
    if schema.not_known():
        raise RefusedError(schema.in_words())
    with _not_waiting_for_ever():
        call_command("migrate", verbosity=0)


@contextmanager
def _not_waiting_for_ever() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        yield
    except OperationalError as error:
        if type(error.__cause__).__name__ != "LockNotAvailable":
            raise
        raise RefusedError(
            f"a table was in use for more than {LOCK_TIMEOUT}, and nobody was kept waiting for longer; run `coachloop init` again, "
            "at a quieter moment: it goes on where it was"
        ) from error
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = DEFAULT")
