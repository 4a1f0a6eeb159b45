"""Words as they were heard in a recording, each with its time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word with its time: `start` and `end` are seconds from the recording's start; `text` has no space around it."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one channel, in order; `language` is an ISO 639-1 code, empty where it is not known."""

    words: tuple[HeardWord, ...]
    language: str = ""
    language_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Separated:
    """The words of one channel that two people share, by who says them; `confidence` in [0, 1] that they are told apart rightly."""

    sides: tuple[tuple[HeardWord, ...], tuple[HeardWord, ...]]
    confidence: float
