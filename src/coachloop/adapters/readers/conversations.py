"""Conversations of every format that is read, as lines of the native one; a format is known by its content, whatever the name.

Beside a transcript may lie a sidecar with what its format lacks: `NAME.json`, or `NAME.SUFFIX.json` where the transcript is JSON itself.
"""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeGuard

from pydantic import BaseModel, ConfigDict, Field

from coachloop.adapters.readers import subtitles, turns_csv, vcon
from coachloop.adapters.readers.formats import format_of
from coachloop.adapters.readers.lines import BOM, UNREADABLE, json_lines, opened
from coachloop.adapters.readers.said import BadTranscriptError, Given, Label, as_native, parsed
from coachloop.adapters.readers.vcon_content import Trust
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.recording import Recording
from coachloop.core.model.wire import LINE_LIMIT, BadLineError, checked

LIMIT = 64 * 1024 * 1024
"""Bytes of the largest file that is read in one piece."""

SIDECAR_LIMIT = 1024 * 1024
HEAD = 64 * 1024
SUFFIXES = (".jsonl", ".json", ".vcon", ".vtt", ".srt", ".csv")
SUBTITLES = (".vtt", ".srt")
NAMES = (
    "a native conversation, vCon, Contact Lens, Whisper, Deepgram, AssemblyAI, WebVTT, SRT, or CSV with one turn a row"
)
FOREIGN = re.compile(
    rb'"(?:vcon|uuid|payload|ciphertext|segments|utterances|audio_url|results|Transcript|CustomerMetadata)"\s*:'
)
"""What JSON of others has in it; a line without any of it is not parsed twice."""

NOTHING = Trust()


class Kind(Enum):
    """How a file is read."""

    LINES = "JSON Lines"
    DOCUMENT = "JSON"
    SUBTITLES = "subtitles"
    TABLE = "CSV, one turn a row"


class _Sidecar(BaseModel):
    """Native fields, and which of the transcript's speakers is the agent."""

    model_config = ConfigDict(extra="allow")

    agent_speaker: Annotated[Label, Field(max_length=200)] = ""


def told(data: dict[str, Any], *, name: str, agent_channel: int | None) -> dict[str, Any]:
    """What JSON beside a recording says: native fields as they are, a transcript of another format as a line of ours.

    Raises:
        BadLineError: with what is wrong in the transcript.
    """
    if not _is_foreign(data):
        return data
    found = format_of(data)
    transcript = found.read(data) if found and not vcon.is_it(data) else vcon.read(data, NOTHING)
    return as_native(transcript, Given(name=name, agent_channel=agent_channel))


def files(paths: Collection[Path]) -> list[Path]:
    """Those of the files of a folder, and of those inside it, that may hold conversations; sidecars are not among them."""
    found = sorted(path for path in paths if _suffix(path) in SUFFIXES and path.is_file())
    stems = {(path.parent, _without_suffix(path)) for path in paths if _suffix(path) != ".json"}
    names = {(path.parent, path.name) for path in found}
    others = stems | names
    taken = {path for path in found if not _is_sidecar(path, others)}
    return sorted(path for path in taken if not _is_there_better(path, taken))


def subtitles_of(recording: Path) -> Path | None:
    """The subtitles that lie beside a recording, by its name."""
    beside = (recording.with_suffix(suffix) for suffix in SUBTITLES)
    return next((found for found in beside if found.is_file()), None)


def _is_there_better(path: Path, taken: set[Path]) -> bool:
    """Whether the same call lies beside it with more about it: Whisper writes JSON, WebVTT and SRT at once."""
    better = {".vtt": (".json",), ".srt": (".json", ".vtt")}.get(path.suffix.lower(), ())
    return any(path.with_suffix(suffix) in taken for suffix in better)


def _is_sidecar(path: Path, others: set[tuple[Path, str]]) -> bool:
    """Whether it goes with another file, and is no conversation itself; one that can't be read is told of with its transcript."""
    if _suffix(path) != ".json" or (path.parent, path.name.removesuffix(".json")) not in others:
        return False
    if path.stat().st_size > SIDECAR_LIMIT:
        return False
    try:
        data = parsed(_whole(path, SIDECAR_LIMIT).removeprefix(BOM))
    except (BadLineError, *UNREADABLE):
        return True
    return isinstance(data, dict) and "turns" not in data and not _is_foreign(data)


def kind(path: Path) -> Kind | None:
    """How a file is to be read, by its first bytes; None where it is none of ours.

    Raises:
        OSError: it can't be read; EOFError or zlib.error where it is broken gzip.
    """
    with opened(path) as file:
        head = file.read(HEAD).removeprefix(BOM)
    start = head.lstrip()
    if _suffix(path) == ".jsonl" or not start:
        return Kind.LINES
    if start[:1] in {b"{", b"["}:
        return Kind.LINES if _is_line_by_line(start) else Kind.DOCUMENT
    text = head.decode(_encoding(head), errors="replace")
    if subtitles.is_it(text):
        return Kind.SUBTITLES
    return Kind.TABLE if turns_csv.is_it(text.partition("\n")[0]) else None


def _is_line_by_line(start: bytes) -> bool:
    """Whether a line holds an object whole, or another begins where a printed one would go on."""
    first, _, rest = start.partition(b"\n")
    whole = first.startswith(b"{") and first.rstrip().endswith(b"}")
    return whole or not rest.strip() or (first.startswith(b"{") and rest.startswith(b"{"))


def lines(
    path: Path, *, agent_id: str = "", agent_channel: int | None = None, trust: Trust = NOTHING, limit: int = LIMIT
) -> Iterator[Line | Refusal]:
    """Every conversation of a file in the native format, or refused with its place and the reason; nothing is raised.

    Args:
        path: any file.
        agent_id: whose calls these are, where neither the file nor its sidecar says so.
        agent_channel: where the agent speaks in transcripts of stereo recordings, counted from 1.
        trust: what is allowed to vCons.
        limit: bytes of the largest file that is read in one piece; JSON Lines and CSV may be larger.
    """
    try:
        how = kind(path)
        given = Given(agent_id=agent_id, agent_channel=agent_channel, name=_without_suffix(path)[:200])
        if how is None:
            yield Refusal(str(path), 1, f"is none of the formats that are read: {NAMES}")
        elif how is Kind.TABLE:
            yield from _of_table(path, given)
        else:
            yield from _Reader(path, _with_sidecar(path, given), trust, limit).lines(how)
    except _SidecarError as error:
        yield Refusal(str(error.path), 1, str(error))
    except (BadLineError, *UNREADABLE) as error:
        yield Refusal(str(path), getattr(error, "line", 1), str(error))


class _SidecarError(BadLineError):
    """A sidecar that can't be taken."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"as the sidecar of a transcript: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one file that is not a table."""

    path: Path
    given: Given
    trust: Trust
    limit: int

    def lines(self, how: Kind) -> Iterator[Line | Refusal]:
        if how is Kind.LINES:
            for item in json_lines(self.path, limit=self.limit):
                yield self._of_line(item) if isinstance(item, Line) and FOREIGN.search(item.raw) else item
        elif how is Kind.SUBTITLES:
            text = _text(_whole(self.path, self.limit))
            yield _line(self.path, 1, as_native(subtitles.read(text), self.given))
        else:
            data = parsed(_whole(self.path, self.limit).removeprefix(BOM))
            for number, item in enumerate(data if isinstance(data, list) else [data], 1):
                yield self._of_value(item, number)

    def _of_line(self, line: Line) -> Line | Refusal:
        """A line that may be somebody else's; what is no JSON is left to whoever takes it in."""
        try:
            data = parsed(line.raw)
        except BadLineError:
            return line
        return self._of_value(data, line.number) if _is_foreign(data) else line

    def _of_value(self, data: Any, number: int) -> Line | Refusal:
        try:
            return self._line(data, number)
        except BadLineError as error:
            return Refusal(str(self.path), getattr(error, "line", number), str(error))

    def _line(self, data: Any, number: int) -> Line:
        if not _is_foreign(data):
            return _line(self.path, number, _object(data))
        given = self.given if number == 1 else self.given.of_another(number)
        found = format_of(data)
        transcript = found.read(data) if found and not vcon.is_it(data) else vcon.read(data, self.trust)
        native = as_native(transcript, given)
        kept = self._kept(transcript.audio)
        if kept:
            native |= {"audio": kept.name, "audio_sha256": kept.sha256}
        return replace(_line(self.path, number, native), recording=kept)

    def _kept(self, file: Path | None) -> Recording | None:
        """A recording out of a vCon, taken over by whoever keeps them."""
        if not file or not self.trust.keep:
            return None
        try:
            return self.trust.keep(file)
        except ValueError as error:
            raise BadLineError(f"its recording: {error}") from error
        finally:
            file.unlink(missing_ok=True)


def _of_table(path: Path, given: Given) -> Iterator[Line | Refusal]:
    for found in turns_csv.transcripts(path):
        if isinstance(found, Refusal):
            yield found
            continue
        number, transcript = found
        try:
            yield _line(path, number, as_native(transcript, given))
        except BadLineError as error:
            yield Refusal(str(path), number, str(error))


def _line(path: Path, number: int, native: dict[str, Any]) -> Line:
    return Line(str(path), number, _json(native))


def _object(data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise BadLineError(f"expected a JSON object, got {type(data).__name__}")
    return data


def _json(data: object) -> bytes:
    try:
        raw = json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadLineError(f"holds what can't be kept: {error}") from error
    if len(raw) > LINE_LIMIT:
        raise BadLineError(f"is a conversation of {len(raw):,} bytes; at most {LINE_LIMIT:,} are taken")
    return raw


def _is_foreign(data: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is a transcript of another format, and no line of ours with fields of such names beside its own."""
    if not isinstance(data, dict) or ("id" in data and (isinstance(data.get("turns"), list) or "audio" in data)):
        return False
    return vcon.is_it(data) or format_of(data) is not None


def _whole(path: Path, limit: int) -> bytes:
    with opened(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise BadLineError(f"is larger than {limit // 1024 // 1024} MB; one conversation a file is read up to there")
    return data


def _text(raw: bytes) -> str:
    try:
        text = raw.decode(_encoding(raw))
    except UnicodeDecodeError as error:
        raise BadTranscriptError("not UTF-8; save the file as UTF-8 and try again") from error
    if "\x00" in text:
        raise BadTranscriptError("holds a NUL character, which no text has")
    return text


def _encoding(raw: bytes) -> str:
    """Subtitles come as UTF-16 too."""
    return "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"


def _with_sidecar(path: Path, given: Given) -> Given:
    """What the sidecar says, where there is one."""
    beside = [path.with_name(f"{path.name}.json"), path.with_name(f"{_without_suffix(path)}.json")]
    sidecar = next((found for found in beside if found != path and found.is_file()), None)
    if sidecar is None or _suffix(path) == ".jsonl":
        return given
    try:
        data = _object(parsed(_whole(sidecar, SIDECAR_LIMIT).removeprefix(BOM)))
        if _is_foreign(data):
            return given
        speaker = checked(_Sidecar, data).agent_speaker
    except (BadLineError, *UNREADABLE) as error:
        raise _SidecarError(sidecar, str(error)) from error
    fields = {name: value for name, value in data.items() if name not in {"agent_speaker", "turns", "speakers"}}
    return replace(given, fields=fields, agent_speaker=speaker)


def _suffix(path: Path) -> str:
    """The suffix in small letters, without that of gzip."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _without_suffix(path: Path) -> str:
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return Path(name).stem
