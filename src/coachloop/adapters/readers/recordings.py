"""Recordings as lines of the native format: one a file, with the fields that its sidecar gives; kept here before anything is stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from coachloop.adapters.audio.check import Limits, check
from coachloop.adapters.audio.keep import keep
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.adapters.readers import conversations
from coachloop.adapters.readers.vcon_content import Trust
from coachloop.core.model.media import Media, MediaUnavailableError
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.recording import Recording
from coachloop.core.model.wire import BadLineError, json_object

SUFFIXES = frozenset({".wav", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".aac", ".webm", ".gsm", ".au"})
SIDECAR_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where recordings are kept, and what is taken.

    `agent_id` is whose they are where nothing else says so, `agent_channel` where the agent speaks, from 1. `trust` is what a vCon may
    do; its `keep` is ours.
    """

    media: Media
    limits: Limits
    agent_id: str = ""
    agent_channel: int | None = None
    trust: Trust = field(default_factory=Trust)


def is_recording(path: Path) -> bool:
    """Whether a file is one by its name; what is in it is looked at later."""
    return path.suffix.lower() in SUFFIXES


def line_of(path: Path, shelf: Shelf) -> Line | Refusal:
    """A recording as one line; `NAME.json` beside it holds any fields of the native format, its `turns` too where they are known.

    A transcript beside it, in any format that is read, is its words; subtitles are taken where the JSON has none.

    Without an `id` there the file's name is the conversation's. What is wrong with the file or its sidecar comes as a refusal.
    """
    try:
        fields = _beside(path, shelf.agent_channel)
        recording = kept(path, shelf)
    except MediaUnavailableError:
        raise  # nothing is wrong with the file: it is brought again
    except (BadLineError, BadRecordingError, OSError) as error:
        return Refusal(str(path), 1, str(error))
    default = {"id": path.stem, "channel": "voice"} | ({"agent_id": shelf.agent_id} if shelf.agent_id else {})
    return _line(Line(str(path), 1, b""), default | fields, recording)


def with_recordings(lines: Iterable[Line | Refusal], shelf: Shelf) -> Iterator[Line | Refusal]:
    """Lines of a file that name a recording beside it in `audio`: those that are there are kept, and go with their line.

    A recording that is not there leaves the line as it is; one that can't be taken, or lies outside of the file's folder, refuses it.
    """
    for line in lines:
        is_named = isinstance(line, Line) and line.recording is None and b'"audio"' in line.raw
        yield _joined(line, shelf) if is_named and isinstance(line, Line) else line


def _joined(line: Line, shelf: Shelf) -> Line | Refusal:
    try:
        fields = json_object(line.raw)
    except BadLineError:
        return line  # whoever takes it says what is wrong with it
    name = fields.get("audio")
    folder = Path(line.file).parent
    path = folder / name if isinstance(name, str) and name and "\x00" not in name and len(name) < 1000 else None
    if path is None or not path.is_file():
        return line
    if not path.resolve().is_relative_to(folder.resolve()):
        return Refusal(line.file, line.number, f"audio: {name!r} lies outside of the folder of {Path(line.file).name}")
    try:
        return _line(line, fields, kept(path, shelf))
    except MediaUnavailableError:
        raise
    except (BadRecordingError, OSError) as error:
        return Refusal(line.file, line.number, f"audio: {error}")


def _line(line: Line, fields: Mapping[str, Any], recording: Recording) -> Line:
    """The line with the file's digest in it: another file is other content."""
    document = dict(fields) | {"audio": fields.get("audio") or recording.name, "audio_sha256": recording.sha256}
    return replace(line, raw=json.dumps(document, ensure_ascii=False).encode(), recording=recording)


def kept(path: Path, shelf: Shelf) -> Recording:
    """A file that is checked and put on the shelf.

    Raises:
        BadRecordingError: it can't be taken; says why and the way out.
    """
    facts = check(path, limits=shelf.limits)
    keep(path, shelf.media, facts)
    return Recording(
        sha256=facts.sha256,
        suffix=facts.suffix,
        name=path.name,
        codec=facts.codec,
        seconds=facts.seconds,
        channels=1 if facts.alike else facts.channels,
        sample_rate=facts.sample_rate,
        size=facts.size,
        notes=facts.notes,
    )


def _beside(path: Path, agent_channel: int | None) -> dict[str, Any]:
    fields = _sidecar(path.with_suffix(".json"), agent_channel)
    shown = conversations.subtitles_of(path)
    found = next(conversations.lines(shown), None) if shown and "turns" not in fields else None
    if found is None:
        return fields
    if isinstance(found, Refusal):
        raise BadLineError(f"{Path(found.file).name}:{found.line}: {found.reason}")
    return json_object(found.raw)


def _sidecar(path: Path, agent_channel: int | None) -> dict[str, Any]:
    if not path.is_file():
        return {}
    if path.stat().st_size > SIDECAR_BYTES:
        raise BadLineError(f"{path.name} has {path.stat().st_size:,} bytes; at most {SIDECAR_BYTES:,} are read")
    try:
        told = json_object(path.read_bytes())
        return conversations.told(told, name=path.stem, agent_channel=agent_channel)
    except BadLineError as error:
        raise BadLineError(f"{path.name}: {error}") from error
