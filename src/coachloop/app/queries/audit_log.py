"""The audit log, for those who keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coachloop.app.models import AuditEntry
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, and when."""

    at: datetime
    who: str
    action: str
    subject: str
    detail: tuple[tuple[str, str], ...]


def entries(viewer: Viewer, *, page: int = 1) -> Slice[Entry]:
    """Everything that was done, newest first; nothing for anybody but an admin."""
    rows = AuditEntry.objects.all() if viewer.has(Role.ADMIN) else AuditEntry.objects.none()
    return cut(rows.order_by("-id"), page, _read, size=50)


def _read(rows: list[AuditEntry]) -> Sequence[Entry]:
    return [
        Entry(row.at, row.actor_name, row.action, row.subject, tuple((k, str(v)) for k, v in row.detail.items()))
        for row in rows
    ]
