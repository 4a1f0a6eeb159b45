from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.app.models import Absence, Agent, Site, SiteClosure, Team
from coachloop.app.queries import sites
from coachloop.core.coaching.workdays import due


@pytest.mark.django_db
def test_without_a_site_there_are_the_defaults():
    """Reading makes none."""
    assert sites.first_site().name == "Main site"
    assert not Site.objects.exists()
    assert str(sites.zone()) == "UTC"


def test_an_agents_site_is_their_teams(cast):
    """Without a team it is the first one."""
    far = Site.objects.create(name="Far", timezone="Pacific/Auckland")
    kiri = Agent.objects.create(key="kiri", name="Kiri", team=Team.objects.create(key="far", name="Far", site=far))
    assert sites.site_of(kiri) == far
    assert sites.site_of(Agent.objects.create(key="new", name="New")) == cast.site
    late = datetime(2026, 5, 11, 13, 0, tzinfo=UTC)
    assert sites.local_date(kiri, late) == date(2026, 5, 12)
    assert sites.local_date(Agent.objects.get(key="lea"), late) == date(2026, 5, 11)


def test_the_calendar_knows_holidays_closures_and_absences(cast):
    SiteClosure.objects.create(site=cast.site, day=date(2026, 5, 15))
    lea = Agent.objects.get(key="lea")
    Absence.objects.create(agent=lea, first_day=date(2026, 5, 18), last_day=date(2026, 5, 19))
    calendar = sites.calendar_of(lea, around=date(2026, 5, 11))
    working = [day for day in range(11, 26) if calendar.works(date(2026, 5, day))]
    assert working == [11, 12, 13, 20, 21, 22]
    assert calendar.works(date(2027, 5, 11))
    assert not calendar.works(date(2028, 1, 1).replace(month=5, day=1))


@pytest.mark.usefixtures("cast")
def test_a_region_has_holidays_of_its_own_and_a_site_without_a_country_none():
    lea = Agent.objects.get(key="lea")
    corpus_christi = date(2026, 6, 4)
    assert sites.calendar_of(lea, around=corpus_christi).works(corpus_christi)
    Site.objects.update(subdivision="BY")
    assert not sites.calendar_of(Agent.objects.get(key="lea"), around=corpus_christi).works(corpus_christi)
    Site.objects.update(country="", subdivision="")
    assert sites.calendar_of(Agent.objects.get(key="lea"), around=corpus_christi).works(date(2026, 5, 14))
    Site.objects.update(working_days="67")
    assert not sites.calendar_of(Agent.objects.get(key="lea"), around=corpus_christi).works(date(2026, 5, 14))


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 28), time(10), "2026-03-28T09:00"),
        (date(2026, 3, 30), time(10), "2026-03-30T08:00"),
        (date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),
        (date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
    ],
)
def test_a_time_on_the_wall_is_a_moment_also_when_the_clocks_change(day, at, utc):
    """The half hour that spring leaves out comes after it; of the two that autumn has, the first counts."""
    found = sites.local(Site(timezone="Europe/Berlin"), day, at)
    assert f"{found.astimezone(UTC):%Y-%m-%dT%H:%M}" == utc


PLACES = st.sampled_from(
    [
        ("Europe/Berlin", "DE", "BY"),
        ("Europe/Berlin", "DE", ""),
        ("America/New_York", "US", "NY"),
        ("America/St_Johns", "CA", "NL"),
        ("Pacific/Auckland", "NZ", ""),
        ("Asia/Kolkata", "IN", ""),
        ("Pacific/Apia", "WS", ""),
        ("Europe/London", "GB", "SCT"),
        ("Asia/Dubai", "AE", ""),
        ("UTC", "", ""),
    ]
)
DAYS_OFF = st.dates(date(2026, 1, 1), date(2027, 6, 30))


@settings(max_examples=60)
@given(
    place=PLACES,
    week=st.sampled_from(["12345", "71234", "123456", "1234567", "67"]),
    landed=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 -- Hypothesis adds the zone
    closed=st.sets(DAYS_OFF, max_size=5),
    away=st.lists(st.tuples(DAYS_OFF, st.integers(0, 30)), max_size=3),
)
def test_five_days_at_any_site_are_days_on_which_both_are_there(*, place, week, landed, closed, away):
    """Counted by hand: no day off the week, public holiday of the region, closure or absence is one of the five."""
    zone, country, region = place
    site = Site(name="Any", timezone=zone, country=country, subdivision=region, working_days=week)
    public = holidays.country_holidays(country, subdiv=region or None, years=range(2025, 2029)) if country else {}
    site_days = sites.calendar_of_site(site, around=landed.date())
    ranges = tuple((first, first + timedelta(days=more)) for first, more in away)
    calendar = replace(site_days, closed=site_days.closed | closed, away=ranges)
    day_0 = landed.astimezone(sites.site_zone(site)).date()
    end = due(day_0, calendar)
    passed = [day_0 + timedelta(days=n) for n in range(1, (end - day_0).days + 1)]
    counted = [
        day
        for day in passed
        if str(day.isoweekday()) in week
        and day not in public
        and day not in closed
        and not any(first <= day <= last for first, last in ranges)
    ]
    assert len(counted) == 5
    assert counted[-1] == end


@settings(max_examples=60)
@given(
    place=PLACES,
    day=st.dates(date(2012, 1, 2), date(2030, 12, 31)),
    at=st.times().map(lambda at: at.replace(microsecond=0)),
)
def test_a_wall_clock_is_a_moment_of_its_own_day(place, day, at):
    """Also where the clocks change: at most the hour that spring leaves out is added, and the day stays."""
    site = Site(timezone=place[0])
    found = sites.local(site, day, at)
    told = datetime.combine(day, at)
    assert timedelta(0) <= found.replace(tzinfo=None) - told <= timedelta(hours=1)
    again = found.astimezone(UTC).astimezone(sites.site_zone(site))
    assert again.replace(tzinfo=None) == found.replace(tzinfo=None)


def test_the_calendar_reaches_beyond_the_longest_absence(cast):
    """An agent away for three years comes back to holidays that are known."""
    lea = Agent.objects.get(key="lea")
    Absence.objects.create(agent=lea, first_day=date(2026, 5, 1), last_day=date(2029, 4, 30))
    calendar = sites.calendar_of(lea, around=date(2026, 4, 28))
    assert not calendar.works(date(2029, 5, 1))
    assert due(date(2026, 4, 28), calendar) == date(2029, 5, 4)
    assert sites.site_of(lea) == cast.site
