"""What other systems are told: kinds of events, and how long to wait before an address is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class EventKind(StrEnum):
    """Something that happened here. An event holds keys, counts and codes; never words of a call, and nobody's name."""

    VERDICTS_LANDED = "verdicts.landed"
    ALERT_RAISED = "alert.raised"
    SESSION_HELD = "session.held"
    FOLLOW_UP_DONE = "follow_up.done"

    @property
    def words(self) -> str:
        """In a list to choose from."""
        return {
            EventKind.VERDICTS_LANDED: "a call was scored",
            EventKind.ALERT_RAISED: "a drift alert was raised",
            EventKind.SESSION_HELD: "a session, huddle or workshop was held",
            EventKind.FOLLOW_UP_DONE: "a follow-up was closed",
        }[self]


MOST_TRIES = 10
FIRST_WAIT, LONGEST_WAIT, GROWTH = timedelta(seconds=10), timedelta(hours=28), 4
"""Ten tries in about three days."""

FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=15)


def next_try(tries: int, *, chance: float) -> timedelta | None:
    """How long to wait after so many tries in vain; None: it is given up.

    Args:
        tries: how often it was tried.
        chance: uniform in [0, 1); what failed together does not come again together.
    """
    if tries >= MOST_TRIES:
        return None
    growth: int = GROWTH ** (tries - 1)
    return min(FIRST_WAIT * growth, LONGEST_WAIT) * (0.75 + chance / 2)


def rest(failures: int) -> timedelta:
    """How long an address is left alone after so many failures in a row."""
    growth: int = 2 ** min(failures - 1, 20)
    return min(FIRST_REST * growth, LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address said to an event; without a problem it has arrived. `gone`: it wants no more."""

    status: int | None = None
    problem: str = ""
    gone: bool = False


class TellsAddress(Protocol):
    """Posts to an address, signed with each of the secrets."""

    def __call__(self, address: str, body: bytes, *, key: str, at: datetime, secrets: Sequence[str]) -> Answer:
        """Post it once; `key` is the same whenever it is told again."""
        ...
