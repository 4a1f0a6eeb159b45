"""A site's zone and working calendar."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.db.models import Q, QuerySet

from coachloop.app.errors import RefusedError
from coachloop.app.models import Agent, Site, Team
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.workdays import WorkingCalendar
from coachloop.core.model.people import Role


def at_hand(viewer: Viewer) -> QuerySet[Site]:
    """Where their teams may sit: anywhere, or for an admin of one programme where it has teams, and at the first site."""
    if viewer.keeps_all:
        return Site.objects.all()
    theirs = within(viewer, Team.objects.all()).values("site")
    return Site.objects.filter(Q(pk=first_site().pk) | Q(pk__in=theirs))


def first_site() -> Site:
    """The site that new teams belong to; before `init` has made it, one with the defaults that is not stored."""
    return Site.objects.order_by("id").first() or Site(name="Main site")


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site and how it works; `working_days` are ISO weekdays."""

    id: int
    name: str
    timezone: str
    country: str
    region: str
    working_days: str
    session_minutes: int
    developmental_weeks: int
    dispute_days: int
    decide_days: int


def site_views(viewer: Viewer) -> list[SiteView]:
    """Every site, by name; nothing of it is about anybody.

    Raises:
        NotYoursError: the site is shared with programmes that are none of theirs.
    """
    must_keep_all(viewer, *Role)
    return _views(Site.objects.all())


def their_sites(viewer: Viewer) -> list[SiteView]:
    """Those at which a team of the programme is that they look at; all where the site is not divided."""
    every = Site.objects.all()
    if viewer.programme_id is None:
        return _views(every)
    return _views(every.filter(pk__in=within(viewer, Team.objects.all()).values("site")))


def _views(rows: QuerySet[Site]) -> list[SiteView]:
    return [
        SiteView(
            row.pk, row.name, row.timezone, row.country, row.subdivision, row.working_days, row.session_minutes,
            row.developmental_weeks, row.dispute_days, row.decide_days,
        )
        for row in rows.order_by("name")
    ]  # fmt: skip


def zone() -> ZoneInfo:
    """The zone in which dates of untidy imports are read and pages show times."""
    return ZoneInfo(first_site().timezone)


def first_local_date(moment: datetime) -> date:
    """The date at the first site."""
    return moment.astimezone(zone()).date()


def site_of(agent: Agent) -> Site:
    """The agent's site, by their team."""
    return agent.team.site if agent.team else first_site()


def zone_of(agent: Agent) -> ZoneInfo:
    """The agent's zone."""
    return ZoneInfo(site_of(agent).timezone)


def local_date(agent: Agent, moment: datetime) -> date:
    """The date at the agent's site."""
    return moment.astimezone(zone_of(agent)).date()


def site_zone(site: Site) -> ZoneInfo:
    """A site's zone."""
    return ZoneInfo(site.timezone)


def local(site: Site, day: date, at: time) -> datetime:
    """A site's wall clock as a moment; a time that the change of clocks leaves out is the one that long after it."""
    zone = site_zone(site)
    return datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone)


def calendar_of(agent: Agent, *, around: date) -> WorkingCalendar:
    """The working days of the agent's site less their own absences, for the years about `around`."""
    away = tuple((absence.first_day, absence.last_day) for absence in agent.absences.all())
    return replace(calendar_of_site(site_of(agent), around=around), away=away)


def calendar_of_site(site: Site, *, around: date) -> WorkingCalendar:
    """A site's working days, for the years about `around`."""
    public = _public_holidays(site.country, site.subdivision, around.year)
    closures = site.closures.all() if site.pk else ()
    return WorkingCalendar(frozenset(map(int, site.working_days)), public | {closure.day for closure in closures})


def check_place(site: Site) -> None:
    """Refuse a zone, country or region that nobody knows.

    Raises:
        RefusedError: with what would be right.
    """
    if site.timezone not in available_timezones():
        raise RefusedError(f"{site.timezone!r} is no IANA zone; for example Europe/London")
    if site.subdivision and not site.country:
        raise RefusedError(f"the region {site.subdivision!r} needs its country")
    try:
        _public_holidays(site.country, site.subdivision, 2026)
    except NotImplementedError as error:
        named = f"{site.country}, region {site.subdivision}" if site.subdivision else site.country
        known = getattr(getattr(holidays, site.country, None), "subdivisions", ())
        more = f"; {site.country} has {', '.join(known)}" if known else ""
        raise RefusedError(f"no public holidays are known of {named}{more}") from error


@lru_cache(maxsize=64)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    years = range(year - 1, year + 6)
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=years))
