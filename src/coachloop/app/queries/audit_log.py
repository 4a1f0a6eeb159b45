"""The audit log, for those who keep it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from coachloop.app.models import AuditEntry, AuditSeal
from coachloop.app.queries.paging import Slice, cut
from coachloop.app.queries.sites import zone
from coachloop.app.queries.viewing import Viewer, hidden
from coachloop.core.model.people import Role

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the log; empty means no restriction.

    `who` is a part of a name; `action` and `subject` are what these begin with, `session.` or `conversation:lea-1`; the days are
    those of the site, both included.
    """

    who: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def given(self) -> dict[str, str]:
        """Those that narrow anything, for the log's own entry of an export."""
        return {name: str(value) for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, and when."""

    at: datetime
    who: str
    action: str
    subject: str
    detail: tuple[tuple[str, str], ...]


def entries(viewer: Viewer, filters: Filters | None = None, *, page: int = 1) -> Slice[Entry]:
    """Everything that was done, newest first; nothing for anybody but an admin.

    Without the details for an admin who answers something blind: they may say what others answered.
    """
    details = not hidden(viewer).exists()
    rows = _rows(viewer, filters or Filters())
    return cut(rows.order_by("-id"), page, lambda found: _read(found, details=details), size=50)


def entries_after(viewer: Viewer, filters: Filters, *, after: int, most: int) -> list[tuple[int, Entry]]:
    """The same, oldest first, each with its number: those after the one numbered `after`."""
    details = not hidden(viewer).exists()
    rows = list(_rows(viewer, filters).filter(pk__gt=after).order_by("id")[:most])
    return [(row.pk, entry) for row, entry in zip(rows, _read(rows, details=details), strict=True)]


def exported(viewer: Viewer, filters: Filters) -> Iterator[dict[str, Any]]:
    """The same, oldest first, each with its seal, to be kept elsewhere: plain values with stable keys."""
    details = not hidden(viewer).exists()
    for some in _chunks(_rows(viewer, filters).order_by("id")):
        seals = AuditSeal.objects.in_bulk([row.pk for row in some], field_name="entry")
        for row in some:
            seal = seals.get(row.pk)
            yield {
                "id": row.pk,
                "at": row.at.isoformat(),
                "actor_id": row.actor_id,
                "actor": row.actor_name,
                "action": row.action,
                "subject": row.subject,
                "detail": row.detail if details else {},
                "programme_id": row.programme_id,
                "seal": seal.number if seal else None,
                "sha256": seal.sha256 if seal else None,
            }


def _chunks(rows: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """By number, so that no cursor stays open while somebody reads slowly."""
    last = 0
    while some := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield some
        last = some[-1].pk


def _rows(viewer: Viewer, filters: Filters) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(_seen(viewer))
    if filters.who:
        rows = rows.filter(actor_name__icontains=filters.who)
    if filters.action:
        rows = rows.filter(action__startswith=filters.action)
    if filters.subject:
        rows = rows.filter(subject__startswith=filters.subject)
    if filters.since:
        rows = rows.filter(at__gte=_begins(filters.since))
    if filters.until and filters.until < date.max:
        rows = rows.filter(at__lt=_begins(filters.until + timedelta(days=1)))
    return rows


def _seen(viewer: Viewer) -> Q:
    """An admin's own programme; with what concerns all of them for those who keep all."""
    if not viewer.has(Role.ADMIN):
        return Q(pk__in=())
    if viewer.programme_id is None:
        return Q()
    seen = Q(programme=viewer.programme_id)
    return seen | Q(programme=None) if viewer.keeps_all else seen


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone())


def _read(rows: list[AuditEntry], *, details: bool) -> Sequence[Entry]:
    return [
        Entry(
            row.at,
            row.actor_name,
            row.action,
            row.subject,
            tuple((k, _plain(v)) for k, v in row.detail.items()) if details else (),
        )
        for row in rows
    ]


def _plain(value: object) -> str:
    """A value of a detail as people write it; what is a list or a table has no brackets and quotes of a programming language."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(one)}" for name, one in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
