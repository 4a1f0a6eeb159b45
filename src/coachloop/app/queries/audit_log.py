"""The audit log, for those who keep it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coachloop.app.models import AuditEntry
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.viewing import Viewer, hidden
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
    """Everything that was done, newest first; nothing for anybody but an admin.

    Without the details for an admin who answers something blind: they may say what others answered.
    """
    rows = AuditEntry.objects.all() if viewer.has(Role.ADMIN) else AuditEntry.objects.none()
    details = not hidden(viewer).exists()
    return cut(rows.order_by("-id"), page, lambda found: _read(found, details=details), size=50)


def _read(rows: list[AuditEntry], *, details: bool) -> Sequence[Entry]:
    return [
        Entry(
            row.at,
            row.actor_name,
            row.action,
            row.subject,
            tuple((k, str(v)) for k, v in row.detail.items()) if details else (),
        )
        for row in rows
    ]
