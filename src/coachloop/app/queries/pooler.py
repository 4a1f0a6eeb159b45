"""Whether a proxy before PostgreSQL gives a session to several clients in turn: locks of a session are nobody's there."""

from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from django.db import connection

from coachloop.app.queries.health import Finding

TRIES = 4
"""Transactions that are held open beside a session, to see whether one of them is given its server process."""

WRONG = (
    "a proxy stands before PostgreSQL that gives a session to several clients in turn: the locks by which one machine at a time works "
    "get lost, or are never given back"
)
WAY_OUT = "let it keep sessions (PgBouncer: pool_mode = session), or let DATABASE_URL name the server itself"


def shares_sessions() -> bool:
    """Whether the server process of an open connection serves another one too, or another one serves it at its next question.

    Neither can be where a connection has a session of its own. A proxy that shares sessions gives what is idle to whoever asks next, and
    has to take another one for us while that one is busy.
    """
    if connection.vendor != "postgresql":
        return False
    with ExitStack() as opened:
        ours = opened.enter_context(closing(connection.copy()))
        served = _process(ours)
        for _ in range(TRIES):
            beside = opened.enter_context(closing(connection.copy()))
            beside.set_autocommit(False)
            if _process(beside) == served or _process(ours) != served:
                return True
    return False


def _process(by: Any) -> int:
    with by.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def pooler(now: datetime) -> Finding:
    """Whether locks of a session hold."""
    del now
    shared = shares_sessions()
    return Finding("sessions", ok=not shared, seen=WRONG if shared else "kept", way_out=WAY_OUT if shared else "")
