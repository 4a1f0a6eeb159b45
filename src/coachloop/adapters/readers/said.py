"""What every reader of somebody else's transcript makes: who said what when, and from it a line of the native format."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import pydantic_core
from pydantic import BeforeValidator, Field

from coachloop.core.model.conversation import SURE, Speaker
from coachloop.core.model.wire import BadLineError

PAUSE = 1.0
"""Seconds of silence that end a turn where a format cuts speech into pieces smaller than turns."""

MOST_DIGITS = 3
"""Of a time in seconds that was worked out: milliseconds are all that any of the formats has."""

NAMES = {
    Speaker.AGENT: {"agent", "advisor", "adviser", "rep", "representative", "operator", "csr", "consultant"},
    Speaker.CUSTOMER: {"customer", "client", "consumer", "member", "guest", "enduser", "end_user"},
    Speaker.OTHER: {"other", "system", "bot", "ivr", "supervisor", "sme", "thirdparty", "third_party", "custom_bot"},
}

Label = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
"""A speaker as the format calls them: a letter, a number, a name."""

Milliseconds = Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)]


class BadTranscriptError(BadLineError):
    """A transcript that can't be taken; `line` is where in its file, where that is known."""

    def __init__(self, reason: str, *, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Said:
    """What one speaker says in one go; `words` are those of the native format."""

    label: str
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as a format tells it.

    `fields` are native fields that the format has; `named` says which labels are the agent's and the customer's, where the format
    does; `by_channel`: a label is a channel, counted from 1. `audio` is its recording, in a file of ours. `exact` is a line that is native already, turns and all, and stays as it is.
    """

    said: Sequence[Said] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, Speaker] = field(default_factory=dict)
    by_channel: bool = False
    audio: Path | None = None
    exact: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What is known beside the file: the sidecar's native fields, which label is the agent's, and what goes for all files."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    agent_speaker: str = ""
    agent_id: str = ""
    agent_channel: int | None = None
    name: str = ""

    def of_another(self, number: int) -> "Given":
        """For a further conversation of the same file: the sidecar is the first one's."""
        return Given(agent_id=self.agent_id, agent_channel=self.agent_channel, name=f"{self.name}-{number}")


def parsed(raw: bytes | str) -> Any:
    """The JSON value.

    Raises:
        BadLineError: not UTF-8, not JSON, too deep, or with a NUL character in it.
    """
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 at byte {error.start}") from error
    if "\x00" in text or "\\u0000" in text:
        raise BadLineError("holds a NUL character, which no text has")
    try:
        return pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise BadLineError(f"not JSON: {error}") from error


def known(label: str) -> Speaker | None:
    """Whose a label is by itself: "Agent 1" is the agent, "A" may be anybody."""
    plain = re.sub(r"[\s_#:-]*\d*$", "", label.strip().casefold()).replace(" ", "_")
    return next((speaker for speaker, names in NAMES.items() if plain in names), None)


def rounded(seconds: float | None) -> float | None:
    """A time that was worked out, without the noise of binary fractions."""
    return None if seconds is None else round(seconds, MOST_DIGITS)


def word(text: str, start: float | None, end: float | None) -> dict[str, Any] | None:
    """A word of the native format; nothing where it has no time or no text."""
    if start is None or not text.strip():
        return None
    return {"text": text.strip(), "start": start} | ({} if end is None else {"end": end})


def timed(words: Iterable[dict[str, Any] | None]) -> tuple[dict[str, Any], ...]:
    """Those that have a time."""
    return tuple(word for word in words if word)


def in_turns(said: Iterable[Said]) -> list[Said]:
    """Pieces of speech joined: the same speaker going on after less than a PAUSE."""
    turns: list[list[Said]] = []
    for piece in said:
        if turns and _goes_on(turns[-1][-1], piece):
            turns[-1].append(piece)
        else:
            turns.append([piece])
    return [_joined(turn) for turn in turns]


def _goes_on(last: Said, piece: Said) -> bool:
    close = last.end is None or piece.start is None or piece.start - last.end <= PAUSE
    return last.label == piece.label and close


def _joined(pieces: Sequence[Said]) -> Said:
    text = " ".join(piece.text.strip() for piece in pieces if piece.text.strip())
    words = tuple(word for piece in pieces for word in piece.words)
    return Said(pieces[0].label, text, pieces[0].start, pieces[-1].end, words)


def in_order(said: Iterable[Said]) -> list[Said]:
    """By the time they begin; what has none stays behind what it followed."""
    placed, latest = [], 0.0
    for piece in said:
        latest = latest if piece.start is None else piece.start
        placed.append((latest, piece))
    return [piece for _, piece in sorted(placed, key=lambda pair: pair[0])]


def as_native(transcript: Transcript, given: Given) -> dict[str, Any]:
    """The line of the native format: what the sidecar says goes before what the format says.

    Raises:
        BadLineError: nothing is said in it, or the sidecar names a speaker who is not there.
    """
    told = _filled(transcript.fields) if transcript.exact is None else dict(transcript.exact)
    line: dict[str, Any] = {"id": given.name} | told | dict(given.fields)
    line |= {"agent_id": given.agent_id} if given.agent_id and not line.get("agent_id") else {}
    if transcript.exact is not None:
        return line
    line |= {"audio": str(transcript.audio)} if transcript.audio else {}
    said = [piece for piece in transcript.said if piece.text.strip()]
    if not said:
        if "audio" in line:
            return line
        raise BadLineError("holds no words: nothing is said in it")
    sides, source, confidence = _sides(replace(transcript, said=said), given)
    line["turns"] = [_turn(piece, sides.get(piece.label, Speaker.OTHER)) for piece in said]
    line["speakers"] = {"from": source, "confidence": round(confidence, 3), "confirmed": False}
    return line


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is there; a language without its country, as templates narrow by it."""
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    language = filled.get("language")
    if isinstance(language, str) and re.fullmatch(r"[A-Za-z]{2,3}[-_].*", language):
        filled["language"] = re.split(r"[-_]", language)[0].lower()
    return filled


def _turn(piece: Said, speaker: Speaker) -> dict[str, Any]:
    turn: dict[str, Any] = {"speaker": speaker.value}
    times = {"start": rounded(piece.start), "end": rounded(piece.end)}
    turn |= {name: seconds for name, seconds in times.items() if seconds is not None}
    return turn | {"text": piece.text.strip()} | ({"words": list(piece.words)} if piece.words else {})


type _Found = tuple[Mapping[str, Speaker], str, float]


def _sides(transcript: Transcript, given: Given) -> _Found:
    """Whose each label is, how that is known, and how sure it is."""
    words: dict[str, int] = {}
    for piece in transcript.said:
        words[piece.label] = words.get(piece.label, 0) + len(piece.text.split())
    most = sorted((label for label in words if label), key=lambda label: -words[label])
    if given.agent_speaker:
        return _with_agent(_named(given.agent_speaker, most), most), "given", 1.0
    told = {label: speaker for label in most if (speaker := transcript.named.get(label) or known(label))}
    if {Speaker.AGENT, Speaker.CUSTOMER} & set(told.values()):
        return _rest_told(told, most), "given", 1.0
    unknown = [label for label in most if label not in told]
    if len(unknown) < 2:
        return told, "said", 0.5
    return _guessed(transcript, unknown[:2], given)


def _named(label: str, labels: Sequence[str]) -> str:
    for found in labels:
        if found.casefold() == label.casefold():
            return found
    raise BadLineError(f"agent_speaker {label!r} is none of its speakers: {', '.join(labels[:10]) or 'it names none'}")


def _with_agent(agent: str, most: Sequence[str]) -> dict[str, Speaker]:
    """Of the others, whoever says the most is the customer."""
    others = [label for label in most if label != agent]
    return {agent: Speaker.AGENT} | dict.fromkeys(others[:1], Speaker.CUSTOMER)


def _rest_told(told: dict[str, Speaker], most: Sequence[str]) -> dict[str, Speaker]:
    """Where only one side has its name, whoever else says the most is the other."""
    missing = [speaker for speaker in (Speaker.AGENT, Speaker.CUSTOMER) if speaker not in told.values()]
    unknown = [label for label in most if label not in told]
    return told | dict(zip(unknown, missing, strict=False))


def _guessed(transcript: Transcript, pair: Sequence[str], given: Given) -> _Found:
    """By the channel that the agent is known to speak in, unless the words tell surely otherwise; else by the words alone."""
    from coachloop.core.hearing.roles import roles  # noqa: PLC0415 -- its wordings are compiled only where they are needed

    found = roles([[piece.text for piece in transcript.said if piece.label == label] for label in pair])
    agent, source, confidence = pair[found.agent], "said", found.confidence
    channel = str(given.agent_channel or "")
    if transcript.by_channel and channel in pair:
        contradicted = channel != agent and confidence >= SURE
        agent, source, confidence = channel, "channels", 1 - confidence if contradicted else 1.0
    other = pair[1 - pair.index(agent)]
    return {agent: Speaker.AGENT, other: Speaker.CUSTOMER}, source, confidence


def offset(said: Iterable[Said], seconds: float) -> list[Said]:
    """The same, that much later."""
    if math.isclose(seconds, 0):
        return list(said)
    return [_later(piece, seconds) for piece in said]


def _later(piece: Said, seconds: float) -> Said:
    words = tuple(
        {name: value + seconds if name in {"start", "end"} else value for name, value in word.items()}
        for word in piece.words
    )
    start = None if piece.start is None else piece.start + seconds
    return Said(piece.label, piece.text, start, None if piece.end is None else piece.end + seconds, words)
