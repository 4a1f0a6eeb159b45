"""Recordings and transcripts on their way in: how far each has come, and whose they may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from coachloop.app.models import Agent, Upload
from coachloop.app.queries import viewing
from coachloop.app.queries.audio import coming_in
from coachloop.app.queries.conversation import Choice
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file on its way in. `conversations` counts what it became, `conversation` is the first of them that they may open.

    `refused` says why nothing, or not all of it, was taken; `is_done`: it was looked at, whatever came of it.
    """

    key: str
    name: str
    size: int
    offset: int
    begun_at: datetime
    conversation: str
    conversations: int
    refused: str
    is_done: bool


def most_bytes() -> int:
    """The largest file that is taken here."""
    return int(settings.CONFIG.recording_megabytes) * 1_000_000


def folder() -> Path:
    """Where files lie that come in."""
    return coming_in() / "uploads"


def path_of(row: Upload) -> Path:
    """Where its bytes lie while it comes in: as many as there are, so far has it come."""
    return folder() / row.key


def offset(row: Upload) -> int:
    """How many bytes of it are here; all of them once it was looked at and put away."""
    path = path_of(row)
    if is_done(row):
        return row.size
    return path.stat().st_size if path.is_file() else 0


def is_done(row: Upload) -> bool:
    """Whether it was looked at, whatever came of it."""
    return bool(row.refused or row.fields.get("conversations"))


def own(viewer: Viewer) -> QuerySet[Upload]:
    """Theirs alone, begun in the programme that they look at."""
    if viewer.user is None:
        return Upload.objects.none()
    mine = Upload.objects.filter(user=viewer.user)
    return mine if viewer.programme_id is None else mine.filter(fields__programme=viewer.programme_id)


def uploads(viewer: Viewer) -> list[UploadView]:
    """Theirs of the last days, the newest first."""
    rows = own(viewer).select_related("conversation").order_by("-begun_at", "-id")
    may = set(viewing.conversations(viewer).filter(pk__in=rows.values("conversation")).values_list("key", flat=True))
    return [_view(row, may) for row in rows]


def upload(viewer: Viewer, key: str) -> UploadView | None:
    """One of theirs."""
    return next((one for one in uploads(viewer) if one.key == key), None)


def agents(viewer: Viewer) -> list[Choice]:
    """Whose calls they may bring in: everybody's for a QA lead, their teams' for a leader."""
    rows = (
        viewing.within(viewer, Agent.objects.all())
        if viewer.has(Role.QA_LEAD)
        else Agent.objects.filter(team__in=viewer.team_ids)
    )
    return [Choice(key, name) for key, name in rows.order_by("name").values_list("key", "name")]


def _view(row: Upload, may: set[str]) -> UploadView:
    fields: Mapping[str, object] = row.fields
    count = fields.get("conversations")
    return UploadView(
        key=row.key,
        name=row.name,
        size=row.size,
        offset=offset(row),
        begun_at=row.begun_at,
        conversation=row.conversation.key if row.conversation and row.conversation.key in may else "",
        conversations=count if isinstance(count, int) else 0,
        refused=row.refused,
        is_done=is_done(row),
    )
