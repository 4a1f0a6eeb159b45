"""Transcripts inside vCons, in the shapes that their vendors have: nothing of a transcript's form is told by the draft."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field

from coachloop.adapters.readers import deepgram, subtitles
from coachloop.adapters.readers.formats import format_of
from coachloop.adapters.readers.said import Label, Said, Transcript, in_order
from coachloop.core.model.wire import BadLineError, Seconds, checked

TYPES = {"transcript", "transcription", "wtf_transcription", "wtf"}
LISTS = ("turns", "utterances", "transcript", "transcripts", "messages", "dialog", "segments")


class _Piece(BaseModel):
    """One entry of a plain list; a name and a text are all that such lists have in common."""

    text: Annotated[str, Field(validation_alias=AliasChoices("text", "message", "content", "transcript", "body"))]
    label: Annotated[
        Label | None, Field(validation_alias=AliasChoices("speaker", "role", "party", "participant", "name"))
    ] = None
    start: Annotated[Seconds | None, Field(validation_alias=AliasChoices("start", "start_time", "begin"))] = None
    end: Annotated[Seconds | None, Field(validation_alias=AliasChoices("end", "end_time", "stop"))] = None


class _Pieces(BaseModel):
    pieces: Annotated[list[_Piece], Field(max_length=200_000)]


def transcript(body: Any) -> Transcript:
    """What a transcript's body says.

    Raises:
        BadLineError: it has no shape that is known, or a field of it is wrong.
    """
    if isinstance(body, str):
        return _of_text(body)
    if isinstance(body, list):
        return _listed(body)
    found = format_of(body)
    if found and isinstance(body, dict):
        return found.read(body)
    if isinstance(body, dict):
        return _of_object(body)
    raise BadLineError(f"a transcript must be text or JSON, got {type(body).__name__}")


def _of_text(body: str) -> Transcript:
    text = body.lstrip("\ufeff")
    return subtitles.read(text) if subtitles.is_it(text) else subtitles.plain(text)


def _of_object(body: dict[str, Any]) -> Transcript:
    """One alternative of Deepgram's by itself, a list under one of several names, or the text alone."""
    if isinstance(body.get("words"), list) and isinstance(body.get("transcript"), str):
        return deepgram.read({"results": {"channels": [{"alternatives": [body]}]}})
    for name in LISTS:
        if isinstance(body.get(name), list):
            return _listed(body[name])
    text = next((body[name] for name in ("transcript", "text") if isinstance(body.get(name), str)), None)
    if text is None:
        raise BadLineError(f"its transcript has no shape that is known: {', '.join(list(body)[:8])}")
    return _of_text(text)


def _listed(entries: list[Any]) -> Transcript:
    pieces = checked(_Pieces, {"pieces": entries}).pieces
    return Transcript(in_order(Said(piece.label or "", piece.text, piece.start, piece.end) for piece in pieces))
