from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.protected import WeeklyTime, monday_of, suggest

WORKING = (1, 2, 3, 4, 5)
TAKEN = st.lists(
    st.builds(WeeklyTime, st.integers(1, 7), st.builds(time, st.integers(8, 17), st.sampled_from([0, 15, 40]))),
    max_size=8,
)


@given(agents=st.integers(0, 60), minutes=st.sampled_from([5, 15, 20, 45]), taken=TAKEN)
def test_what_is_suggested_is_free_in_working_hours_and_no_more_than_needed(agents, minutes, taken):
    found = suggest(agents, weekdays=WORKING, minutes=minutes, taken=taken)
    assert len(found) <= max(0, agents - len(taken))
    every = [*found, *taken]
    assert not any(a.meets(b) for a in found for b in every if a is not b)
    assert all(one.weekday in WORKING and time(9, 30) <= one.starts < time(16, 30) for one in found)


def test_one_a_week_for_each_agent_evenly_over_the_days():
    found = suggest(12, weekdays=WORKING, minutes=15)
    assert [one.weekday for one in found] == [1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [one.starts for one in found[:3]] == [time(9, 30), time(10), time(10, 30)]


def test_what_is_there_counts_and_the_emptiest_day_comes_first():
    taken = [WeeklyTime(day, time(10)) for day in (1, 2, 4)]
    assert suggest(5, weekdays=WORKING, minutes=15, taken=taken) == (
        WeeklyTime(3, time(9, 30)),
        WeeklyTime(5, time(9, 30)),
    )
    assert suggest(3, weekdays=WORKING, minutes=15, taken=taken) == ()


def test_a_day_that_is_full_takes_no_more():
    assert len(suggest(100, weekdays=(1,), minutes=60)) == 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((0, time(9)), "weekday must be 1 to 7"),
        ((1, time(9), 4), "minutes must be 5 to 120"),
        ((1, time(23, 50)), "next day"),
    ],
)
def test_what_is_no_time_of_a_week_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        WeeklyTime(*given)


def test_a_week_begins_on_monday():
    assert monday_of(date(2026, 11, 22)) == monday_of(date(2026, 11, 16)) == date(2026, 11, 16)
