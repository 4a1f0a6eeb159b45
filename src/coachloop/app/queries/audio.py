"""Recordings: which wait, where their files lie, and what somebody may hear of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import F

from coachloop.app.models import Audio
from coachloop.core.model.media import COPY, PEAKS, Media, Name, browser_copy, recording


@dataclass(frozen=True, slots=True)
class Listenable:
    """The recording of the conversation with this key; `copy` and `peaks` are names of media, None until they are made.

    `waits` and `reason` say why there is nothing to hear or to read yet, or that there will not be.
    """

    key: str
    sha256: str
    name: str
    seconds: float
    channels: int
    agent_channel: int | None
    notes: tuple[str, ...]
    waits: bool
    reason: str
    copy: Name | None
    peaks: Name | None


def media() -> Media:
    """Where recordings lie, and what is made of them."""
    return settings.MEDIA(Path(settings.HOME))


def coming_in() -> Path:
    """The folder of this machine for what is on its way in."""
    return Path(settings.HOME) / "media"


def name_of(row: Audio) -> Name:
    """The recording itself, as it came in."""
    return recording(row.sha256, row.suffix)


def copy_of(row: Audio) -> Name:
    """What a browser plays of it, where it is made."""
    return browser_copy(row.sha256, row.copied)


def copy_name(row: Audio, muted: Sequence[tuple[float, float]]) -> str:
    """The name of the copy with these stretches muted: another one is another file, so that no cache plays the old."""
    return f"{row.sha256}-{hashlib.sha256(repr(list(muted)).encode()).hexdigest()[:12]}{COPY}"


def waiting_ids(*, with_words: bool = False, postponed_before: datetime | None = None) -> list[int]:
    """Recordings that wait for their words or their copy, the oldest first; those that could not be asked about come last.

    Args:
        with_words: for their copy alone.
        postponed_before: leave out what was postponed since.
    """
    rows = Audio.objects.filter(state=Audio.State.WAITING)
    if with_words:
        rows = rows.exclude(transcriber="", conversation__turn_count=0)
    if postponed_before:
        rows = rows.exclude(postponed_at__gte=postponed_before)
    return list(rows.order_by(F("postponed_at").asc(nulls_first=True), "id").values_list("id", flat=True))


def waiting_seconds() -> float:
    """Seconds of channels that nobody listened to yet."""
    rows = Audio.objects.filter(state=Audio.State.WAITING, transcriber="", conversation__turn_count=0)
    return sum(seconds * channels for seconds, channels in rows.values_list("seconds", "channels"))


def listenable(row: Audio) -> Listenable:
    """A recording as somebody hears it who may; queries.listening says who that is."""
    copy = copy_of(row) if row.copied else None
    return Listenable(
        key=row.conversation.key,
        sha256=row.sha256,
        name=row.name,
        seconds=row.seconds,
        channels=row.channels,
        agent_channel=row.agent_channel,
        notes=tuple(row.notes),
        waits=row.state == Audio.State.WAITING,
        reason=row.reason,
        copy=copy,
        peaks=copy.with_suffix(PEAKS) if copy else None,
    )
