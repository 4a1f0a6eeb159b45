from datetime import timedelta

import pytest

from builders import NOW, agreement, calls, publish, score, take
from coachloop.app.models import Conversation, FollowUp, Session
from coachloop.app.queries.follow_up import LookedBack, OutcomeView, before_since, due_follow_ups, look_back
from coachloop.app.services import coaching
from coachloop.core.coaching.agreement import DidHappen, DidWork, NextStep
from coachloop.core.coaching.follow_up import Average
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


def test_the_proof_since_is_newest_first_and_not_of_the_day_itself(cast, held):
    found = look_back(cast.ada, held.follow_up.pk, today=TODAY + timedelta(7))
    assert [each.conversation_key for each in found.proof] == ["since-lea-0", "since-lea-1", "since-lea-2"]
    assert found.quoted == tuple(each.conversation_key for each in found.proof)
    assert all("good morning" in each.quote.lower() for each in found.proof)
    assert look_back(cast.ben, held.follow_up.pk, today=TODAY + timedelta(7)) == LookedBack()


def test_proof_stops_where_the_follow_up_was_closed(cast, held):
    FollowUp.objects.update(
        opened_at=NOW,
        closed_at=NOW + timedelta(1),
        did_happen=DidHappen.YES,
        did_work=DidWork.YES,
        next_step=NextStep.CLOSE,
    )
    found = look_back(cast.ada, held.follow_up.pk, today=TODAY + timedelta(9))
    assert (found.proof, found.days_late) == ((), 0)


def test_how_late_it_is_counts_working_days(cast, held):
    def late(days: int) -> int:
        return look_back(cast.ada, held.follow_up.pk, today=TODAY + timedelta(days)).days_late

    assert late(9) == 0
    coaching.open_due_follow_ups(now=NOW + timedelta(7))
    assert (late(7), late(9), late(13)) == (0, 2, 4)


def test_outcomes_before_and_since_with_their_n(cast, held):
    """Of all calls that know it, whatever the behaviour; nothing where none does."""
    assert look_back(cast.ada, held.follow_up.pk, today=TODAY + timedelta(7)).outcomes == ()
    Conversation.objects.filter(key__startswith="since").update(outcome={"first_sale": True, "csat": 4})
    Conversation.objects.filter(key__startswith="lea").update(outcome={"first_sale": False})
    found = look_back(cast.ada, held.follow_up.pk, today=TODAY + timedelta(7)).outcomes
    assert found == (
        OutcomeView("csat", None, Average(4, 10, share=False)),
        OutcomeView("first sale", Average(0, 20, share=True), Average(1, 10, share=True)),
    )


def test_a_developmental_one_shows_no_numbers(cast):
    session = coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)
    words = agreement(TODAY, goal="Train others")
    made = coaching.hold_session(viewer=cast.ada, session_id=session.pk, agreement=words, held_on=TODAY, now=NOW)
    assert look_back(cast.ada, made.pk, today=TODAY) == LookedBack()
