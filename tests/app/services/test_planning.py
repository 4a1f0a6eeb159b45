"""The week ahead, from suggestions to invited sessions: capacity, what will breach, and the plan, confirmed line by line."""

from datetime import date, time, timedelta

import pytest

from builders import NOW, calls, publish, score, take
from coachloop.app.errors import NotYoursError
from coachloop.app.models import Absence, Agent, BusyTime, Focus, LeaderAbsence, Session, StandIn
from coachloop.app.queries.planning import ahead as look_ahead
from coachloop.app.queries.week import week
from coachloop.app.services import coaching
from coachloop.app.services.planning import Chosen, confirm
from coachloop.app.services.slots import add_slots
from coachloop.core.coaching.protected import WeeklyTime

TODAY = NOW.date()


@pytest.fixture
def team(cast):
    """Lea and Tom have certain gaps, Lea the larger; their verdicts landed today, so both are due on Tuesday the 19th."""
    publish()
    take(*calls("lea", 1, 30), *calls("tom", 14, 30))
    score()
    return cast


def protect(cast, *times):
    add_slots(viewer=cast.ada, team_key="north", times=[WeeklyTime(day, time(hour)) for day, hour in times], now=NOW)


def ahead(cast, now=NOW):
    found = look_ahead(cast.ada, week(cast.ada, today=now.date()), now=now)
    assert found is not None
    return found


def planned(seen):
    return [(row.wanted.agent_name, f"{row.starts_at:%a %H:%M}") for row in seen.plan]


def confirmed(cast, seen, who=None):
    chosen = [Chosen(row.wanted.key, row.starts_at) for row in seen.plan]
    return confirm(viewer=who or cast.ada, team_key="north", chosen=chosen, now=NOW)


def test_need_against_capacity_and_a_plan_in_one_click(team):
    """Two sessions, two slots of three that are free; confirmed, they are foci with planned sessions."""
    protect(team, (2, 10), (3, 10), (4, 10))
    seen = ahead(team)
    assert (seen.capacity.to_hold, seen.capacity.free, seen.capacity.planned, seen.capacity.short) == (2, 2, 0, 0)
    assert planned(seen) == [("Lea", "Tue 10:00"), ("Tom", "Wed 10:00")]
    assert seen.breaches == seen.left == seen.standing == ()
    assert [outcome.refusal for outcome in confirmed(team, seen)] == ["", ""]
    assert set(Focus.objects.values_list("agent__key", flat=True)) == {"lea", "tom"}
    assert Session.objects.get(agent__key="lea").planned_for == NOW.replace(day=12, hour=8)
    after = ahead(team)
    assert (after.capacity.to_hold, after.capacity.free, after.capacity.planned) == (0, 0, 2)
    assert after.plan == ()


def test_few_slots_go_to_the_most_valuable_and_the_others_know_why(team):
    """What will breach is said before it does."""
    protect(team, (2, 10))
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=date(2026, 5, 18), last_day=date(2026, 5, 19))
    Agent.objects.create(key="mia", name="Mia", team=Agent.objects.get(key="tom").team)
    coaching.open_developmental(viewer=team.ada, agent_key="mia", now=NOW)
    seen = ahead(team)
    assert planned(seen) == [("Lea", "Tue 10:00")]
    assert [(row.wanted.agent_name, row.why) for row in seen.left] == [
        ("Mia", "The free slots up to Sun 24 May go to sessions that come first: protect one more."),
        ("Tom", "Not these days; the slot on Tue 19 May is kept for it."),
    ]
    assert (seen.breaches, seen.capacity.short) == ((), 2)
    Absence.objects.create(agent=Agent.objects.get(key="tom"), first_day=date(2026, 5, 19), last_day=date(2026, 5, 19))
    seen = ahead(team)
    assert [(row.agent_name, row.due_on, row.days_left) for row in seen.breaches] == [("Tom", date(2026, 5, 20), 5)]


def test_without_slots_everybody_will_breach(team):
    seen = ahead(team)
    assert [(row.agent_name, row.why) for row in seen.breaches] == [
        ("Lea", "No free protected slot up to Tue 19 May."),
        ("Tom", "No free protected slot up to Tue 19 May."),
    ]
    assert (seen.slots, seen.plan) == (0, ())


def test_a_slot_next_week_is_named(team):
    protect(team, (1, 10))
    assert ahead(team).left[-1].why == "Not these days; the slot on Mon 18 May is kept for it."


def test_a_leader_who_is_away_without_anybody_standing_in_is_a_reason(team):
    protect(team, (2, 10), (3, 10))
    LeaderAbsence.objects.create(user=team.ada.user, first_day=TODAY, last_day=date(2026, 5, 20))
    seen = ahead(team)
    assert seen.capacity.free == 0
    assert {row.why for row in seen.breaches} == {"Ada Lindholm is away and nobody stands in: say who does."}
    assert [(row.leader, row.by) for row in seen.standing] == [("Ada Lindholm", "")]
    StandIn.objects.create(
        team=Agent.objects.get(key="lea").team, user=team.ben.user, first_day=TODAY, last_day=date(2026, 5, 20)
    )
    seen = ahead(team)
    assert (seen.breaches, [row.by for row in seen.standing]) == ((), ["Ben Moreau"])


def test_who_stands_in_on_the_day_gets_the_session(team):
    """Ada plans it, Ben holds it."""
    protect(team, (2, 10), (3, 10))
    day, north = date(2026, 5, 13), Agent.objects.get(key="lea").team
    LeaderAbsence.objects.create(user=team.ada.user, first_day=day, last_day=day)
    StandIn.objects.create(team=north, user=team.ben.user, first_day=day, last_day=day)
    assert [outcome.refusal for outcome in confirmed(team, ahead(team))] == ["", ""]
    held_by = dict(Session.objects.values_list("agent__key", "leader_name"))
    assert held_by == {"lea": "Ada Lindholm", "tom": "Ben Moreau"}


def test_a_session_planned_by_hand_goes_to_whoever_leads_that_day_too(team):
    """Stood in for on Wednesday, back on Monday; on Friday nobody leads, so it stays with whom it was."""
    north, session = Agent.objects.get(key="lea").team, coaching.accept_focus(viewer=team.ada, agent_key="lea", now=NOW)
    LeaderAbsence.objects.create(user=team.ada.user, first_day=date(2026, 5, 13), last_day=date(2026, 5, 15))
    StandIn.objects.create(team=north, user=team.ben.user, first_day=date(2026, 5, 13), last_day=date(2026, 5, 13))
    pk, held_by = session.sessions.get().pk, []
    for day in (13, 15, 18):
        at = NOW.replace(day=day)
        held_by.append(coaching.plan_session(viewer=team.ada, session_id=pk, planned_for=at, now=NOW).leader_name)
    assert held_by == ["Ben Moreau", "Ben Moreau", "Ada Lindholm"]


def test_busy_times_of_leader_and_agent_are_kept_free(team):
    protect(team, (2, 10), (3, 10), (5, 10))

    def busy(who, day):
        starts = NOW.replace(day=day, hour=7)
        BusyTime.objects.create(user=who.user, starts_at=starts, ends_at=starts + timedelta(hours=2))

    busy(team.ada, 12)
    busy(team.lea, 13)
    assert planned(ahead(team)) == [("Tom", "Wed 10:00"), ("Lea", "Fri 10:00")]
    busy(team.lea, 15)
    busy(team.lea, 19)
    busy(team.ada, 19)
    assert [row.why for row in ahead(team).breaches] == ["Has something else at every free slot up to Tue 19 May."]


def test_a_planned_time_that_went_bad_is_said(team):
    """The agent is away then, or the time went by."""
    protect(team, (2, 10), (3, 10))
    confirmed(team, ahead(team))
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=date(2026, 5, 12), last_day=date(2026, 5, 12))
    assert [row.why for row in ahead(team).breaches] == ["Planned for Tue 12 May, when Lea is not at work."]
    later = NOW.replace(day=13, hour=12)
    whys = [row.why for row in ahead(team, later).breaches]
    assert "Planned for Wed 13 May, and not written down as held." in whys
    assert {row.wanted.agent_name for row in (*ahead(team, later).plan, *ahead(team, later).left)} == {"Lea", "Tom"}


def test_one_line_that_is_refused_leaves_the_others(team):
    """Somebody else coaches Tom already; and a line is never carried out twice."""
    protect(team, (2, 10), (3, 10))
    seen = ahead(team)
    coaching.accept_focus(viewer=team.ada, agent_key="tom", now=NOW, as_of=TODAY)
    lea, tom = confirmed(team, seen)
    assert (lea.refusal, tom.session_id) == ("", None)
    assert "has an open focus already" in tom.refusal
    again = confirmed(team, seen)
    assert [bool(one.refusal) for one in again] == [True, True]
    assert "not free any more" in again[0].refusal


def test_what_has_changed_since_it_was_shown_is_not_planned(team):
    """Another behaviour, no slot at that time, no such session; nothing is left behind."""
    protect(team, (2, 10))
    at, late = NOW.replace(day=12, hour=8), NOW.replace(day=12, hour=9)
    for key, starts, words in (
        ("focus:lea:manners/value_first", at, "is another one"),
        ("focus:lea:manners/greets", late, "not free any more"),
        ("session:99", at, "not there any more"),
        ("focus:sam:manners/greets", at, "not there any more"),
        ("offer:sam", at, "not there any more"),
        ("nonsense", at, "not there any more"),
    ):
        (outcome,) = confirm(viewer=team.ada, team_key="north", chosen=[Chosen(key, starts)], now=NOW)
        assert words in outcome.refusal
    assert not Focus.objects.exists()
    for who in (team.ben, team.lea, team.qa_lead, team.operations):
        with pytest.raises(NotYoursError):
            confirm(viewer=who, team_key="north", chosen=[], now=NOW)


def test_a_developmental_conversation_that_is_due_is_in_the_plan_and_comes_last(cast):
    """With no certain gap there is an offer; six weeks after the last one it is due again."""
    publish()
    take(*calls("lea", 30, 30), *calls("tom", 2, 30))
    score()
    protect(cast, (2, 10), (3, 10))
    assert [row.wanted.key for row in ahead(cast).plan] == ["focus:tom:manners/greets", "offer:lea"]
    held = {"kind": "developmental", "status": "imported", "created_at": NOW}
    lea = Agent.objects.get(key="lea")
    Session.objects.create(agent=lea, held_on=TODAY - timedelta(weeks=3), **held)
    assert [row.wanted.key for row in ahead(cast).plan] == ["focus:tom:manners/greets"]
    Session.objects.update(held_on=TODAY - timedelta(weeks=8))
    assert [outcome.refusal for outcome in confirmed(cast, ahead(cast))] == ["", ""]
    assert Session.objects.filter(agent=lea, status="planned", kind="developmental").exists()


def test_it_is_for_the_leader_of_one_team(team):
    assert look_ahead(team.qa_lead, week(team.qa_lead, team="north", today=TODAY), now=NOW) is None
    both = week(team.operator, today=TODAY)
    assert look_ahead(team.ada, both, now=NOW) is None
