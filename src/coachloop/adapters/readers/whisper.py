"""JSON of Whisper and its kin: openai-whisper, faster-whisper's and WhisperX's dumps, and `verbose_json` of the web API.

All have `segments` of a text and its times. Words are inside the segments, or in a list of their own; WhisperX adds a speaker to
segments and words where voices were told apart. The World Transcription Format of vCons is read as well: its segments are the same.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from coachloop.adapters.readers.said import Label, Said, Transcript, in_order, in_turns, timed, word
from coachloop.core.model.wire import Name, Seconds, checked


def is_it(data: dict[str, Any]) -> bool:
    """Whether it looks like Whisper's."""
    return isinstance(data.get("segments"), list)


class _Word(BaseModel):
    text: str = Field(validation_alias=AliasChoices("word", "text"))
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: Label | None = None


def _no_numbers(words: object) -> object:
    """The World Transcription Format has places in the other list of words here."""
    return None if isinstance(words, list) and all(isinstance(word, int) for word in words) else words


class _Segment(BaseModel):
    text: str
    start: Seconds | None = None
    end: Seconds | None = None
    speaker: Label | None = None
    words: Annotated[list[_Word] | None, BeforeValidator(_no_numbers)] = None


class _About(BaseModel):
    language: Name | None = None


class _File(BaseModel):
    segments: Annotated[list[_Segment], Field(max_length=200_000)]
    words: list[_Word] | None = None
    language: Name | None = None
    transcript: Annotated[_About | None, BeforeValidator(lambda value: value if isinstance(value, dict) else None)] = (
        None
    )


def read(data: dict[str, Any]) -> Transcript:
    """The transcript.

    Raises:
        BadLineError: with the field that is wrong.
    """
    file = checked(_File, data)
    pieces = [piece for segment in _with_words(file) for piece in _pieces(segment)]
    language = file.language or (file.transcript.language if file.transcript else None)
    return Transcript(in_turns(in_order(pieces)), {"language": language, "channel": "voice"})


def _with_words(file: _File) -> list[_Segment]:
    """Segments with their words; those of a list of their own by the time they begin."""
    if not file.words or any(segment.words for segment in file.segments):
        return file.segments
    words = iter(sorted((word for word in file.words if word.start is not None), key=lambda word: word.start or 0))
    waiting = next(words, None)
    for segment in file.segments:
        segment.words = []
        while waiting and (segment.end is None or (waiting.start or 0) < segment.end):
            segment.words.append(waiting)
            waiting = next(words, None)
    return file.segments


def _pieces(segment: _Segment) -> Iterator[Said]:
    """The segment, cut where its words say that somebody else goes on."""
    words = segment.words or []
    parts = [(label, list(part)) for label, part in groupby(_spoken(words, segment.speaker), key=lambda pair: pair[0])]
    if len(parts) < 2:
        label = parts[0][0] if parts else segment.speaker or ""
        yield Said(label, segment.text.strip(), segment.start, segment.end, _timed(words))
        return
    for label, part in parts:
        own = [word for _, word in part]
        starts, ends = [w.start for w in own if w.start is not None], [w.end for w in own if w.end is not None]
        text = " ".join(word.text.strip() for word in own)
        yield Said(label, text, min(starts, default=segment.start), max(ends, default=segment.end), _timed(own))


def _spoken(words: Iterable[_Word], speaker: str | None) -> Iterator[tuple[str, _Word]]:
    """Each word with who says it; one that does not say it is said by whoever spoke before."""
    last = speaker or ""
    for spoken in words:
        last = spoken.speaker or last
        yield last, spoken


def _timed(words: Iterable[_Word]) -> tuple[dict[str, Any], ...]:
    return timed(word(spoken.text, spoken.start, spoken.end) for spoken in words)
