"""One at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import Error, connection

FILES = 4096
"""So many files stand for all names where no database server does: two names seldom share one, and then one of them waits for nothing."""


def is_alone(file: BinaryIO) -> bool:
    """Whether nobody else on this machine is at this open file, from now until it is closed; it goes with the process that has it, however that ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether nobody else is at what has this name while the block lasts; given up with the process or its connection, however that ends.

    On PostgreSQL nobody on any machine, by a lock of the session: who works long and loses the connection may be joined by another one.
    On SQLite nobody on this machine, which is the only one then.
    """
    digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    if connection.vendor == "postgresql":
        with _in_session(digest) as mine:
            yield mine
        return
    path = Path(settings.HOME) / "locks" / f"{digest % FILES:03x}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        yield is_alone(file)


@contextmanager
def _in_session(key: int) -> Iterator[bool]:
    """Within a transaction the lock is its own, and goes with it, however it ends."""
    if connection.in_atomic_block:
        yield _asked("SELECT pg_try_advisory_xact_lock(%s)", key)
        return
    mine = _asked("SELECT pg_try_advisory_lock(%s)", key)
    try:
        yield mine
    finally:
        if mine:
            _give_back(key)


def _give_back(key: int) -> None:
    """Whoever can't say so ends the session, and the lock goes with it."""
    try:
        _asked("SELECT pg_advisory_unlock(%s)", key)
    except Error:
        connection.close()


def _asked(statement: str, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return bool(cursor.fetchone()[0])
