"""Whether this server can do its work, in words that tell a stranger nothing."""

import tempfile
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Max
from django_ox.models import OxTask

from coachloop.app.queries import schema
from coachloop.app.queries.audio import media

LATE = timedelta(minutes=2)
"""A worker sweeps every five seconds, and ends other work in between: nothing for so long, and none is there."""


def readiness(now: datetime) -> dict[str, str]:
    """Each check: `ok`, or what is wrong."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        tables = "newer than this version" if schema.not_known() else "missing" if schema.not_applied() else "ok"
        worker = "ok" if tables != "ok" or worker_age(now) < LATE else "late"
    except DatabaseError:
        return {"database": "does not answer", "migrations": "unknown", "media": _media(), "worker": "unknown"}
    return {"database": "ok", "migrations": tables, "media": _media(), "worker": worker}


def worker_age(now: datetime) -> timedelta:
    """Since when nothing was heard of any worker; none while one is at something, the longest there is where none ever was."""
    running = OxTask.objects.filter(status=OxTask.Status.RUNNING, lease_expires_at__gt=now)
    if running.exists():
        return timedelta(0)
    last = OxTask.objects.aggregate(last=Max("finished_at"))["last"]
    return max(now - last, timedelta(0)) if last else timedelta.max


def _media() -> str:
    """Of a folder; a bucket is asked by doctor, for every probe would cost a request."""
    root = getattr(media(), "root", None)
    if root is None:
        return "ok"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as file:
            file.write(b"ready")
    except OSError:
        return "can't be written to"
    return "ok"
