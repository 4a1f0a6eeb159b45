"""Clips are cut when somebody first hears them, and their files go as soon as nobody may."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.db import transaction

from coachloop.app.models import ClipView
from coachloop.app.queries import audio, clip_sound
from coachloop.app.queries import clips as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.hearing.port import CantTranscribeError
from coachloop.core.model.media import CLIPS, MediaUnavailableError, Name

HALF_DONE = timedelta(hours=1)
"""The time after which a file that is still being written was left by something that was ended."""


class Cutter(Protocol):
    """Cuts a stretch out of a recording."""

    def __call__(self, path: Path, to: Path, *, start: float, end: float, muted: Sequence[tuple[float, float]]) -> None:
        """Write it to `to`, whole or not at all, silent where it is muted.

        Raises:
            OSError: it can't be read or written.
            CantTranscribeError: it is no recording.
        """


def heard(*, viewer: Viewer, clip_id: int, cut: Cutter, now: datetime) -> Name | None:
    """The name of the file that plays a clip, cut now if nobody heard it before; None where they may not hear it, or nothing is there.

    Args:
        viewer: who listens.
        clip_id: to which.
        cut: makes the file.
        now: when. Somebody who hears it without having read it has seen it too.
    """
    found = queries.clip(viewer, clip_id)
    if found is None or found.sound is None:
        return None
    if audio.media().size(found.sound.name) is None and not _made(viewer, found, found.sound, cut=cut):
        return None
    _note(viewer, found, now=now)
    return found.sound.name


def remove(clip_id: int) -> None:
    """Delete what is cut of a clip; to be called once it is stored that nobody may hear it."""
    lying = audio.media().lying(CLIPS)
    audio.media().remove(*(one.name for one in lying if one.name.name.startswith(f"{clip_id}-")))


def tidy(*, now: datetime) -> int:
    """Delete files of clips that are gone, taken back or to be cut anew, and what was left half done; returns how many."""
    lying = list(audio.media().lying(CLIPS))
    whole = [one.name for one in lying if not one.name.name.startswith(".")]
    kept = queries.cut_now(int(number) for one in whole if (number := one.name.partition("-")[0]).isdigit())
    gone = [one for one in whole if one not in kept]
    gone += [one.name for one in lying if one.name not in whole and one.modified_at < now - HALF_DONE]
    audio.media().remove(*gone)
    return len(gone)


def _made(viewer: Viewer, clip: queries.ClipView, sound: clip_sound.ClipSound, *, cut: Cutter) -> bool:
    """Whoever takes it back while it is cut finds no file to delete: so we look again when it is there."""
    heard, media = sound.sound, audio.media()
    try:
        with media.file(sound.source) as path, media.making(sound.name) as to:
            cut(path, to, start=heard.start, end=heard.end, muted=heard.muted)
    except MediaUnavailableError:
        raise
    except (OSError, CantTranscribeError):
        return False
    again = queries.clip(viewer, clip.id)
    if again is None or again.sound != sound:
        media.remove(sound.name)
        return False
    return True


@transaction.atomic
def _note(viewer: Viewer, clip: queries.ClipView, *, now: datetime) -> None:
    audit.look(viewer, clip.conversation_key, now=now)
    if viewer.user is not None and not clip.mine:
        ClipView.objects.get_or_create(clip_id=clip.id, user=viewer.user, defaults={"first_at": now})
