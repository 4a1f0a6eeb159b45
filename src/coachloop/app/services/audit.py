"""Who did what: one append-only row a command."""

from datetime import datetime
from typing import Any

from coachloop.app.models import AuditEntry
from coachloop.app.queries.viewing import Viewer


def record(
    viewer: Viewer, action: str, subject: str, *, now: datetime, detail: dict[str, Any] | None = None, once: str = ""
) -> None:
    """Write the row of a command, inside its transaction.

    Args:
        viewer: who acts.
        action: a verb and its object, `session.hold`.
        subject: what it was done to, `session:12`.
        now: when.
        detail: what a reader of the log needs beside that; never words of a conversation.
        once: a second row with the same words here is left out, for what repeats every few seconds.
    """
    entry = AuditEntry(
        at=now,
        actor=viewer.user,
        actor_name=viewer.name,
        action=action,
        subject=subject,
        detail=detail or {},
        programme_id=viewer.programme_id or None,
        once=once or None,
    )
    AuditEntry.objects.bulk_create([entry], ignore_conflicts=bool(once))


def look(viewer: Viewer, *conversation_keys: str, now: datetime) -> None:
    """Note that somebody looked at the words of conversations: once a viewer, conversation and hour."""
    who = viewer.user.pk if viewer.user else 0
    entries = [
        AuditEntry(
            at=now,
            actor=viewer.user,
            actor_name=viewer.name,
            action="conversation.look",
            subject=f"conversation:{key}",
            programme_id=viewer.programme_id or None,
            once=f"look:{who}:{now:%Y-%m-%dT%H}:{key}",
        )
        for key in conversation_keys
    ]
    AuditEntry.objects.bulk_create(entries, ignore_conflicts=True)


def look_at_original(viewer: Viewer, conversation_key: str, *, now: datetime) -> None:
    """Note that somebody reads the words of a conversation as they were said; every time."""
    record(viewer, "conversation.original", f"conversation:{conversation_key}", now=now)
