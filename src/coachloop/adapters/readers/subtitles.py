"""WebVTT and SubRip: who speaks is told by a voice (`<v Lea>`) or by a name before the words (`Agent: ...`).

Cues are pieces of what is said: the same speaker going on is one turn.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coachloop.adapters.readers.said import BadTranscriptError, Said, Transcript, in_order, in_turns, known, timed, word

LONGEST = 1e7
CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{CLOCK}\s*-->\s*{CLOCK}(?:\s.*)?$")
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?\s+([^<>]{1,200})>")
STAMP = re.compile(rf"<{CLOCK}>")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
PREFIX = re.compile(r"^[-\u2013>\s]*\[?([^\W\d_][^:\[\]<>\n]{0,39}?)\]?\s*:\s+(?=\S)")
"""A name of at most 40 characters before a colon, maybe in brackets or after a dash."""
NEW_LINE = re.compile(r"\r\n|\n|\r")
FIRST_SRT = re.compile(rf"\A\s*+(?:\d++[ \t]*+\r?\n)?+[ \t]*+{CLOCK}[ \t]*-->")


def is_it(text: str) -> bool:
    """Whether a text begins as WebVTT or SubRip does."""
    return text.startswith("WEBVTT") or FIRST_SRT.match(text) is not None


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is shown from `start` to `end`."""

    start: float
    end: float
    lines: Sequence[str]


def read(text: str) -> Transcript:
    """The transcript.

    Raises:
        BadTranscriptError: with the line at which the file is no subtitles.
    """
    return _turns([piece for cue in _cues(text) for piece in _voices(cue)])


def plain(text: str) -> Transcript:
    """A text without times, maybe with names before what is said."""
    return _turns([Said("", line.strip()) for line in text.splitlines() if line.strip()])


def _turns(pieces: Sequence[Said]) -> Transcript:
    labels = _labels(pieces)
    said = [_named(piece, labels) for piece in pieces]
    return Transcript(in_turns(in_order(_gone_on(said))), {"channel": "voice"})


def _cues(text: str) -> Iterator[_Cue]:
    """The cues; comments, styles and regions are passed over."""
    block: list[str] = []
    first = 1
    for number, line in enumerate([*NEW_LINE.split(text), ""], 1):
        if line.strip():
            first = first if block else number
            block.append(line)
        elif block:
            cue = _cue(block, first)
            block = []
            if cue:
                yield cue


def _cue(block: Sequence[str], first: int) -> _Cue | None:
    """A block between empty lines, `first` its first line's number."""
    if block[0].startswith(("WEBVTT", "NOTE", "STYLE", "REGION", "X-TIMESTAMP")) and "-->" not in block[0]:
        return None
    at = next((place for place, line in enumerate(block[:2]) if "-->" in line), None)
    if at is None:
        raise BadTranscriptError(f"a time such as 00:01.000 --> 00:02.500 is missing, got {block[0]!r:.60}", line=first)
    timing = TIMING.match(block[at])
    if not timing:
        raise BadTranscriptError(f"is no time, got {block[at]!r:.60}", line=first + at)
    start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
    if end > LONGEST:
        raise BadTranscriptError(f"is a time beyond any call, got {block[at]!r:.60}", line=first + at)
    return _Cue(start, max(start, end), block[at + 1 :])


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, part = clock
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{part}")


def _voices(cue: _Cue) -> Iterator[Said]:
    """What each voice says in a cue; what no voice says, a line for itself, as a name may stand before it."""
    parts = VOICE.split("\n".join(cue.lines))
    for line in parts[0].split("\n"):
        yield from _plain("", line, cue)
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        yield from _plain(html.unescape(label).strip(), text.replace("\n", " "), cue)


def _plain(label: str, text: str, cue: _Cue) -> Iterator[Said]:
    """The text without its marks; times inside it are those of its words."""
    stamped = STAMP.split(text)
    shown = [" ".join(_without_tags(part).split()) for part in stamped[::5]]
    whole = " ".join(part for part in shown if part)
    if not whole:
        return
    times = [cue.start, *(_seconds(stamped[at : at + 4]) for at in range(1, len(stamped), 5))]
    ends = [*times[1:], cue.end]
    timings = zip(shown, times, ends, strict=True)
    words = timed(word(part, start, end) for part, start, end in timings) if len(times) > 1 else ()
    yield Said(label, whole, cue.start, cue.end, words)


def _without_tags(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def _labels(pieces: Sequence[Said]) -> set[str]:
    """Names before a colon that are speakers: known ones, and such as come again; "Note:" once is no speaker."""
    seen = Counter(found[1].strip() for piece in pieces if not piece.label and (found := PREFIX.match(piece.text)))
    return {label for label, times in seen.items() if times > 1 or known(label)}


def _named(piece: Said, labels: set[str]) -> Said:
    found = None if piece.label else PREFIX.match(piece.text)
    if not found or found[1].strip() not in labels:
        return piece
    return Said(found[1].strip(), piece.text[found.end() :], piece.start, piece.end, piece.words)


def _gone_on(said: Sequence[Said]) -> Iterator[Said]:
    """A piece without a name is said by whoever spoke before."""
    last = ""
    for piece in said:
        last = piece.label or last
        yield Said(last, piece.text, piece.start, piece.end, piece.words)
