"""Which words are the agent's: by the channel they were recorded in, or by voice and by what is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.roles import roles
from coachloop.core.model.conversation import SURE, Speaker

PAUSE = 1.0
"""Seconds of silence that end what somebody says in one go."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The agent's and the customer's words, how that is known, and how sure it is, in [0, 1]."""

    words: Mapping[Speaker, Sequence[HeardWord]]
    source: Literal["channels", "separated"]
    confidence: float
    note: str = ""

    def as_line(self) -> dict[str, object]:
        """The field `speakers` of the native format."""
        return {"from": self.source, "confidence": round(self.confidence, 3), "confirmed": False}


def by_channel(channels: Sequence[Sequence[HeardWord]], *, agent: int) -> Sides:
    """One speaker a channel, as it is configured; not sure where what is said tells the other way round.

    Args:
        channels: the words of the two channels.
        agent: which of them is the agent's, from 0.
    """
    found = roles([_sentences(words) for words in channels])
    contradicted = found.agent != agent and found.confidence >= SURE
    words = {Speaker.AGENT: channels[agent], Speaker.CUSTOMER: channels[1 - agent]}
    note = "the channels look swapped: what is said tells the other way round" if contradicted else ""
    return Sides(words, "channels", 1 - found.confidence if contradicted else 1.0, note)


def by_voice(separated: Separated) -> Sides:
    """Two speakers in one channel, told apart by voice; which of them is the agent, by what they say."""
    found = roles([_sentences(words) for words in separated.sides])
    words = {Speaker.AGENT: separated.sides[found.agent], Speaker.CUSTOMER: separated.sides[1 - found.agent]}
    return Sides(words, "separated", min(separated.confidence, found.confidence))


def _sentences(words: Sequence[HeardWord]) -> list[str]:
    """The words in goes, parted by pauses."""
    goes: list[list[str]] = []
    last = -PAUSE
    for word in words:
        if not goes or word.start - last > PAUSE:
            goes.append([])
        goes[-1].append(word.text)
        last = word.end
    return [" ".join(go) for go in goes]
