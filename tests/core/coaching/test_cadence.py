"""Whose turn it is for a conversation of their own, and which kind a team leaves out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.agreement import SessionKind
from coachloop.core.coaching.cadence import ENOUGH, Mix, counted, next_due, turn

DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
WEEKS = st.integers(1, 52)


@given(DAYS, WEEKS)
def test_the_next_one_is_due_on_the_same_weekday_so_many_weeks_later(last, weeks):
    due = next_due(last, weeks=weeks)
    assert due - last == timedelta(weeks=weeks)
    assert due.weekday() == last.weekday()


@given(DAYS, DAYS, WEEKS)
def test_who_had_theirs_later_is_due_later(one, other, weeks):
    assert (one < other) == (next_due(one, weeks=weeks) < next_due(other, weeks=weeks))
    assert (one < other) == (turn(one, weeks=weeks).order < turn(other, weeks=weeks).order)


@given(DAYS, WEEKS, st.integers(-400, 400))
def test_a_turn_is_due_from_its_day_on(last, weeks, shift):
    theirs = turn(last, weeks=weeks)
    assert theirs.is_due(last + timedelta(weeks=weeks, days=shift)) == (shift >= 0)
    assert theirs.last == last


@given(DAYS, WEEKS, DAYS)
def test_whoever_never_had_one_comes_first_and_at_once(last, weeks, today):
    first = turn(None, weeks=weeks)
    assert first.is_due(today)
    assert first.order < turn(last, weeks=weeks).order


@pytest.mark.parametrize("weeks", [0, -1])
def test_a_cadence_of_no_weeks_is_refused(weeks):
    with pytest.raises(ValueError, match="weeks must be 1 or more"):
        next_due(date(2026, 5, 4), weeks=weeks)


def test_a_team_that_does_one_kind_lacks_the_other():
    assert Mix(ENOUGH, 0).lacks is SessionKind.DEVELOPMENTAL
    assert Mix(0, ENOUGH).lacks is SessionKind.PERFORMANCE
    assert Mix(ENOUGH, 1).lacks is None
    assert Mix(ENOUGH - 1, 0).lacks is None


@given(st.lists(st.sampled_from(list(SessionKind))))
def test_every_session_counts_once(kinds):
    mix = counted(kinds)
    assert mix.held == len(kinds)
    assert mix.lacks is None or mix.lacks not in kinds
