from datetime import UTC, date, datetime, timedelta

import pytest

from builders import NOW, agreement, calls, publish, score, scores, take
from coachloop.app.errors import (
    AlreadyOpenError,
    LacksAgreementError,
    NoExampleError,
    NotYoursError,
    RefusedError,
    WrongStateError,
)
from coachloop.app.models import Absence, Agent, AuditEntry, Focus, FollowUp, Session, SiteClosure
from coachloop.app.queries import session_page
from coachloop.app.services import coaching
from coachloop.app.services.coaching import Notes
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep

TODAY = NOW.date()
WELL = Answers(DidHappen.YES, DidWork.YES, NextStep.CLOSE, note="Every call since")


@pytest.fixture
def loop(cast):
    """Lea greets in 2 of 20 calls of last week, Tom in all of his; Sam of south in none."""
    publish()
    take(*calls("lea", 2, 20), *calls("tom", 20, 20), *calls("sam", 0, 20, team="south"))
    score()
    return cast


def accept(viewer, agent="lea", now=NOW):
    return coaching.accept_focus(viewer=viewer, agent_key=agent, now=now)


def planned(viewer, agent="lea"):
    return accept(viewer, agent).sessions.get()


def hold(viewer, session, *, on=TODAY, now=NOW, **change):
    return coaching.hold_session(
        viewer=viewer, session_id=session.pk, agreement=agreement(on, **change), held_on=on, now=now
    )


def close(viewer, follow_up, answers=WELL, *, now):
    return coaching.close_follow_up(viewer=viewer, follow_up_id=follow_up.pk, answers=answers, now=now)


def opened(follow_up, days=7):
    """The follow-up on its day."""
    now = NOW + timedelta(days=days)
    coaching.open_due_follow_ups(now=now)
    follow_up.refresh_from_db()
    return now


def test_an_accepted_suggestion_is_the_focus_with_its_example_clock_and_session(loop):
    focus = accept(loop.ada)
    assert (focus.behaviour.key, focus.opened_by.name) == ("greets", "Ada Lindholm")
    assert "met in 2 of 20 conversations" in focus.reason
    assert focus.example.outcome == "not_met"
    assert focus.example.attempt.evaluation.conversation.agent.key == "lea"
    assert (focus.clock_day, focus.due_on) == (TODAY, date(2026, 5, 19))
    session = focus.sessions.get()
    assert (session.kind, session.status, session.leader_name) == ("performance", "planned", "Ada Lindholm")


def test_the_clock_skips_holidays_closures_and_absences(loop):
    """Landed on Monday the 11th: Ascension Day, a closed Friday, Lea away until the 20th, and Whit Monday the 25th."""
    SiteClosure.objects.create(site=loop.site, day=date(2026, 5, 15))
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=date(2026, 5, 18), last_day=date(2026, 5, 20))
    assert accept(loop.ada).due_on == date(2026, 5, 26)


def test_imported_old_calls_start_no_clock(cast):
    """Scores of another tool, and calls that were months old when they landed: a focus without a due day."""
    row = {"agent_id": "lea", "team": "north", "behaviour": "greets_politely", "verdict": "not_met"}
    scores(*({**row, "call_id": f"x-{n}", "started_at": "2026-05-08T10:00:00"} for n in range(20)))
    for agent in ("tom", "tim", "ann", "kim"):
        scores(
            *(
                {**row, "agent_id": agent, "call_id": f"{agent}-{n}", "verdict": "met", "started_at": "2026-05-08"}
                for n in range(20)
            )
        )
    focus = accept(cast.ada)
    assert (focus.clock_day, focus.due_on) == (None, None)
    assert focus.example.attempt.revision == 0


def test_calls_that_land_long_after_they_took_place_start_no_clock(cast):
    publish()
    take(*calls("lea", 2, 20, at=NOW - timedelta(days=40)))
    score()
    assert accept(cast.ada).due_on is None


def test_an_agent_has_one_open_focus(loop):
    accept(loop.ada)
    with pytest.raises(AlreadyOpenError, match="one behaviour at a time"):
        accept(loop.ada)
    assert Focus.objects.count() == Session.objects.count() == 1


def test_another_gap_opens_no_second_focus(loop):
    """A suggestion is there for another behaviour; the database refuses it all the same."""
    take(*calls("lea", 20, 25, price=False, at=NOW - timedelta(days=1)))
    score()
    accept(loop.ada)
    with pytest.raises(AlreadyOpenError, match="one behaviour at a time"):
        accept(loop.ada)


def test_two_leaders_at_once_open_one_focus(loop, monkeypatch):
    """The second finds none open when it looks, and the database refuses it when it writes."""
    suggestions = coaching.suggestions

    def meanwhile(viewer, **more):
        found = suggestions(viewer, **more)
        monkeypatch.setattr(coaching, "suggestions", suggestions)
        accept(loop.ada)
        return found

    monkeypatch.setattr(coaching, "suggestions", meanwhile)
    with pytest.raises(AlreadyOpenError, match="one behaviour at a time"):
        accept(loop.ada)


def test_without_a_certain_gap_there_is_nothing_to_accept(loop):
    with pytest.raises(WrongStateError, match="no gap of Tom is certain today; offer a developmental"):
        accept(loop.ada, "tom")
    with pytest.raises(WrongStateError, match="no gap of Lea is certain"):
        coaching.accept_focus(viewer=loop.ada, agent_key="lea", now=NOW, as_of=NOW.date() - timedelta(days=90))


def test_only_the_agents_own_leader_coaches(loop):
    """A QA lead sees everything and owns no session; others do not even find the agent."""
    session, development = planned(loop.ada), coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    follow_up = hold(loop.ada, session)
    now = opened(follow_up)
    steps = [
        accept,
        lambda v: coaching.open_developmental(viewer=v, agent_key="lea", now=NOW),
        lambda v: coaching.plan_session(viewer=v, session_id=development.pk, planned_for=NOW + timedelta(1), now=NOW),
        lambda v: hold(v, development, goal="Lead"),
        lambda v: coaching.cancel_session(viewer=v, session_id=development.pk, now=NOW),
        lambda v: close(v, follow_up, now=now),
    ]
    for step in steps:
        for viewer in (loop.qa_lead, loop.lea):
            with pytest.raises(NotYoursError, match="coaching of Lea belongs to their own team leader"):
                step(viewer)
        for viewer in (loop.ben, loop.tom, loop.evaluator, loop.operations, loop.admin, loop.nobody):
            with pytest.raises((Agent.DoesNotExist, Session.DoesNotExist, FollowUp.DoesNotExist)):
                step(viewer)
    assert Session.objects.count() == 2


def test_a_session_is_planned_on_a_working_day_within_the_five(loop):
    session = planned(loop.ada)

    def plan(when, now=NOW):
        return coaching.plan_session(viewer=loop.ada, session_id=session.pk, planned_for=when, now=now)

    with pytest.raises(WrongStateError, match="still to come"):
        plan(NOW - timedelta(minutes=1))
    with pytest.raises(WrongStateError, match="Thursday 14 May is no working day for Lea"):
        plan(datetime(2026, 5, 14, 9, 0, tzinfo=UTC))
    with pytest.raises(WrongStateError, match="Saturday 16 May is no working day"):
        plan(datetime(2026, 5, 15, 22, 30, tzinfo=UTC))
    with pytest.raises(WrongStateError, match="the fifth working day is Tuesday 19 May"):
        plan(datetime(2026, 5, 20, 9, 0, tzinfo=UTC))
    assert plan(datetime(2026, 5, 19, 9, 0, tzinfo=UTC)).planned_for == datetime(2026, 5, 19, 9, 0, tzinfo=UTC)
    late = datetime(2026, 5, 21, 9, 0, tzinfo=UTC)
    assert plan(late, now=late - timedelta(days=1)).planned_for == late


def test_a_held_session_has_its_agreement_and_its_follow_up(loop):
    session = planned(loop.ada)
    follow_up = coaching.hold_session(
        viewer=loop.ada, session_id=session.pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW,
        notes=Notes(shared="Went well", private="Tired"),
    )  # fmt: skip
    session.refresh_from_db()
    assert (session.status, session.held_on, session.action) == ("held", TODAY, "Say good morning before anything else")
    assert (session.shared_notes, session.private_notes) == ("Went well", "Tired")
    assert (follow_up.due_on, follow_up.opened_at) == (TODAY + timedelta(7), None)


def test_a_session_is_not_held_without_a_whole_agreement(loop):
    session = planned(loop.ada)
    with pytest.raises(
        LacksAgreementError, match="the session needs the agent's own words, one action and how it will"
    ):
        hold(loop.ada, session, own_words=" ", action="", how_reviewed="")
    with pytest.raises(LacksAgreementError, match=r"the session needs one action$"):
        hold(loop.ada, session, action="")
    session.refresh_from_db()
    assert session.status == "planned"
    assert not FollowUp.objects.exists()


def test_a_session_is_not_held_before_its_day(loop):
    """The day is the agent's: at 23:00 UTC it is tomorrow in Berlin."""
    session = planned(loop.ada)
    with pytest.raises(WrongStateError, match="on its day, not before"):
        hold(loop.ada, session, on=TODAY + timedelta(1))
    hold(loop.ada, session, on=TODAY + timedelta(1), now=NOW.replace(hour=23))


def test_what_is_held_or_cancelled_is_open_no_more(loop):
    session = planned(loop.ada)
    hold(loop.ada, session)
    for step in (
        lambda: hold(loop.ada, session),
        lambda: coaching.cancel_session(viewer=loop.ada, session_id=session.pk, now=NOW),
        lambda: coaching.plan_session(viewer=loop.ada, session_id=session.pk, planned_for=NOW + timedelta(1), now=NOW),
    ):
        with pytest.raises(WrongStateError, match="this session is held already"):
            step()


def test_proof_or_the_leaders_own_account(cast):
    """Scores without a transcript show nothing to hear or read: the account is needed, and kept."""
    row = {"agent_id": "lea", "team": "north", "behaviour": "greets_politely", "verdict": "not_met"}
    scores(*({**row, "call_id": f"x-{n}", "started_at": "2026-05-08T10:00:00"} for n in range(20)))
    for agent in ("tom", "tim", "ann", "kim"):
        scores(
            *(
                {**row, "agent_id": agent, "call_id": f"{agent}-{n}", "verdict": "met", "started_at": "2026-05-08"}
                for n in range(20)
            )
        )
    session = planned(cast.ada)
    with pytest.raises(NoExampleError, match="write down in your own words"):
        hold(cast.ada, session)
    both = {"viewer": cast.ada, "session_id": session.pk, "held_on": TODAY, "now": NOW}
    with pytest.raises(LacksAgreementError):
        coaching.hold_session(**both, agreement=agreement(TODAY, action=""), notes=Notes(account="You said: yes?"))
    assert Focus.objects.get().leaders_account == ""
    coaching.hold_session(**both, agreement=agreement(TODAY), notes=Notes(account="You said: yes?"))
    assert Focus.objects.get().leaders_account == "You said: yes?"


def test_a_performance_session_without_a_focus_has_no_proof(loop):
    session = Session.objects.create(
        agent=Agent.objects.get(key="lea"), kind="performance", status="planned", created_at=NOW
    )
    with pytest.raises(NoExampleError, match="needs a focus"):
        hold(loop.ada, session)


def test_a_cancelled_session_leaves_the_focus_and_its_clock(loop):
    first = planned(loop.ada)
    again = coaching.cancel_session(viewer=loop.ada, session_id=first.pk, now=NOW)
    first.refresh_from_db()
    assert (first.status, again.status, again.focus) == ("cancelled", "planned", first.focus)
    assert Focus.objects.get().closed_at is None
    development = coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    assert coaching.cancel_session(viewer=loop.ada, session_id=development.pk, now=NOW) is None


def test_a_developmental_session_runs_beside_a_focus(loop):
    """It needs a goal, and neither deadline nor example."""
    accept(loop.ada)
    session = coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    with pytest.raises(AlreadyOpenError, match="is planned already"):
        coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    coaching.plan_session(viewer=loop.ada, session_id=session.pk, planned_for=NOW + timedelta(days=10), now=NOW)
    with pytest.raises(LacksAgreementError, match="the agent's goal"):
        hold(loop.ada, session)
    follow_up = hold(loop.ada, session, goal="Lead a workshop", by_when=None, how_reviewed="")
    assert close(loop.ada, follow_up, now=opened(follow_up)) is None
    follow_up.refresh_from_db()
    assert follow_up.numbers is None
    assert Focus.objects.get().closed_at is None


def test_a_follow_up_opens_by_itself_on_its_day_at_the_site(loop):
    """Berlin is ahead of UTC: late in the evening of the day before, it opens there."""
    follow_up = hold(loop.ada, planned(loop.ada))
    eve = datetime(2026, 5, 17, 21, 30, tzinfo=UTC)
    assert coaching.open_due_follow_ups(now=eve) == 0
    with pytest.raises(WrongStateError, match="opens on Monday 18 May 2026"):
        close(loop.ada, follow_up, now=eve)
    assert coaching.open_due_follow_ups(now=eve + timedelta(hours=1)) == 1
    assert coaching.open_due_follow_ups(now=eve + timedelta(hours=2)) == 0
    follow_up.refresh_from_db()
    assert follow_up.opened_at == eve + timedelta(hours=1)


def test_a_follow_up_is_closed_on_its_day_also_before_the_worker_has_looked(loop):
    follow_up, on_the_day = hold(loop.ada, planned(loop.ada)), NOW + timedelta(days=7)
    eve, day = (session_page.follow_up(loop.ada, follow_up.pk, today=TODAY + timedelta(n)) for n in (6, 7))
    assert (eve.open, day.open) == (False, True)
    assert close(loop.ada, follow_up, now=on_the_day) is None
    follow_up.refresh_from_db()
    assert (follow_up.opened_at, follow_up.closed_at) == (on_the_day, on_the_day)


@pytest.mark.parametrize("step", list(NextStep))
def test_a_developmental_follow_up_goes_on_with_another_session(loop, step):
    """Where one is planned already it is that one: an agent has one ahead of them."""
    session = coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    follow_up = hold(loop.ada, session, goal="Lead a workshop", by_when=None, how_reviewed="")
    answers, now = Answers(DidHappen.PARTLY, DidWork.TOO_EARLY, step), NOW + timedelta(days=7)
    following = close(loop.ada, follow_up, answers, now=now)
    if step.keeps_focus:
        assert (following.kind, following.status, following.agent) == ("developmental", "planned", session.agent)
        assert (following.focus, following.leader) == (None, loop.ada.user)
        again = hold(loop.ada, following, on=now.date(), now=now, goal="Go on", by_when=None, how_reviewed="")
        ahead = coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=now)
        assert close(loop.ada, again, answers, now=now + timedelta(days=7)) == ahead
    else:
        assert following is None


def test_closing_keeps_the_three_answers_and_the_numbers(loop):
    follow_up = hold(loop.ada, planned(loop.ada))
    take(*({**one, "id": f"new-{one['id']}"} for one in calls("lea", 9, 10, at=NOW + timedelta(days=3))))
    score(now=NOW + timedelta(days=4))
    now = opened(follow_up)
    assert close(loop.ada, follow_up, now=now) is None
    follow_up.refresh_from_db()
    assert (follow_up.did_happen, follow_up.did_work, follow_up.next_step) == ("yes", "yes", "close")
    assert (follow_up.note, follow_up.closed_by, follow_up.closed_at) == ("Every call since", loop.ada.user, now)
    before, since = follow_up.numbers["before"], follow_up.numbers["since"]
    assert (before["met"], before["n"], since["met"], since["n"]) == (2, 20, 9, 10)
    with pytest.raises(WrongStateError, match="closed already"):
        close(loop.ada, follow_up, now=now)


@pytest.mark.parametrize("step", list(NextStep))
def test_what_comes_next_decides_over_the_focus(loop, step):
    """Continue and change of approach add a session to the same focus; the others make room for the next."""
    focus = accept(loop.ada)
    follow_up = hold(loop.ada, focus.sessions.get())
    following = close(loop.ada, follow_up, Answers(DidHappen.NO, DidWork.TOO_EARLY, step), now=opened(follow_up))
    focus.refresh_from_db()
    if step.keeps_focus:
        assert (following.focus, following.status, focus.closed_at) == (focus, "planned", None)
        with pytest.raises(AlreadyOpenError):
            accept(loop.ada)
    else:
        assert following is None
        assert focus.closed_at == NOW + timedelta(days=7)
        assert accept(loop.ada, now=NOW + timedelta(days=7)).pk != focus.pk


def test_the_operator_may_do_everything(loop):
    follow_up = hold(loop.operator, planned(loop.operator))
    assert close(loop.operator, follow_up, now=opened(follow_up)) is None


def test_one_audit_row_a_command_and_none_for_a_refusal(loop):
    AuditEntry.objects.all().delete()
    session = planned(loop.ada)
    coaching.plan_session(viewer=loop.ada, session_id=session.pk, planned_for=NOW + timedelta(1), now=NOW)
    with pytest.raises(RefusedError):
        hold(loop.ada, session, action="")
    follow_up = hold(loop.ada, session)
    close(loop.ada, follow_up, Answers(DidHappen.YES, DidWork.NO, NextStep.CONTINUE), now=opened(follow_up))
    coaching.cancel_session(viewer=loop.ada, session_id=Session.objects.get(status="planned").pk, now=NOW)
    coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "focus.accept", "session.plan", "session.hold", "follow_up.close", "session.cancel", "session.open",
    ]  # fmt: skip
    assert {entry.actor for entry in AuditEntry.objects.all()} == {loop.ada.user}
    assert not any("disturbed" in str(entry.detail) for entry in AuditEntry.objects.all())


def test_a_session_is_not_held_before_it_was_opened(loop):
    """Written down as held last week, it would hide that the five days ran out."""
    session = planned(loop.ada)
    with pytest.raises(WrongStateError, match="opened on Monday 11 May 2026: it can't have been held before"):
        hold(loop.ada, session, on=TODAY - timedelta(1))
    with pytest.raises(WrongStateError, match="opened on Monday 11 May 2026"):
        hold(loop.ada, session, on=date.min)


def test_no_session_is_planned_where_no_calendar_reaches(loop):
    session = planned(loop.ada)
    for when in (NOW + timedelta(days=367), datetime(9999, 12, 31, 12, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(WrongStateError, match="still to come, within 366 days"):
            coaching.plan_session(viewer=loop.ada, session_id=session.pk, planned_for=when, now=NOW)


def test_two_windows_at_once_open_one_developmental_conversation(loop, monkeypatch):
    """The second finds none when it looks, and the database refuses it when it writes."""
    led_agent = coaching.led_agent

    def meanwhile(viewer, key):
        monkeypatch.setattr(coaching, "led_agent", led_agent)
        Session.objects.create(agent=led_agent(viewer, key), kind="developmental", status="planned", created_at=NOW)
        monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)  # noqa: ARG005 -- as it looked before
        return led_agent(viewer, key)

    monkeypatch.setattr(coaching, "led_agent", meanwhile)
    with pytest.raises(AlreadyOpenError, match="is planned already"):
        coaching.open_developmental(viewer=loop.ada, agent_key="lea", now=NOW)
