"""The sound of a clip: which stretch of which recording, and where the file lies once it is cut."""

import hashlib
from dataclasses import dataclass
from typing import Any

import pydantic_core

from coachloop.app.models import Audio, Clip
from coachloop.app.queries import audio
from coachloop.core.coaching.clips import Cut, name_places
from coachloop.core.coaching.sound import Sound, sound
from coachloop.core.model.media import Name, clip
from coachloop.core.model.wire import ConversationLine

MADE = 1
"""Goes up when the same stretch is to be cut in another way."""


@dataclass(frozen=True, slots=True)
class ClipSound:
    """Where a clip is heard. `source` is what browsers play of the whole call: what is muted there can't get into a clip."""

    source: Name
    name: Name
    sound: Sound


def line_of(row: Clip, document: str) -> ConversationLine:
    """A clip's document without what takes long to read: the times of words outside of it in which nothing is hidden."""
    data: dict[str, Any] = pydantic_core.from_json(document)
    turns, name = data.get("turns") or [], data.get("customer_name") or ""
    masked = {mask.get("turn") for mask in data.get("masked") or () if isinstance(mask, dict)}
    for number, turn in enumerate(turns):
        if row.first_turn <= number <= row.last_turn or number in masked or name_places(turn["text"], name):
            continue
        turn.pop("words", None)
    return ConversationLine.model_validate(data)


def of(row: Clip, line: ConversationLine) -> ClipSound | None:
    """A clip's sound, whoever may hear it; None where its words are not those of a recording that can be heard.

    Args:
        row: with its conversation and recording.
        line: `line_of` its revision's document. The words of another recording say nothing about this one.
    """
    recording: Audio | None = getattr(row.conversation, "audio", None)
    if recording is None or not recording.copied or (line.model_extra or {}).get("audio_sha256") != recording.sha256:
        return None
    source = audio.copy_of(recording)
    found = sound(line.conversation(), Cut(row.first_turn, row.last_turn), seconds=recording.seconds)
    if found is None or not audio.media().seems_there(source):
        return None
    digest = hashlib.sha256(repr((MADE, recording.copied, row.revision, found)).encode()).hexdigest()[:16]
    return ClipSound(source, clip(row.pk, digest), found)
