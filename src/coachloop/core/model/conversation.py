"""What was said: a conversation and its turns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from enum import StrEnum

COACHING = "coaching"
"""The channel of a coaching conversation: the leader stands as the agent, the person coached as the customer."""


SURE = 0.8
"""How sure it has to be who is the agent where that was guessed; a template's behaviours are about what the agent says."""


class Speaker(StrEnum):
    """Who says a turn."""

    AGENT = "agent"
    CUSTOMER = "customer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of a turn's text with the time it was spoken.

    `start` and `end` are character offsets into the turn's text, half-open; `at` and `until` are seconds from the recording's start.
    """

    start: int
    end: int
    at: float
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted words. `start` and `end` are seconds from the recording's start, where known."""

    speaker: Speaker
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Masked:
    """A stretch of a turn that is masked wherever somebody reads it; half-open character offsets, and what it is, such as `CARD`."""

    turn: int
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One call, chat or mail thread, as the scorers see it: its words and what they need to read them.

    `speakers_sure` is False where it was guessed who speaks, and nobody confirmed a guess that may well be wrong. `masked` says what
    nobody reads, in order, whether the turns hold it or something in its place; None where nothing is masked here.
    """

    id: str
    turns: tuple[Turn, ...]
    channel: str | None = None
    queue: str | None = None
    language: str | None = None
    direction: str | None = None
    agent_name: str | None = None
    customer_name: str | None = None
    speakers_sure: bool = True
    masked: tuple[Masked, ...] | None = None

    @property
    def opened_at(self) -> float | None:
        """Seconds at which the first word is spoken; None where no turn has a time."""
        return min((turn.start for turn in self.turns if turn.start is not None), default=None)

    @property
    def closed_at(self) -> float | None:
        """Seconds at which the last word ends; None where no turn has a time."""
        ends = (turn.start if turn.end is None else turn.end for turn in self.turns)
        return max((end for end in ends if end is not None), default=None)

    def turns_of(self, speaker: Speaker) -> Iterable[int]:
        """Indices of one side's turns, in order."""
        return (index for index, turn in enumerate(self.turns) if turn.speaker is speaker)


def moment(text: str, zone: tzinfo) -> datetime:
    """When a conversation started, from the untidy forms that real exports use.

    Args:
        text: ISO 8601; without a zone it is read in `zone`, a bare date as its noon there.
        zone: the site's zone.

    Returns:
        An aware datetime.

    Raises:
        ValueError: `text` is no ISO 8601 date or time, or one that no call can have.
    """
    try:
        parsed = datetime.combine(date.fromisoformat(text), time(12))
    except ValueError:
        parsed = datetime.fromisoformat(text)
    if not 1900 <= parsed.year <= 2200:
        raise ValueError(f"year must be in [1900, 2200], got {parsed.year}")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
