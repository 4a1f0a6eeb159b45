"""Protected time: taken away only with a reason and a replacement in the same week."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from builders import NOW
from coachloop.app.errors import AlreadyOpenError, NotYoursError, WrongStateError
from coachloop.app.models import Agent, AuditEntry, Session, Slot, SlotMove, Team
from coachloop.app.queries import lost_slots
from coachloop.app.queries.slots import State, slot_week
from coachloop.app.services.slots import Replacement, add_slots, end_slot, move_slot
from coachloop.core.coaching.protected import WeeklyTime

TUESDAY, WEDNESDAY, ASCENSION, FRIDAY = (date(2026, 5, day) for day in (12, 13, 14, 15))
TEN = time(10)


@pytest.fixture
def slot(cast):
    """Tuesdays at ten."""
    add_slots(viewer=cast.ada, team_key="north", times=[WeeklyTime(2, TEN)], now=NOW)
    return Slot.objects.get()


def move(who, slot, *, day=TUESDAY, to=WEDNESDAY, starts=TEN, reason="All hands."):
    return move_slot(viewer=who, slot_id=slot.pk, day=day, to=Replacement(to, starts, reason), now=NOW)


def shown(who, day=TUESDAY):
    week = slot_week(who, day=day, now=NOW)
    return [(one.day, f"{one.span.starts:%H:%M %z}", one.state.value) for each in week.days for one in each.occurrences]


@pytest.mark.usefixtures("slot")
def test_a_slot_comes_back_every_week_at_the_same_time_of_day(cast):
    """Also after the clocks have changed; a public holiday leaves it closed."""
    assert shown(cast.ada) == [(TUESDAY, "10:00 +0200", "free")]
    assert shown(cast.ada, date(2026, 10, 27)) == [(date(2026, 10, 27), "10:00 +0100", "free")]
    assert shown(cast.ada, date(2026, 5, 4)) == []
    Slot.objects.update(weekday=4)
    assert shown(cast.ada) == [(ASCENSION, "10:00 +0200", "closed")]
    assert slot_week(cast.lea, now=NOW) is None


def test_moved_within_its_week_with_a_reason(cast, slot):
    move(cast.ada, slot)
    assert shown(cast.ada) == [(WEDNESDAY, "10:00 +0200", "free")]
    assert shown(cast.ada, TUESDAY + timedelta(days=7))[0][0] == TUESDAY + timedelta(days=7)
    assert AuditEntry.objects.get(action="slot.move").detail["reason"] == "All hands."


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"reason": "  "}, "say why"),
        ({"to": date(2026, 5, 18)}, "a day of the same week: 11 May to 17 May"),
        ({"to": date(2026, 5, 10)}, "a day of the same week"),
        ({"to": ASCENSION}, "choose a working day"),
        ({"to": date(2026, 5, 16)}, "choose a working day"),
        ({"to": date(2026, 5, 11), "starts": time(10, 59)}, "still to come"),
        ({"day": WEDNESDAY, "to": FRIDAY}, "not on that day"),
        ({"day": date(2026, 5, 5), "to": date(2026, 5, 6)}, "not on that day"),
    ],
)
def test_nothing_else_takes_it_away(*, cast, slot, asked, words):
    """No reason, another week, a closed day, the past, no such occurrence."""
    with pytest.raises(WrongStateError, match=words):
        move(cast.ada, slot, **asked)
    assert not SlotMove.objects.exists()


def test_it_moves_once_and_never_onto_another(cast, slot):
    add_slots(viewer=cast.ada, team_key="north", times=[WeeklyTime(3, time(9, 50))], now=NOW)
    with pytest.raises(AlreadyOpenError, match="another slot of the team"):
        move(cast.ada, slot)
    move(cast.ada, slot, starts=time(12))
    with pytest.raises(WrongStateError, match="moved already"):
        move(cast.ada, slot, day=WEDNESDAY, to=FRIDAY)


def test_only_the_teams_own_leader_moves_it(cast, slot):
    for who in (cast.ben, cast.lea, cast.qa_lead, cast.operations, cast.admin):
        with pytest.raises(NotYoursError):
            move(who, slot)
        with pytest.raises(NotYoursError):
            end_slot(viewer=who, slot_id=slot.pk, reason="x", now=NOW)
        with pytest.raises(NotYoursError):
            add_slots(viewer=who, team_key="north", times=[WeeklyTime(5, TEN)], now=NOW)
    assert not SlotMove.objects.exists()


def test_a_session_in_it_goes_along(cast, slot):
    """The slot is taken by the session, before and after."""
    planned = NOW.replace(day=12, hour=8)
    session = Session.objects.create(
        agent=Agent.objects.get(key="lea"), kind="developmental", status="planned", planned_for=planned, created_at=NOW
    )
    assert shown(cast.ada)[0][2] == State.TAKEN
    move(cast.ada, slot)
    session.refresh_from_db()
    assert session.planned_for == planned + timedelta(days=1)
    assert shown(cast.ada)[0][2] == State.TAKEN


def test_the_database_knows_no_move_without_a_reason_or_out_of_its_week(slot):
    """There is no column that could name another week."""
    for wrong in ({"reason": ""}, {"new_weekday": 8}, {"new_weekday": 0}):
        given = {"reason": "x", "new_weekday": 3, **wrong}
        with pytest.raises(IntegrityError), transaction.atomic():
            SlotMove.objects.create(slot=slot, monday=NOW.date(), new_starts=TEN, moved_at=NOW, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=slot.pk).update(last_day=FRIDAY)


def test_a_weekly_slot_is_changed_for_another_from_next_week_on(cast, slot):
    instead = WeeklyTime(5, time(9))
    end_slot(viewer=cast.ada, slot_id=slot.pk, reason="A standing meeting.", instead=instead, now=NOW)
    assert [row[0] for row in shown(cast.ada)] == [TUESDAY]
    assert [row[0] for row in shown(cast.ada, date(2026, 5, 18))] == [date(2026, 5, 22)]
    with pytest.raises(WrongStateError, match="ends on 17 May already"):
        end_slot(viewer=cast.ada, slot_id=slot.pk, reason="x", now=NOW)


def test_it_is_given_up_only_where_everybody_keeps_one(cast, slot):
    """Two agents, so the third slot can go, the second can't."""
    more = [WeeklyTime(3, TEN), WeeklyTime(5, TEN)]
    add_slots(viewer=cast.ada, team_key="north", times=more, now=NOW)
    with pytest.raises(WrongStateError, match="say why"):
        end_slot(viewer=cast.ada, slot_id=slot.pk, reason=" ", now=NOW)
    end_slot(viewer=cast.ada, slot_id=slot.pk, reason="One agent fewer.", now=NOW)
    other = Slot.objects.get(weekday=3)
    with pytest.raises(WrongStateError, match="needs 2 slots a week, one an agent, and would keep 1"):
        end_slot(viewer=cast.ada, slot_id=other.pk, reason="x", now=NOW)
    with pytest.raises(AlreadyOpenError, match="Friday 10:10 meets a slot"):
        end_slot(viewer=cast.ada, slot_id=other.pk, reason="x", instead=WeeklyTime(5, time(10, 10)), now=NOW)
    other.refresh_from_db()
    assert other.last_day is None


@pytest.mark.usefixtures("slot")
def test_no_slot_is_protected_twice(cast):
    with pytest.raises(AlreadyOpenError, match="Tuesday 10:05 meets"):
        add_slots(viewer=cast.ada, team_key="north", times=[WeeklyTime(2, time(10, 5))], now=NOW)
    assert add_slots(viewer=cast.ada, team_key="north", times=[], now=NOW) == 0


def test_operations_see_what_was_lost_by_team_and_week_and_nobody_by_name(cast, slot):
    """Others see nothing."""
    add_slots(viewer=cast.ada, team_key="north", times=[WeeklyTime(3, TEN), WeeklyTime(5, TEN)], now=NOW)
    move(cast.ada, slot, starts=time(15))
    end_slot(viewer=cast.ada, slot_id=Slot.objects.get(weekday=5).pk, reason="One agent fewer.", now=NOW)
    seen = lost_slots.lost(cast.operations, today=NOW.date())
    north = seen.teams[0]
    assert [(week.slots, week.moved) for week in north.weeks[:3]] == [(2, 0), (3, 1), (0, 0)]
    assert (north.protected, north.agents) == (2, 2)
    assert [(row.slot, row.to, row.reason) for row in seen.reasons] == [
        ("Tuesday 10:00", "Wednesday 15:00", "All hands."),
        ("every Friday 10:00", "", "One agent fewer."),
    ]
    for who in (cast.ada, cast.lea, cast.qa_lead, cast.admin):
        assert lost_slots.lost(who, today=NOW.date()).teams == ()
        assert lost_slots.lost(who, today=NOW.date()).reasons == ()
    assert Team.objects.count() == 2
