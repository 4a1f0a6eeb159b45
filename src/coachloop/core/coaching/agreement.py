"""What a session is, what it must hold before it counts as held, and the three answers that close its follow-up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from coachloop.core.coaching.words import says_something

LONGEST = timedelta(hours=4)
"""A session that was started longer ago was interrupted or forgotten: its minutes say nothing."""

LATEST_REVIEW, LATEST_STEP = timedelta(days=92), timedelta(days=366)
"""How far ahead the look-back may lie, for an action and for a step towards a goal: a slip of the pen must not put it off for ever."""


LEFT = "left"
"""Why what is open with an agent ends without anybody's answer: they left the centre."""


class SessionKind(StrEnum):
    """Who leads: a leader about a deficiency, or the agent about what comes next."""

    PERFORMANCE = "performance"
    DEVELOPMENTAL = "developmental"


class SessionStatus(StrEnum):
    """Where a session stands; `imported` happened before coachloop and carries no agreement of ours."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    IMPORTED = "imported"


class DidHappen(StrEnum):
    """Did the agent do what was agreed?"""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class DidWork(StrEnum):
    """Did it help?"""

    YES = "yes"
    TOO_EARLY = "too_early"
    NO = "no"


class NextStep(StrEnum):
    """What comes next; `continue` and `change_approach` add a session to the same focus, the others close it."""

    CLOSE = "close"
    CONTINUE = "continue"
    CHANGE_APPROACH = "change_approach"
    NEXT_BEHAVIOUR = "next_behaviour"

    @property
    def keeps_focus(self) -> bool:
        """Whether the focus stays open for another session."""
        return self in {NextStep.CONTINUE, NextStep.CHANGE_APPROACH}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the agent will try, in their own words, by when, and how it will be reviewed.

    `by_when` and `how_reviewed` belong to performance sessions, `goal` to developmental ones.
    """

    own_words: str
    action: str
    review_on: date
    by_when: date | None = None
    how_reviewed: str = ""
    goal: str = ""

    def lacks(self, kind: SessionKind, *, held_on: date) -> tuple[str, ...]:
        """What is still missing or out of order before a session of this kind counts as held, in plain words."""
        asked = [
            (not says_something(self.own_words), "the agent's own words"),
            (not says_something(self.action), "one action"),
            (self.review_on <= held_on, "a review date after the session"),
            (self.review_on - held_on > _latest(kind), f"a review date within {_latest(kind).days} days"),
        ]
        if kind is SessionKind.PERFORMANCE:
            asked += [
                (self.by_when is None or self.by_when < held_on, "a date by when, not before the session"),
                (
                    self.by_when is not None and self.by_when > self.review_on,
                    "a review date not before the by-when date",
                ),
                (not says_something(self.how_reviewed), "how it will be reviewed"),
            ]
        else:
            asked.append((not says_something(self.goal), "the agent's goal"))
        return tuple(words for missing, words in asked if missing)


def _latest(kind: SessionKind) -> timedelta:
    return LATEST_REVIEW if kind is SessionKind.PERFORMANCE else LATEST_STEP


def minutes_taken(started: datetime | None, ended: datetime) -> int | None:
    """Whole minutes from start to end, 1 at least; None where it was never started, or too long ago to be one conversation."""
    if started is None or not timedelta(0) <= ended - started <= LONGEST:
        return None
    return max(1, round((ended - started) / timedelta(minutes=1)))


@dataclass(frozen=True, slots=True)
class Answers:
    """The look-back: did it happen, did it work, what next."""

    did_happen: DidHappen
    did_work: DidWork
    next_step: NextStep
    note: str = ""
