"""Clips are cut when somebody first hears them, and their files go as soon as nobody may."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.db import transaction

from coachloop.app.models import ClipView
from coachloop.app.queries import clip_sound
from coachloop.app.queries import clips as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.hearing.port import CantTranscribeError

HALF_DONE = 3600
"""Seconds after which a file that is still being written was left by something that was ended."""


class Cutter(Protocol):
    """Cuts a stretch out of a recording."""

    def __call__(self, path: Path, to: Path, *, start: float, end: float, muted: Sequence[tuple[float, float]]) -> None:
        """Write it to `to`, whole or not at all, silent where it is muted.

        Raises:
            OSError: it can't be read or written.
            CantTranscribeError: it is no recording.
        """


def heard(*, viewer: Viewer, clip_id: int, cut: Cutter, now: datetime) -> Path | None:
    """The file that plays a clip, cut now if nobody heard it before; None where they may not hear it, or nothing is there.

    Args:
        viewer: who listens.
        clip_id: to which.
        cut: makes the file.
        now: when. Somebody who hears it without having read it has seen it too.
    """
    found = queries.clip(viewer, clip_id)
    if found is None or found.sound is None:
        return None
    if not found.sound.path.is_file() and not _made(viewer, found, found.sound, cut=cut):
        return None
    _note(viewer, found, now=now)
    return found.sound.path


def remove(clip_id: int) -> None:
    """Delete what is cut of a clip; to be called once it is stored that nobody may hear it."""
    for path in clip_sound.files_of(clip_id):
        path.unlink(missing_ok=True)


def tidy(*, now: datetime) -> int:
    """Delete files of clips that are gone, taken back or to be cut anew, and what was left half done; returns how many."""
    lying = [path for path in clip_sound.folder().glob("*") if not path.name.startswith(".")]
    named = [int(number) for path in lying if (number := path.name.partition("-")[0]).isdigit()]
    kept = queries.cut_now(named)
    gone = [path for path in lying if path not in kept]
    gone += [path for path in clip_sound.folder().glob(".*") if path.stat().st_mtime < now.timestamp() - HALF_DONE]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _made(viewer: Viewer, clip: queries.ClipView, sound: clip_sound.ClipSound, *, cut: Cutter) -> bool:
    """Whoever takes it back while it is cut finds no file to delete: so we look again when it is there."""
    try:
        cut(sound.source, sound.path, start=sound.sound.start, end=sound.sound.end, muted=sound.sound.muted)
    except (OSError, CantTranscribeError):
        return False
    again = queries.clip(viewer, clip.id)
    if again is None or again.sound != sound:
        sound.path.unlink(missing_ok=True)
        return False
    return True


@transaction.atomic
def _note(viewer: Viewer, clip: queries.ClipView, *, now: datetime) -> None:
    audit.look(viewer, clip.conversation_key, now=now)
    if viewer.user is not None and not clip.mine:
        ClipView.objects.get_or_create(clip_id=clip.id, user=viewer.user, defaults={"first_at": now})
