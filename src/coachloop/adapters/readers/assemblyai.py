"""AssemblyAI's transcript: utterances of speakers or channels, times in milliseconds; without them its words, by nobody."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from coachloop.adapters.readers.said import Label, Milliseconds, Said, Transcript, in_order, in_turns, timed, word
from coachloop.core.model.wire import BadLineError, Key, Name, checked


def is_it(data: dict[str, Any]) -> bool:
    """Whether it looks like AssemblyAI's."""
    return isinstance(data.get("utterances"), list) or ("audio_url" in data and "status" in data)


class _Word(BaseModel):
    text: str
    start: Milliseconds
    end: Milliseconds
    speaker: Label | None = None
    channel: Label | None = None


class _Utterance(_Word):
    words: list[_Word] = Field(default_factory=list)


class _File(BaseModel):
    id: Key | None = None
    status: str = "completed"
    error: str | None = None
    language_code: Name | None = None
    utterances: list[_Utterance] | None = None
    words: list[_Word] | None = None
    text: str | None = None
    dual_channel: bool | None = None
    multichannel: bool | None = None


def read(data: dict[str, Any]) -> Transcript:
    """The transcript.

    Raises:
        BadLineError: with the field that is wrong, or that the transcription failed.
    """
    file = checked(_File, data)
    if file.status != "completed":
        raise BadLineError(f"its transcription is not there: {file.error or file.status}")
    channels = bool(file.dual_channel or file.multichannel)
    fields = {"id": file.id, "language": file.language_code, "channel": "voice"}
    return Transcript(in_order(_said(file, channels=channels)), fields, by_channel=channels)


def _said(file: _File, *, channels: bool) -> Iterable[Said]:
    if file.utterances:
        return [_piece(utterance, utterance.words, channels=channels) for utterance in file.utterances]
    if file.words:
        return in_turns(_piece(spoken, [spoken], channels=channels) for spoken in file.words)
    return [Said("", file.text or "")]


def _piece(spoken: _Word, words: Iterable[_Word], *, channels: bool) -> Said:
    label = (spoken.channel if channels else None) or spoken.speaker or ""
    return Said(label, spoken.text, spoken.start / 1000, spoken.end / 1000, _timed(words))


def _timed(words: Iterable[_Word]) -> tuple[dict[str, Any], ...]:
    return timed(word(spoken.text, spoken.start / 1000, spoken.end / 1000) for spoken in words)
