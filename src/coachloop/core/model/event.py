"""What other systems are told: kinds of events, and how long to wait before an address is tried again."""

from datetime import timedelta
from enum import StrEnum


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
    return min(FIRST_WAIT * GROWTH ** (tries - 1), LONGEST_WAIT) * (0.75 + chance / 2)


def rest(failures: int) -> timedelta:
    """How long an address is left alone after so many failures in a row."""
    return min(FIRST_REST * 2 ** min(failures - 1, 20), LONGEST_REST)
