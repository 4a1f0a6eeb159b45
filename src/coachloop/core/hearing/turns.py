"""Turns of a conversation, from the words that were heard on each side.

A turn is one side's words until the other side takes over, or a long pause. It is cut only where its speaker pauses: words of the other
side that fall upon it are a turn of their own behind its beginning, and the sentence under them stays whole. Nor does a short
"mhm" cut that is put into a breath in the middle of a sentence. Where a side's words have no full stops at all, as some engines write, a
sentence's end can't be seen, and then every breath with words of the other side in it is a cut.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.scripts import run_together
from coachloop.core.model.conversation import Speaker

LONG_PAUSE = 2.0
"""Seconds of one side's silence that end its turn, whoever speaks next."""

BREATH = 0.3
"""Seconds: a shorter gap is no pause; and so much may two sides overlap where one takes over from the other."""

HESITATION = 1.5
"""Seconds: in a shorter pause inside a sentence an "mhm" of the other side is not an answer."""

STRETCH = 0.6
"""Seconds of pause that end what the other side says in one go."""

MHM_WORDS, MHM_SECONDS = 2, 1.0
"""What counts as an "mhm": so few words, in so little time."""

_ENDS = frozenset(".?!\u2026\u3002\uff1f\uff01\u061f\u0964")
"""Full stops of the scripts that have them, from Latin to Devanagari."""

_CLOSING = "\"'\u201d\u2019\u00bb)]}\u300d\u300f"


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as it was heard."""

    speaker: Speaker
    words: tuple[HeardWord, ...]

    @property
    def start(self) -> float:
        """When its first word begins."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """When the last of its words ends."""
        return max(word.end for word in self.words)

    @property
    def text(self) -> str:
        """Its words, with spaces where their script has them."""
        text = ""
        for word in self.words:
            text += word.text if not text or run_together(text, word.text) else f" {word.text}"
        return text

    def as_line(self) -> dict[str, Any]:
        """The turn in the native format, times to the millisecond."""
        return {
            "speaker": str(self.speaker),
            "start": round(self.start, 3),
            "end": round(self.end, 3),
            "text": self.text,
            "words": [
                {"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)} for word in self.words
            ],
        }


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What the other side says in one go."""

    start: float
    is_mhm: bool


def turns(sides: Mapping[Speaker, Sequence[HeardWord]]) -> list[Said]:
    """The turns of all sides, by the time they begin.

    Args:
        sides: each side's words, in any order.

    Returns:
        Turns that hold every word with a text once, in order.
    """
    spoken = {side: sorted((w for w in words if w.text.strip()), key=_time) for side, words in sides.items()}
    stretches = {side: list(_stretches(words)) for side, words in spoken.items()}
    said = []
    for side, words in spoken.items():
        others = sorted((one for other, those in stretches.items() if other != side for one in those), key=_start)
        said += [Said(side, part) for part in _parts(words, others)]
    order = list(sides)
    return _merged(sorted(said, key=lambda one: (one.start, one.end, order.index(one.speaker))))


def _parts(words: Sequence[HeardWord], others: Sequence[_Stretch]) -> Iterator[tuple[HeardWord, ...]]:
    """One side's words, cut where a turn ends."""
    punctuated = any(_ends_sentence(word) for word in words)
    begins = [other.start for other in others]
    part: list[HeardWord] = []
    end = 0.0
    for word in words:
        if part:
            between = others[bisect_left(begins, end - BREATH) : bisect_left(begins, word.start)]
            goes_on = punctuated and not _ends_sentence(part[-1])
            if _is_cut(word.start - end, between, goes_on=goes_on):
                yield tuple(part)
                part = []
        end = max(end, word.end) if part else word.end
        part.append(word)
    if part:
        yield tuple(part)


def _is_cut(pause: float, between: Sequence[_Stretch], *, goes_on: bool) -> bool:
    """Whether a turn ends in a pause in which the others began to say this; `goes_on`: inside a sentence."""
    if pause >= LONG_PAUSE:
        return True
    if pause < BREATH or not between:
        return False
    return not (goes_on and pause < HESITATION and all(other.is_mhm for other in between))


def _stretches(words: Sequence[HeardWord]) -> Iterator[_Stretch]:
    group: list[HeardWord] = []
    for word in words:
        if group and word.start - group[-1].end >= STRETCH:
            yield _stretch(group)
            group = []
        group.append(word)
    if group:
        yield _stretch(group)


def _stretch(group: Sequence[HeardWord]) -> _Stretch:
    start = group[0].start
    return _Stretch(start, len(group) <= MHM_WORDS and group[-1].end - start <= MHM_SECONDS)


def _merged(said: Sequence[Said]) -> list[Said]:
    """Turns of one side that came to stand beside each other are one, but for a long pause."""
    merged: list[Said] = []
    for one in said:
        if merged and merged[-1].speaker == one.speaker and one.start - merged[-1].end < LONG_PAUSE:
            merged[-1] = Said(one.speaker, (*merged[-1].words, *one.words))
        else:
            merged.append(one)
    return merged


def _ends_sentence(word: HeardWord) -> bool:
    return word.text.rstrip().rstrip(_CLOSING)[-1:] in _ENDS


def _time(word: HeardWord) -> tuple[float, float]:
    return word.start, word.end


def _start(stretch: _Stretch) -> float:
    return stretch.start
