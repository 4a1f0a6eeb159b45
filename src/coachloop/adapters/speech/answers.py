"""What transcription servers answer (OpenAI's `verbose_json`), and the words in it: whole ones, with punctuation and a time each."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from re import compile as pattern
from re import finditer
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field

from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.scripts import may_part

SILENT, UNSURE = 0.6, -1.0
"""Whisper's own rule: a segment in which it rather hears nobody, and is not sure of its words either, has none."""

REACH = 40
"""Letters further on at which a word is still looked for in the text: servers leave out signs, not sentences."""

_EDGES = pattern(r"^[\W_]+|[\W_]+$")

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class TimedWord(BaseModel):
    """A word, or a piece of one, with or without its punctuation: servers differ."""

    text: str = Field(validation_alias=AliasChoices("word", "text"))
    start: Seconds
    end: Seconds
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0


class Segment(BaseModel):
    """A few sentences; some servers put their words here."""

    text: str
    start: Seconds
    end: Seconds
    words: list[TimedWord] | None = None
    no_speech_prob: float | None = None
    avg_logprob: float | None = None

    @property
    def is_silence(self) -> bool:
        """Whether the model itself does not believe in it."""
        return (self.no_speech_prob or 0) > SILENT and (self.avg_logprob or 0) < UNSURE


class Answer(BaseModel):
    """The whole answer; what else a server puts in is left there."""

    text: str
    language: str | None = None
    segments: list[Segment] | None = None
    words: list[TimedWord] | None = None

    @property
    def has_times(self) -> bool:
        """Whether its words can be placed at all; an answer without words has nothing to place."""
        return bool(self.words or self.segments) or not self.text.strip()

    def heard(self) -> list[HeardWord]:
        """Its words in order."""
        silences = [one for one in self.segments or () if one.is_silence]
        if self.words:
            said = [word for word in self.words if not any(one.start <= word.start < one.end for one in silences)]
            return [word for word in _whole(said, self.text) if word.text]
        spoken = [one for one in self.segments or () if not one.is_silence]
        found = (word for one in spoken for word in (_whole(one.words, one.text) if one.words else _spread(one)))
        return [word for word in found if word.text]


def _whole(words: Sequence[TimedWord], text: str) -> Iterator[HeardWord]:
    """Words as the text prints them: with its punctuation, and in one where only pieces of a word have times."""
    places = list(_places(words, text))
    begins = [found.start() for found in finditer(r"\S+", text)]
    begins += [at for at in places if at > 0 and not text[at - 1].isspace() and may_part(text[at - 1], text[at])]
    begins = sorted({*begins, len(text)})
    numbers = [bisect_right(begins, at) if at >= 0 else -1 - n for n, at in enumerate(places)]
    for number, group in groupby(zip(numbers, words, strict=True), itemgetter(0)):
        pieces = [word for _, word in group]
        printed = text[begins[number - 1] : begins[number]] if number > 0 else pieces[0].text
        yield HeardWord(
            printed.strip(),
            pieces[0].start,
            max(piece.end for piece in pieces),
            min(piece.probability for piece in pieces),
        )


def _places(words: Sequence[TimedWord], text: str) -> Iterator[int]:
    """Where each word stands in the text; -1 where it is not near the place of the one before."""
    place = 0
    for word in words:
        bare = _EDGES.sub("", word.text)
        at = text.find(bare, place, place + len(bare) + REACH) if bare else -1
        yield at
        if at >= 0:
            place = at + len(bare)


def _spread(segment: Segment) -> Iterator[HeardWord]:
    """Words that share a segment's time by their letters, for want of better."""
    words = segment.text.split()
    ends = list(accumulate(len(word) + 1 for word in words))
    second = (segment.end - segment.start) / (ends[-1] if ends else 1)
    for word, end in zip(words, ends, strict=True):
        yield HeardWord(word, segment.start + (end - len(word) - 1) * second, segment.start + end * second)
