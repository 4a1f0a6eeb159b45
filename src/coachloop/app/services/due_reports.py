"""What is due by each person's own clock is written and put into the outbox: on their working days, once, if there is something to say."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from coachloop.app.models import Agent, Message, ReportChoice, Site, User
from coachloop.app.queries import digests, sites
from coachloop.app.queries.programmes import operators
from coachloop.app.queries.report import AgentReport, daily_reports, weekly_reports
from coachloop.app.queries.report_choices import OWNERS
from coachloop.app.queries.viewing import OPERATOR, all_of, viewer
from coachloop.app.services import audit, messages
from coachloop.app.services.messages import Words
from coachloop.core.coaching.report import Kind, Report, is_time
from coachloop.core.coaching.workdays import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody for whom it is time, on the day at their site; `agent` where they are one. What they are told is of one programme."""

    choice: ReportChoice
    programme: int | None
    today: date
    agent: Agent | None
    calendar: WorkingCalendar
    site_calendar: WorkingCalendar

    @property
    def user(self) -> User:
        """Who."""
        return self.choice.user

    @property
    def monday(self) -> date:
        """Of this week."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def working_day_before(self) -> date:
        """The site's last working day before today."""
        day = self.today - timedelta(days=1)
        while not self.site_calendar.works(day):
            day -= timedelta(days=1)
        return day

    def is_first_since(self, day: date) -> bool:
        """Whether today is their first working day since then."""
        return not any(self.calendar.works(day + timedelta(days=n)) for n in range((self.today - day).days))

    @property
    def is_last_of_week(self) -> bool:
        """Whether they don't work any more this week."""
        left = 6 - self.today.weekday()
        return not any(self.calendar.works(self.today + timedelta(days=n)) for n in range(1, left + 1))


type Made = Iterator[tuple[Due, Report]]


def put_due(*, now: datetime) -> int:
    """Put what is due; harmless to repeat, since nothing is put twice.

    Returns:
        How many messages are new.
    """
    groups: dict[tuple[Kind, str, int | None], list[Due]] = defaultdict(list)
    for one in _due(now):
        kind = Kind(one.choice.kind)
        if about := ABOUT[kind](one):
            groups[kind, about, one.programme].append(one)
    return sum(_put_group(kind, about, rows, now=now) for (kind, about, _), rows in groups.items())


def put_daily(*, template: str, day: date, agents: Collection[str] | None, now: datetime) -> int:
    """Put one day's reports for those who want them, whatever the hour."""
    rows = ReportChoice.objects.filter(kind=Kind.DAILY, template__key=template, on=True, user__is_active=True)
    chosen = {row.user.agent.key: row for row in rows.exclude(ways=[]).select_related("user__agent") if _is_agent(row)}
    wanted = [key for key in chosen if agents is None or key in agents]
    found = daily_reports(OPERATOR, template=template, day=day, agents=wanted)
    made = ((chosen[one.agent_key], one.report) for one in found)
    return sum(
        _put(row, f"{template}:{day}", report, programme=row.user.agent.programme_id, now=now) for row, report in made
    )


def words_of(report: Report) -> Words:
    """A report as a message; words of calls stay in the house unless the operator lets them out."""
    told = report if settings.CONFIG.report_quotes else report.without_quotes()
    html = render_to_string("coachloop/mail/report.html", _shown(told))
    return Words(subject=told.subject, text=text_of(told), html=html)


def text_of(report: Report) -> str:
    """A report as plain text, with all that it holds."""
    return render_to_string("coachloop/mail/report.txt", _shown(report))


def _shown(report: Report) -> dict[str, object]:
    return {"report": report, "address": settings.ADDRESS, "choices": reverse("report-choices")}


def _put_group(kind: Kind, about: str, rows: list[Due], *, now: datetime) -> int:
    name = _named(kind, about, rows[0].programme)
    told = set(Message.objects.filter(kind=kind, about=name).values_list("user_id", "way"))
    waiting = [one for one in rows if any((one.user.pk, way) not in told for way in one.choice.ways)]
    return sum(
        _put(one.choice, name, report, programme=one.programme, now=now)
        for one, report in MAKE[kind](waiting, about, now)
    )


def _named(kind: Kind, about: str, programme: int | None) -> str:
    """What a message is about: an agent is in one programme, whoever leads may be in several, and is told of each."""
    return about if programme is None or kind in AGENTS else f"{about}#{programme}"


def _put(choice: ReportChoice, about: str, report: Report, *, programme: int | None, now: datetime) -> int:
    words = words_of(report)
    new = sum(messages.put(choice.user, words, kind=choice.kind, about=about, way=way, now=now) for way in choice.ways)
    if new and settings.CONFIG.report_quotes:
        audit.look(viewer(choice.user, now=now, programme=programme), *report.calls, now=now)
    return new


def _due(now: datetime) -> Iterator[Due]:
    """Choices whose time has come, on a working day of whoever made them."""
    rows = ReportChoice.objects.filter(on=True, user__is_active=True).exclude(ways=[])
    rows = rows.select_related("user__agent__team__site", "template").prefetch_related(
        "user__grants", "user__led_teams__site__closures", "user__agent__absences", "user__agent__team__site__closures"
    )
    first, every = sites.first_site(), [one.programme_id for one in operators()]
    for row in rows:
        agent, site = _place(row.user, first)
        local = now.astimezone(sites.site_zone(site))
        of = _programmes(row, agent, every) if is_time(row.at, local) else ()
        if not of:
            continue
        theirs = sites.calendar_of_site(site, around=local.date())
        calendar = sites.calendar_of(agent, around=local.date()) if agent else theirs
        if calendar.works(local.date()):
            yield from (Due(row, one, local.date(), agent, calendar, theirs) for one in of)


def _programmes(row: ReportChoice, agent: Agent | None, every: Sequence[int | None]) -> Sequence[int | None]:
    """The programmes of which somebody is told: those where they hold the role that it is for."""
    kind = Kind(row.kind)
    held = {grant.programme_id for grant in row.user.grants.all() if grant.role == OWNERS[kind]}
    theirs = [one for one in every if one in held or None in held]
    return [one for one in theirs if agent and one == agent.programme_id] if kind in AGENTS else theirs


def _place(user: User, first: Site) -> tuple[Agent | None, Site]:
    """Where somebody's clock hangs: their own team's site, the one they lead at, else the first."""
    agent = getattr(user, "agent", None)
    if agent:
        return agent, sites.site_of(agent)
    led = next(iter(user.led_teams.all()), None)
    return None, led.site if led else first


def _is_agent(row: ReportChoice) -> bool:
    return getattr(row.user, "agent", None) is not None


def _about_day(one: Due) -> str:
    return f"{one.choice.template.key}:{one.working_day_before}" if one.agent and one.choice.template else ""


def _about_week_before(one: Due) -> str:
    return str(one.monday - timedelta(weeks=1)) if one.agent and one.is_first_since(one.monday) else ""


def _about_plan(one: Due) -> str:
    return str(one.monday) if one.is_first_since(one.monday) else ""


def _about_moved(one: Due) -> str:
    return str(one.monday) if one.is_last_of_week else ""


def _about_month(one: Due) -> str:
    first = one.today.replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}" if one.is_first_since(first) else ""


def _days(rows: list[Due], about: str, now: datetime) -> Made:
    del now
    template, _, day = about.partition(":")
    who = all_of(rows[0].programme) if rows else OPERATOR
    return _of_agents(
        rows, lambda keys: daily_reports(who, template=template, day=date.fromisoformat(day), agents=keys)
    )


def _weeks(rows: list[Due], about: str, now: datetime) -> Made:
    del now
    who = all_of(rows[0].programme) if rows else OPERATOR
    return _of_agents(rows, lambda keys: weekly_reports(who, monday=date.fromisoformat(about), agents=keys))


def _of_agents(rows: list[Due], made: Callable[[list[str]], Iterable[AgentReport]]) -> Made:
    by_key = {one.agent.key: one for one in rows if one.agent}
    for found in made(list(by_key)) if by_key else ():
        yield by_key[found.agent_key], found.report


def _each(rows: list[Due], make: Callable[[Due], Report | None]) -> Made:
    for one in rows:
        if report := make(one):
            yield one, report


def _plans(rows: list[Due], about: str, now: datetime) -> Made:
    del about
    return _each(rows, lambda one: digests.plan(viewer(one.user, now=now, programme=one.programme), today=one.today))


def _moved(rows: list[Due], about: str, now: datetime) -> Made:
    return _each(
        rows,
        lambda one: digests.moved(viewer(one.user, now=now, programme=one.programme), monday=date.fromisoformat(about)),
    )


def _months(rows: list[Due], about: str, now: datetime) -> Made:
    first = date.fromisoformat(f"{about}-01")
    return _each(rows, lambda one: digests.month(viewer(one.user, now=now, programme=one.programme), first_day=first))


AGENTS = (Kind.DAILY, Kind.WEEKLY)
"""What an agent is told of themselves."""

ABOUT: dict[Kind, Callable[[Due], str]] = {
    Kind.DAILY: _about_day,
    Kind.WEEKLY: _about_week_before,
    Kind.PLAN: _about_plan,
    Kind.MOVED: _about_moved,
    Kind.MONTHLY: _about_month,
}
"""What each kind is about today; empty where it is not its day."""

MAKE: dict[Kind, Callable[[list[Due], str, datetime], Made]] = {
    Kind.DAILY: _days,
    Kind.WEEKLY: _weeks,
    Kind.PLAN: _plans,
    Kind.MOVED: _moved,
    Kind.MONTHLY: _months,
}
"""How each kind is written, for all who wait for the same."""
