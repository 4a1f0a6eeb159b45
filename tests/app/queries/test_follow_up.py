from datetime import timedelta

import pytest

from builders import NOW, agreement, calls, publish, score, take
from coachloop.app.models import Session
from coachloop.app.queries.follow_up import before_since, due_follow_ups
from coachloop.app.services import coaching
from coachloop.core.stats.proportions import wilson

TODAY = NOW.date()


@pytest.fixture
def held(cast):
    """A session of Lea's held today, after 2 of 20; since then 9 of 10, and the session's own day besides."""
    publish()
    take(*calls("lea", 2, 20))
    score()
    focus = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW)
    follow_up = coaching.hold_session(
        viewer=cast.ada, session_id=focus.sessions.get().pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW
    )
    for name, at in (("since", NOW + timedelta(3)), ("same", NOW), ("ages", NOW - timedelta(60))):
        take(*({**one, "id": f"{name}-{one['id']}"} for one in calls("lea", 9, 10, at=at)))
    score(now=NOW + timedelta(4))
    return follow_up.session


def test_before_and_since_leave_out_the_day_itself(held):
    found = before_since(held, today=TODAY + timedelta(7))
    assert (found.before.met, found.before.n, found.since.met, found.since.n) == (2, 20, 9, 10)
    low, high = wilson(9, 10)
    assert (found.since.rate, found.since.low, found.since.high) == (0.9, float(low), float(high))
    assert (found.before.first_day, found.before.last_day) == (TODAY - timedelta(28), TODAY - timedelta(1))
    assert (found.since.first_day, found.since.last_day) == (TODAY + timedelta(1), TODAY + timedelta(7))


def test_on_the_same_day_nothing_is_known_yet(held):
    found = before_since(held, today=TODAY)
    assert (found.since.n, found.since.rate, found.since.low, found.since.high) == (0, None, 0, 1)
    assert found.since.first_day == found.since.last_day


def test_what_is_kept_is_plain_json(held):
    kept = before_since(held, today=TODAY + timedelta(7)).as_json()
    assert kept["before"] | {"low": 0, "high": 0} == {
        "met": 2, "n": 20, "low": 0, "high": 0, "first_day": "2026-04-13", "last_day": "2026-05-10",
    }  # fmt: skip


def test_a_session_about_no_behaviour_has_no_numbers(cast):
    session = coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)
    assert before_since(session, today=TODAY).as_json() is None
    session.held_on = TODAY
    assert before_since(session, today=TODAY) == (before_since(Session(), today=TODAY))


def test_due_follow_ups_are_ones_own_and_open(cast, held):
    assert due_follow_ups(cast.ada) == []
    coaching.open_due_follow_ups(now=NOW + timedelta(7))
    assert due_follow_ups(cast.ada) == due_follow_ups(cast.qa_lead) == due_follow_ups(cast.lea) == [held.follow_up.pk]
    for viewer in (cast.ben, cast.tom, cast.evaluator, cast.operations, cast.admin, cast.nobody):
        assert due_follow_ups(viewer) == []
