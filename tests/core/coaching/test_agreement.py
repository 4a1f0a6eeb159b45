from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.agreement import (
    LONGEST,
    Agreement,
    Answers,
    DidHappen,
    DidWork,
    NextStep,
    SessionKind,
    minutes_taken,
)

HELD = date(2026, 5, 6)
WHOLE = Agreement(
    own_words="I rush past the purpose when the line is busy.",
    action="Say why I call before anything else",
    review_on=HELD + timedelta(days=7),
    by_when=HELD + timedelta(days=5),
    how_reviewed="Three calls, read together",
    goal="Lead a workshop",
)


@pytest.mark.parametrize("kind", list(SessionKind))
def test_a_whole_agreement_lacks_nothing(kind):
    assert WHOLE.lacks(kind, held_on=HELD) == ()


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"own_words": " \n"}, "the agent's own words"),
        ({"own_words": "\u200b"}, "the agent's own words"),
        ({"action": "-"}, "one action"),
        ({"review_on": HELD + timedelta(days=93)}, "a review date within 92 days"),
        ({"action": ""}, "one action"),
        ({"review_on": HELD, "by_when": HELD}, "a review date after the session"),
        ({"by_when": None}, "a date by when, not before the session"),
        ({"by_when": HELD - timedelta(days=1)}, "a date by when, not before the session"),
        ({"by_when": HELD + timedelta(days=8)}, "a review date not before the by-when date"),
        ({"how_reviewed": "…"}, "how it will be reviewed"),
    ],
)
def test_each_part_of_a_performance_agreement_is_asked_for(change, lacking):
    assert replace(WHOLE, **change).lacks(SessionKind.PERFORMANCE, held_on=HELD) == (lacking,)


def test_a_developmental_session_needs_a_goal_and_neither_deadline_nor_review_form():
    """It is led by the agent: by when and how reviewed belong to deficiencies."""
    bare = replace(WHOLE, by_when=None, how_reviewed="")
    assert bare.lacks(SessionKind.DEVELOPMENTAL, held_on=HELD) == ()
    far = replace(bare, review_on=HELD + timedelta(days=366))
    assert far.lacks(SessionKind.DEVELOPMENTAL, held_on=HELD) == ()
    later = replace(bare, review_on=date.max)
    assert later.lacks(SessionKind.DEVELOPMENTAL, held_on=HELD) == ("a review date within 366 days",)
    assert replace(bare, goal=" ").lacks(SessionKind.DEVELOPMENTAL, held_on=HELD) == ("the agent's goal",)


def test_everything_that_is_missing_is_said_at_once():
    nothing = Agreement(own_words="", action="", review_on=HELD)
    assert len(nothing.lacks(SessionKind.PERFORMANCE, held_on=HELD)) == 5


def test_by_when_may_be_the_day_itself_and_the_review_the_same_day_as_by_when():
    edge = replace(WHOLE, by_when=HELD, review_on=HELD + timedelta(days=1))
    assert edge.lacks(SessionKind.PERFORMANCE, held_on=HELD) == ()
    same = replace(WHOLE, by_when=WHOLE.review_on)
    assert same.lacks(SessionKind.PERFORMANCE, held_on=HELD) == ()


def test_two_of_the_next_steps_keep_the_focus():
    assert [step for step in NextStep if step.keeps_focus] == [NextStep.CONTINUE, NextStep.CHANGE_APPROACH]


def test_a_look_back_has_three_answers_and_may_have_a_note():
    assert Answers(DidHappen.YES, DidWork.TOO_EARLY, NextStep.CLOSE).note == ""


@given(st.integers(-600, 600))
def test_minutes_count_from_the_start_of_one_conversation(minutes):
    """Nothing is made up where it was never started, ended before it began, or was forgotten."""
    started = datetime(2026, 5, 6, 10, 0, tzinfo=UTC)
    taken = minutes_taken(started, started + timedelta(minutes=minutes))
    sensible = 0 <= minutes <= LONGEST / timedelta(minutes=1)
    assert taken == (max(1, minutes) if sensible else None)
    assert minutes_taken(None, started) is None
