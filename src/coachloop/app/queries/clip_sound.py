"""The sound of a clip: which stretch of which recording, and where the file lies once it is cut."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from coachloop.app.models import Audio, Clip
from coachloop.app.queries import audio
from coachloop.core.coaching.clips import Cut
from coachloop.core.coaching.sound import Sound, sound
from coachloop.core.model.wire import ConversationLine

MADE = 1
"""Goes up when the same stretch is to be cut in another way."""


@dataclass(frozen=True, slots=True)
class ClipSound:
    """Where a clip is heard. `source` is what browsers play of the whole call: what is muted there can't get into a clip."""

    source: Path
    path: Path
    sound: Sound


def folder() -> Path:
    """Where clips lie that are cut."""
    return audio.media() / "clips"


def files_of(clip_id: int) -> list[Path]:
    """What is cut of a clip."""
    return list(folder().glob(f"{clip_id}-*"))


def of(row: Clip, line: ConversationLine) -> ClipSound | None:
    """A clip's sound, whoever may hear it; None where its words are not those of a recording that can be heard.

    Args:
        row: with its conversation and recording.
        line: the document of its revision. The words of another recording say nothing about this one.
    """
    recording: Audio | None = getattr(row.conversation, "audio", None)
    if recording is None or not recording.copied or (line.model_extra or {}).get("audio_sha256") != recording.sha256:
        return None
    source = audio.copy_of(recording)
    found = sound(line.conversation(), Cut(row.first_turn, row.last_turn), seconds=recording.seconds)
    if found is None or not source.is_file():
        return None
    digest = hashlib.sha256(repr((MADE, recording.copied, row.revision, found)).encode()).hexdigest()[:16]
    return ClipSound(source, folder() / f"{row.pk}-{digest}{audio.COPY}", found)
