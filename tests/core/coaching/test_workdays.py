from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.workdays import DAYS_TO_HOLD, WorkingCalendar, due

MONDAY = date(2026, 5, 4)
DAYS = st.dates(date(2025, 7, 1), date(2026, 7, 1))
CALENDARS = st.builds(
    WorkingCalendar,
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    closed=st.frozensets(DAYS, max_size=30),
    away=st.lists(st.tuples(DAYS, st.integers(0, 40)).map(lambda a: (a[0], a[0] + timedelta(a[1]))), max_size=3).map(
        tuple
    ),
)


def test_five_working_days_from_a_monday_end_on_the_next_monday():
    """Day 0 is the day on which the verdict landed; the weekend does not count."""
    assert DAYS_TO_HOLD == 5
    assert due(MONDAY, WorkingCalendar()) == date(2026, 5, 11)


def test_a_verdict_that_lands_on_a_weekend_has_the_whole_week():
    """A Saturday is day 0 as well; Friday is day 5."""
    assert due(date(2026, 5, 9), WorkingCalendar()) == date(2026, 5, 15)


def test_holidays_and_absences_do_not_count():
    """Ascension Day and two days off push the end from Monday to Thursday."""
    calendar = WorkingCalendar(closed={date(2026, 5, 14)}, away=((date(2026, 5, 11), date(2026, 5, 12)),))
    assert due(date(2026, 5, 7), WorkingCalendar()) == date(2026, 5, 14)
    assert due(date(2026, 5, 7), calendar) == date(2026, 5, 19)


def test_a_site_with_its_own_week():
    """Sunday to Thursday."""
    calendar = WorkingCalendar(weekdays=frozenset({7, 1, 2, 3, 4}))
    assert due(date(2026, 5, 7), calendar) == date(2026, 5, 14)
    assert calendar.works(date(2026, 5, 10))
    assert not calendar.works(date(2026, 5, 8))


@given(calendar=CALENDARS, start=DAYS, days=st.integers(0, 15))
def test_the_days_added_are_the_days_left(calendar, start, days):
    """Between day 0 and the end lie exactly so many working days, and the end is one of them."""
    end = calendar.add(start, days)
    assert calendar.until(start, end) == days
    assert end == start if days == 0 else calendar.works(end)


@given(calendar=CALENDARS, a=DAYS, b=DAYS, c=DAYS)
def test_days_left_add_up_and_turn_negative(*, calendar, a, b, c):
    """From a to c is from a to b and from b to c; what has passed is negative."""
    first, middle, last = sorted([a, b, c])
    assert calendar.until(first, last) == calendar.until(first, middle) + calendar.until(middle, last)
    passed = calendar.until(first, last)
    assert calendar.until(last, first) == (-max(1, passed) if first < last else 0)


def test_what_was_due_on_friday_is_late_on_saturday():
    """No working day has gone by, but the day has passed."""
    assert WorkingCalendar().until(date(2026, 11, 21), date(2026, 11, 20)) == -1


@given(calendar=CALENDARS, start=DAYS, absence=DAYS)
def test_an_absence_never_shortens_the_clock(calendar, start, absence):
    longer = WorkingCalendar(calendar.weekdays, calendar.closed, (*calendar.away, (absence, absence)))
    assert due(start, longer) >= due(start, calendar)


def test_a_calendar_needs_a_working_day():
    with pytest.raises(ValueError, match=r"some of 1 to 7, got \[\]"):
        WorkingCalendar(weekdays=frozenset())
    with pytest.raises(ValueError, match=r"got \[0, 8\]"):
        WorkingCalendar(weekdays=frozenset({0, 8}))


def test_a_clock_ends_or_says_that_it_does_not():
    with pytest.raises(ValueError, match="0 or more, got -1"):
        WorkingCalendar().add(MONDAY, -1)
    away = WorkingCalendar(away=((MONDAY, date(2060, 1, 1)),))
    with pytest.raises(ValueError, match="no 5 working days within ten years of 2026-05-04"):
        due(MONDAY, away)


ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns", "UTC"]
)
MOMENTS = st.datetimes(datetime(2011, 12, 20), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- Hypothesis adds the zone


@given(calendar=CALENDARS, moment=MOMENTS, zone=ZONES)
def test_the_clock_runs_on_dates_of_the_site_whatever_its_zone_does(calendar, moment, zone):
    """Day 0 is the date on the site's wall; no change of clocks, nor a day that a zone leaves out, adds or takes a day."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    end = due(day, calendar)
    counted = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
    assert sum(map(calendar.works, counted)) == DAYS_TO_HOLD
    assert calendar.works(end)
    assert abs((day - moment.date()).days) <= 1


@given(moment=MOMENTS, zone=ZONES, minutes=st.integers(0, 24 * 60 * 3))
def test_a_later_moment_is_never_due_earlier(moment, zone, minutes):
    """Across midnights, weekends and both changes of clocks."""
    first, second = (one.astimezone(ZoneInfo(zone)).date() for one in (moment, moment + timedelta(minutes=minutes)))
    assert due(first, WorkingCalendar()) <= due(second, WorkingCalendar())


@given(calendar=CALENDARS, start=DAYS)
def test_a_holiday_is_as_good_as_an_absence(calendar, start):
    """Whether the site is closed or the agent is away on a day, the clock waits alike."""
    end = due(start, calendar)
    closed = WorkingCalendar(calendar.weekdays, frozenset({*calendar.closed, end}), calendar.away)
    away = WorkingCalendar(calendar.weekdays, calendar.closed, (*calendar.away, (end, end)))
    assert due(start, closed) == due(start, away) > end


@pytest.mark.parametrize(
    ("zone", "utc", "day_0"),
    [
        ("Europe/Berlin", "2026-03-28T22:59", "2026-03-28"),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T21:59", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T22:00", "2026-03-30"),
        ("America/New_York", "2026-11-01T03:59", "2026-10-31"),
        ("America/New_York", "2026-11-02T04:59", "2026-11-01"),
        ("America/New_York", "2026-11-02T05:00", "2026-11-02"),
    ],
)
def test_day_0_at_the_changes_of_clocks(zone, utc, day_0):
    """The day has 23 hours in spring and 25 in autumn."""
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert str(moment.astimezone(ZoneInfo(zone)).date()) == day_0
