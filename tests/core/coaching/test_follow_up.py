from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.follow_up import Average, Escalation, averages, days_late, escalation
from coachloop.core.coaching.workdays import WorkingCalendar

FRIDAY = date(2026, 5, 8)
WEEK = WorkingCalendar()


@pytest.mark.parametrize(
    ("days", "late", "level"),
    [
        (-3, 0, Escalation.NOBODY),
        (0, 0, Escalation.NOBODY),
        (2, 0, Escalation.NOBODY),
        (3, 1, Escalation.LEADER),
        (6, 4, Escalation.LEADER),
        (7, 5, Escalation.QA_LEAD),
        (13, 9, Escalation.QA_LEAD),
        (14, 10, Escalation.OPERATIONS),
        (90, 64, Escalation.OPERATIONS),
    ],
)
def test_the_leader_hears_first_and_others_much_later(days, late, level):
    """Due on a Friday: nobody hears of it at the weekend."""
    today = FRIDAY + timedelta(days)
    assert (days_late(FRIDAY, today, WEEK), escalation(FRIDAY, today, WEEK)) == (late, level)


def test_who_is_away_cannot_look_back():
    away = WorkingCalendar(away=((FRIDAY, FRIDAY + timedelta(20)),))
    assert escalation(FRIDAY, FRIDAY + timedelta(20), away) is Escalation.NOBODY


@given(days=st.integers(-10, 60), more=st.integers(0, 30))
def test_it_never_becomes_less(days, more):
    """As days pass nobody is told less, and each level keeps those before it."""
    now, later = (escalation(FRIDAY, FRIDAY + timedelta(n), WEEK) for n in (days, days + more))
    assert set(now.reached) <= set(later.reached)


def test_each_level_stays_with_those_before_it():
    assert Escalation.NOBODY.reached == ()
    assert Escalation.QA_LEAD.reached == (Escalation.LEADER, Escalation.QA_LEAD)


def test_outcomes_are_averaged_where_they_can_be():
    found = averages(
        [{"sale": True, "csat": 4, "note": "fine"}, {"sale": False, "csat": None}, None, {"csat": 5.0, "sum": 10**400}]
    )
    assert found == {"csat": Average(4.5, 2, share=False), "sale": Average(0.5, 2, share=True)}
