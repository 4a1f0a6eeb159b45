from datetime import UTC, date, datetime, time

import pytest

from coachloop.app.models import Absence, Agent, Site, SiteClosure, Team
from coachloop.app.queries import sites


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
