"""Deepgram's response: utterances where they were asked for, else words, else paragraphs; a channel or a voice tells who speaks."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BaseModel, Field

from coachloop.adapters.readers.said import Label, Said, Transcript, in_order, in_turns, timed, word
from coachloop.core.model.wire import Key, Name, Seconds, checked


def is_it(data: dict[str, Any]) -> bool:
    """Whether it looks like Deepgram's."""
    results = data.get("results")
    return isinstance(results, dict) and "channels" in results


class _Word(BaseModel):
    word: str
    punctuated_word: str | None = None
    start: Seconds
    end: Seconds
    speaker: Label | None = None


class _Sentence(BaseModel):
    text: str
    start: Seconds
    end: Seconds


class _Paragraph(BaseModel):
    sentences: list[_Sentence]
    speaker: Label | None = None


class _Paragraphs(BaseModel):
    paragraphs: list[_Paragraph] = Field(default_factory=list)


class _Alternative(BaseModel):
    transcript: str = ""
    words: list[_Word] = Field(default_factory=list)
    paragraphs: _Paragraphs | None = None


class _Channel(BaseModel):
    alternatives: list[_Alternative]
    detected_language: Name | None = None


class _Utterance(BaseModel):
    transcript: str
    start: Seconds
    end: Seconds
    channel: int = 0
    speaker: Label | None = None
    words: list[_Word] = Field(default_factory=list)


class _Results(BaseModel):
    channels: Annotated[list[_Channel], Field(max_length=64)]
    utterances: list[_Utterance] | None = None


class _Metadata(BaseModel):
    request_id: Key | None = None


class _File(BaseModel):
    results: _Results
    metadata: _Metadata | None = None


def read(data: dict[str, Any]) -> Transcript:
    """The transcript.

    Raises:
        BadLineError: with the field that is wrong.
    """
    file = checked(_File, data)
    results = file.results
    many = len(results.channels) > 1
    if results.utterances:
        said = [_utterance(utterance, many=many) for utterance in results.utterances]
    else:
        said = [
            piece
            for n, channel in enumerate(results.channels, 1)
            for piece in _channel(channel, str(n) if many else "")
        ]
    fields = {
        "id": file.metadata.request_id if file.metadata else None,
        "language": next(
            (channel.detected_language for channel in results.channels if channel.detected_language), None
        ),
        "channel": "voice",
    }
    return Transcript(in_order(said), fields, by_channel=many)


def _utterance(utterance: _Utterance, *, many: bool) -> Said:
    label = str(utterance.channel + 1) if many else utterance.speaker or ""
    return Said(label, utterance.transcript, utterance.start, utterance.end, _timed(utterance.words))


def _channel(channel: _Channel, label: str) -> Iterator[Said]:
    """What is said in a channel, by its first alternative; `label` is empty where voices tell who speaks."""
    if not channel.alternatives:
        return
    first = channel.alternatives[0]
    if first.words:
        yield from in_turns(_word(spoken, label) for spoken in first.words)
    elif first.paragraphs and first.paragraphs.paragraphs:
        yield from in_turns(
            Said(label or part.speaker or "", sentence.text, sentence.start, sentence.end)
            for part in first.paragraphs.paragraphs
            for sentence in part.sentences
        )
    else:
        yield Said(label, first.transcript)


def _word(spoken: _Word, label: str) -> Said:
    return Said(label or spoken.speaker or "", _text(spoken), spoken.start, spoken.end, _timed([spoken]))


def _text(spoken: _Word) -> str:
    return spoken.punctuated_word or spoken.word


def _timed(words: Iterable[_Word]) -> tuple[dict[str, Any], ...]:
    return timed(word(_text(spoken), spoken.start, spoken.end) for spoken in words)
