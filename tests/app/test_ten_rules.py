"""The ten rules of the discipline, each attacked through the services, the tables and the commands.

One test for a rule and a way in: it tries to break the rule, and fails to. The pages are attacked in tests/web/test_ten_rules.py. There
is no HTTP API yet: where it comes, it gets its column here. The command that brings coaching in from outside, `import coaching`, is the
third way that is there today.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from builders import NOW, agreement, call, calls, coached, publish, reasons, score, scores, take
from coachloop.app.errors import AlreadyOpenError, LacksAgreementError, NoExampleError, RefusedError, WrongStateError
from coachloop.app.models import Agent, Behaviour, Focus, FollowUp, Session, Slot, SlotMove
from coachloop.app.queries import mix, session_page, sites, week
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.follow_up import before_since
from coachloop.app.services import absences, coaching, slots
from coachloop.app.services.absences import Days
from coachloop.app.services.coaching import Notes
from coachloop.app.services.slots import Replacement
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep
from coachloop.core.coaching.protected import WeeklyTime
from coachloop.core.model.people import Role

TODAY = NOW.date()
CLOSE = Answers(DidHappen.YES, DidWork.YES, NextStep.CLOSE)
BLANKS = ("", " \n ", "\u200b", "…")


@pytest.fixture
def loop(cast: Any) -> Any:
    """Lea of north greets in 1 of 12 calls, Tom in all of his; Sam of south in none."""
    publish()
    take(*calls("lea", 1, 12), *calls("tom", 12, 12), *calls("sam", 0, 8, team="south"))
    score()
    return cast


@pytest.fixture
def focus(loop: Any) -> Focus:
    """Lea's, accepted on Monday 11 May and due on Tuesday the 19th."""
    return coaching.accept_focus(viewer=loop.ada, agent_key="lea", now=NOW)


def hold(
    cast: Any, session: Session, *, on: date = TODAY, now: datetime = NOW, notes: Notes | None = None, **change: Any
) -> FollowUp:
    agreed = agreement(on, **change)
    return coaching.hold_session(
        viewer=cast.ada, session_id=session.pk, agreement=agreed, held_on=on, now=now, notes=notes
    )


def close(cast: Any, row: FollowUp, answers: Any = CLOSE, *, now: datetime) -> Session | None:
    return coaching.close_follow_up(viewer=cast.ada, follow_up_id=row.pk, answers=answers, now=now)


def refused(write: Callable[..., object], **fields: Any) -> None:
    """The table refuses it."""
    with pytest.raises(IntegrityError), transaction.atomic():
        write(**fields)


def only(model: type[Model], row: Model) -> Any:
    return model._default_manager.filter(pk=row.pk)


# 1. Within the week


def test_rule_1_by_service_no_session_is_planned_after_its_fifth_working_day(loop: Any, focus: Focus) -> None:
    with pytest.raises(WrongStateError, match="the fifth working day is Tuesday 19 May"):
        coaching.plan_session(
            viewer=loop.ada, session_id=focus.sessions.get().pk, planned_for=NOW + timedelta(days=9), now=NOW
        )


def test_rule_1_by_service_a_late_session_is_not_written_down_as_held_in_time(loop: Any, focus: Focus) -> None:
    """Called off and opened again after the fifth day: neither a new session nor an earlier day hides it."""
    later = NOW + timedelta(days=21)
    again = coaching.cancel_session(viewer=loop.ada, session_id=focus.sessions.get().pk, now=later)
    assert again is not None
    with pytest.raises(WrongStateError, match="can't have been held before that day"):
        hold(loop, again, on=focus.due_on or TODAY, now=later)
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 19)


def test_rule_1_by_service_a_leaders_absence_does_not_stop_the_clock(loop: Any, focus: Focus) -> None:
    assert loop.ada.user
    away = Days(TODAY, TODAY + timedelta(days=30))
    absences.leader_away(viewer=loop.ada, leader_id=loop.ada.user.pk, days=away, stand_in_id=loop.ben.user.pk, now=NOW)
    focus.refresh_from_db()
    assert focus.due_on == date(2026, 5, 19)


def test_rule_1_by_query_what_will_breach_is_visible_before_it_does(loop: Any, focus: Focus) -> None:
    """The days left fall to none on the last day and below it after that; they are never left out."""
    session = focus.sessions.get()
    left = {
        day: getattr(session_page.session(loop.ada, session.pk, today=date(2026, 5, day)), "days_left", "gone")
        for day in (11, 18, 19, 20)
    }
    assert left == {11: 5, 18: 1, 19: 0, 20: -1}
    assert len(week.week(loop.ada, today=date(2026, 5, 20)).under_way) == 1


def test_rule_1_by_table_no_due_day_without_its_clock(focus: Focus) -> None:
    refused(only(Focus, focus).update, clock_day=None)
    refused(only(Focus, focus).update, due_on=None)


# 2. One behaviour at a time


def test_rule_2_by_service_a_second_focus_is_refused_at_every_stage(loop: Any, focus: Focus) -> None:
    """While it is planned, held, and waits for its follow-up; also when the other behaviour is worse by then."""
    take(*calls("lea", 20, 25, price=False, at=NOW - timedelta(days=1)))
    score()
    follow_up = hold(loop, focus.sessions.get())
    for now in (NOW, NOW + timedelta(days=7), NOW + timedelta(days=70)):
        coaching.open_due_follow_ups(now=now)
        with pytest.raises(AlreadyOpenError, match="one behaviour at a time"):
            coaching.accept_focus(viewer=loop.ada, agent_key="lea", now=now)
    close(loop, follow_up, now=NOW + timedelta(days=70))
    assert coaching.accept_focus(viewer=loop.ada, agent_key="lea", now=NOW + timedelta(days=70)).pk != focus.pk


def test_rule_2_by_table_an_agent_has_one_open_focus_and_it_one_planned_session(focus: Focus) -> None:
    other = Behaviour.objects.get(key="value_first")
    refused(Focus.objects.create, agent=focus.agent, behaviour=other, reason="r", opened_at=NOW)
    session = {"agent": focus.agent, "behaviour": other, "focus": focus, "kind": "performance", "created_at": NOW}
    refused(Session.objects.create, status="planned", **session)


def test_rule_2_by_command_imported_coaching_opens_no_focus(focus: Focus) -> None:
    row = {"agent_id": "lea", "behaviour": "value_first", "template": "manners", "held_on": "2026-05-04"}
    assert coached(row).accepted == 1
    assert coached({**row, "behaviour": "greets,value_first"}).accepted == 0
    assert Focus.objects.get() == focus
    assert Session.objects.filter(status="planned").count() == 1


# 3. Proof


def test_rule_3_by_service_no_session_without_words_to_read(cast: Any) -> None:
    """Scores of another tool show nothing: the leader's own account is asked for, and a blank is none."""
    row = {"team": "north", "behaviour": "greets_politely", "started_at": "2026-05-08T10:00:00"}
    for agent, verdict in (("lea", "not_met"), ("tom", "met"), ("tim", "met"), ("ann", "met"), ("kim", "met")):
        scores(*({**row, "agent_id": agent, "call_id": f"{agent}-{n}", "verdict": verdict} for n in range(20)))
    session = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW).sessions.get()
    for account in BLANKS:
        with pytest.raises(NoExampleError, match="write down in your own words what was said"):
            hold(cast, session, notes=Notes(account=account))
    assert hold(cast, session, notes=Notes(account="You said: yes?")).pk


def test_rule_3_by_service_an_example_that_is_deleted_has_to_be_told(loop: Any, focus: Focus) -> None:
    Focus.objects.update(example=None)
    with pytest.raises(NoExampleError, match="write down in your own words"):
        hold(loop, focus.sessions.get())


def test_rule_3_by_table_no_performance_session_without_the_focus_that_holds_its_example(focus: Focus) -> None:
    kept = agreement(TODAY)
    whole = {
        "own_words": kept.own_words, "action": kept.action, "by_when": kept.by_when, "how_reviewed": "Calls",
        "review_on": kept.review_on, "held_on": TODAY, "status": "held",
    }  # fmt: skip
    refused(Session.objects.filter(focus=focus).update, focus=None, **whole)


# 4. A documented agreement


def test_rule_4_by_service_no_session_is_held_on_blank_words(loop: Any, focus: Focus) -> None:
    session = focus.sessions.get()
    for field, blank in product(["own_words", "action", "how_reviewed"], BLANKS):
        with pytest.raises(LacksAgreementError):
            hold(loop, session, **{field: blank})
    assert not FollowUp.objects.exists()


def test_rule_4_by_service_no_session_is_held_without_sensible_dates(loop: Any, focus: Focus) -> None:
    session = focus.sessions.get()
    yesterday = TODAY - timedelta(1)
    for dates in ({"by_when": None}, {"by_when": yesterday}, {"review_on": TODAY}, {"review_on": date.max}):
        with pytest.raises(LacksAgreementError):
            hold(loop, session, **dates)


def test_rule_4_by_table_held_needs_every_part(loop: Any, focus: Focus) -> None:
    session = focus.sessions.get()
    refused(only(Session, session).update, status="held", held_on=TODAY)
    hold(loop, session)
    for lost in ({"own_words": ""}, {"action": ""}, {"by_when": None}, {"how_reviewed": ""}, {"review_on": TODAY}):
        refused(only(Session, session).update, **lost)


def test_rule_4_by_command_what_is_imported_counts_as_no_agreement_of_ours(loop: Any) -> None:
    """It can't pretend to be held here, nor bring a follow-up along."""
    row = {"agent_id": "lea", "behaviour": "greets", "template": "manners", "held_on": "2026-05-04", "status": "held"}
    receipt = coached(row, {**row, "held_on": "2026-05-05", "review_on": "2026-05-06"})
    assert receipt.accepted == 2, list(reasons(receipt))
    assert set(Session.objects.values_list("status", flat=True)) == {"imported"}
    assert not FollowUp.objects.exists()
    with pytest.raises(WrongStateError, match="imported already"):
        hold(loop, Session.objects.all()[0])


# 5. Follow-up closes the loop


def test_rule_5_by_service_it_opens_by_itself_and_neither_closes_early_nor_twice(loop: Any, focus: Focus) -> None:
    follow_up = hold(loop, focus.sessions.get())
    for days in (0, 6):
        with pytest.raises(WrongStateError, match="opens on Monday 18 May 2026"):
            close(loop, follow_up, now=NOW + timedelta(days=days))
        assert coaching.open_due_follow_ups(now=NOW + timedelta(days=days)) == 0
    with transaction.atomic():
        close(
            loop, follow_up, now=NOW + timedelta(days=7)
        )  # on its day it is open, whether or not the worker has looked
        transaction.set_rollback(True)
    assert coaching.open_due_follow_ups(now=NOW + timedelta(days=7)) == 1
    close(loop, follow_up, now=NOW + timedelta(days=7))
    with pytest.raises(WrongStateError, match="closed already"):
        close(loop, follow_up, now=NOW + timedelta(days=7))


def test_rule_5_by_service_it_can_not_be_put_off_for_ever(loop: Any, focus: Focus) -> None:
    with pytest.raises(LacksAgreementError, match="a review date within 92 days"):
        hold(loop, focus.sessions.get(), review_on=TODAY + timedelta(days=93))


def test_rule_5_by_service_the_numbers_are_its_own(loop: Any, focus: Focus) -> None:
    follow_up = hold(loop, focus.sessions.get())
    later = NOW + timedelta(days=7)
    coaching.open_due_follow_ups(now=later)
    close(loop, follow_up, now=later)
    follow_up.refresh_from_db()
    assert follow_up.numbers
    assert follow_up.numbers["before"]["n"] == 12


def test_rule_5_by_table_not_closed_without_each_answer_nor_before_it_opened(loop: Any, focus: Focus) -> None:
    follow_up = only(FollowUp, hold(loop, focus.sessions.get()))
    whole = {
        "opened_at": NOW, "closed_at": NOW, "did_happen": "yes", "did_work": "yes", "next_step": "close",
    }  # fmt: skip
    wrong: tuple[dict[str, Any], ...] = (
        {"did_happen": ""}, {"did_work": "perhaps"}, {"next_step": ""}, {"opened_at": None},
        {"closed_at": NOW - timedelta(hours=1)},
    )  # fmt: skip
    for change in wrong:
        refused(follow_up.update, **{**whole, **change})
    assert follow_up.update(**whole) == 1


# 6. Ask, don't tell


def test_rule_6_by_query_the_agent_prepares_with_questions_and_reads_no_analysis(loop: Any, focus: Focus) -> None:
    """What the leader makes of the call is not the agent's to read before the session; the questions are."""
    seen = session_page.session(loop.lea, focus.sessions.get().pk, today=TODAY)
    assert seen
    assert not seen.may_act
    assert not seen.private_notes


def test_rule_6_by_service_a_session_keeps_the_questions_that_opened_it(loop: Any, focus: Focus) -> None:
    """Whoever holds it again, or late, does not write over what was asked."""
    session = focus.sessions.get()
    only(Session, session).update(questions=["What went well?"])
    hold(loop, session, notes=Notes(questions=("Why did you do that?",)))
    session.refresh_from_db()
    assert session.questions == ["What went well?"]


# 7. Both kinds of coaching


@pytest.mark.parametrize("kind", ["performance", "developmental"])
def test_rule_7_by_query_a_team_that_does_one_kind_is_told(loop: Any, kind: str) -> None:
    """Neither plans of the other kind nor conversations called off make up for it."""
    other = {"performance": "developmental", "developmental": "performance"}[kind]
    lea = Agent.objects.get(key="lea")
    behaviour = Behaviour.objects.get(key="greets")
    given = {"agent": lea, "behaviour": behaviour, "created_at": NOW}
    for day in range(1, 7):
        row = {**given, "kind": kind, "status": "imported", "held_on": TODAY - timedelta(days=day)}
        Session.objects.create(**row)
        Session.objects.create(**{**row, "kind": other, "status": "cancelled"})
    Session.objects.create(**given, kind=other, status="planned", planned_for=NOW)
    (north,) = (row for row in mix.mixes(loop.ada, today=TODAY) if row.key == "north")
    assert north.lacks == other


# 8. Protected time


@pytest.fixture
def slot(loop: Any) -> Slot:
    """North's, on Wednesdays at ten."""
    slots.add_slots(viewer=loop.ada, team_key="north", times=[WeeklyTime(3, time(10))], now=NOW)
    return Slot.objects.get()


def test_rule_8_by_service_no_slot_goes_without_a_reason(loop: Any, slot: Slot) -> None:
    given = {"viewer": loop.ada, "slot_id": slot.pk, "now": NOW}
    for reason in BLANKS:
        to = Replacement(date(2026, 5, 15), time(10), reason)
        with pytest.raises(WrongStateError, match="only with a reason"):
            slots.move_slot(**given, day=date(2026, 5, 13), to=to)
        with pytest.raises(WrongStateError, match="say why"):
            slots.end_slot(**given, reason=reason, instead=WeeklyTime(4, time(9)))


def test_rule_8_by_service_no_slot_goes_to_another_week_or_a_day_off(loop: Any, slot: Slot) -> None:
    """Next week, Ascension Day, Saturday, this morning before now, and the end of time."""
    for day in (date(2026, 5, 20), date(2026, 5, 14), date(2026, 5, 16), date(2026, 5, 11), date.max):
        to = Replacement(day, time(9), "All hands")
        with pytest.raises(RefusedError):
            slots.move_slot(viewer=loop.ada, slot_id=slot.pk, day=date(2026, 5, 13), to=to, now=NOW)
    assert not SlotMove.objects.exists()


def test_rule_8_by_service_no_slot_is_given_up_while_agents_need_it(loop: Any, slot: Slot) -> None:
    with pytest.raises(WrongStateError, match="needs 2 slots a week"):
        slots.end_slot(viewer=loop.ada, slot_id=slot.pk, reason="No time", now=NOW)


def test_rule_8_by_table_no_move_without_a_reason_and_no_end_without_one(slot: Slot) -> None:
    move = {"slot": slot, "monday": date(2026, 5, 11), "new_starts": time(9), "moved_at": NOW}
    refused(SlotMove.objects.create, reason="", new_weekday=4, **move)
    refused(SlotMove.objects.create, reason="All hands", new_weekday=8, **move)
    refused(only(Slot, slot).update, last_day=date(2026, 5, 17))


# 9. Fair


def test_rule_9_by_query_nobody_is_coached_on_noise(loop: Any) -> None:
    """One bad call, or three, of somebody else's size: no gap is certain."""
    take(*(call(f"new-{n}", agent="nils", greets=False) for n in range(3)))
    score()
    found = {row.agent_key: row for row in suggestions(loop.ada)}
    assert "nils" not in found or found["nils"].kind == "developmental"
    with pytest.raises(WrongStateError, match="no gap of Tom is certain"):
        coaching.accept_focus(viewer=loop.ada, agent_key="tom", now=NOW)


def test_rule_9_by_service_only_the_agents_own_leader_coaches(loop: Any, focus: Focus) -> None:
    """Another leader, a colleague and the agent themselves are refused or find nothing; the adviser owns no session."""
    session = focus.sessions.get()
    for who in (loop.ben, loop.lea, loop.tom, loop.qa_lead, loop.operations, loop.admin, loop.evaluator):
        with pytest.raises(Exception, match=r"belongs to|does not exist"):
            coaching.hold_session(viewer=who, session_id=session.pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW)
    assert loop.qa_lead.has(Role.QA_LEAD)


# 10. Honest


def test_rule_10_by_query_every_rate_of_a_follow_up_has_its_n_and_interval(loop: Any, focus: Focus) -> None:
    """Nothing since is no rate of nought and no success; a few calls are an interval wide open."""
    hold(loop, focus.sessions.get())
    session = Session.objects.get(status="held")
    seen = before_since(session, today=TODAY + timedelta(days=7))
    assert seen.since
    assert (seen.since.rate, seen.since.n, seen.since.low, seen.since.high) == (None, 0, 0, 1)
    take(*(call(f"new-{n}", greets=True, at=NOW + timedelta(days=2, hours=n)) for n in range(3)))
    score(now=NOW + timedelta(days=3))
    few = before_since(session, today=TODAY + timedelta(days=7)).since
    assert few
    assert few.rate == 1
    assert few.high - few.low > 0.4


def test_rule_10_by_service_an_answer_is_no_measurement(loop: Any, focus: Focus) -> None:
    """Whatever the leader answers, the numbers that are kept are those that were counted."""
    follow_up = hold(loop, focus.sessions.get())
    later = NOW + timedelta(days=7)
    coaching.open_due_follow_ups(now=later)
    close(loop, follow_up, now=later)
    follow_up.refresh_from_db()
    assert follow_up.did_work == "yes"
    assert follow_up.numbers
    assert follow_up.numbers["since"]["n"] == 0
    assert sites.local_date(focus.agent, later) == date(2026, 5, 18)
