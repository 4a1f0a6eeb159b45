"""Who is away: agents, for whom the five-day clock waits, and leaders, for whom somebody stands in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Model, QuerySet

from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import Absence, Agent, Focus, LeaderAbsence, Site, SiteClosure, StandIn, Suggested, User
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.people import must_keep_all
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, keeping
from coachloop.core.coaching.workdays import due
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.staff_lines import ClosureLine
from coachloop.core.model.wire import LONGEST_ABSENCE, AbsenceLine, BadLineError, row, taken

APPOINTS = (Role.OPERATIONS, Role.ADMIN)
"""Who says for a leader that they are away: somebody who is ill can't."""


@dataclass(frozen=True, slots=True)
class Days:
    """A first and a last day, both included."""

    first: date
    last: date

    def check(self) -> None:
        """Refuse days in the wrong order, or more than three years of them.

        Raises:
            RefusedError: with what would be right.
        """
        if not timedelta(0) <= self.last - self.first <= LONGEST_ABSENCE:
            raise WrongStateError(f"the last day must be from {self.first:%-d %B %Y} to three years later")


@transaction.atomic
def import_absences(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Store the absences of a file; one that is stored already is a duplicate. Clocks that run are read anew."""
    receipt, read = Receipt(), row(AbsenceLine)
    agents = {agent.key: agent for agent in viewing.within(viewer, Agent.objects.all())}
    met: set[str] = set()
    refusals = (BadLineError, UnknownNameError)
    for _, line in taken(lines, receipt, lambda line: _known(read(line), agents, now), refusals=refusals):
        agent = agents[line.agent_id]
        _, new = Absence.objects.get_or_create(agent=agent, first_day=line.first_day, last_day=line.last_day)
        receipt.accepted += new
        receipt.duplicates += not new
        met |= {agent.key} if new else set()
    _read_clocks_anew(met)
    audit.record(viewer, "absences.import", "absences", now=now, detail={"accepted": receipt.accepted})
    return receipt


@transaction.atomic
def import_closures(lines: Iterable[Line | Record | Refusal], *, viewer: Viewer, now: datetime) -> Receipt:
    """Store days on which sites are closed beside their public holidays; a day that is stored already is a duplicate."""
    receipt, read = Receipt(), row(ClosureLine)
    known = {site.name: site for site in Site.objects.order_by("-id")}
    for _, (site, line) in taken(lines, receipt, lambda line: _at_a_site(read(line), known)):
        _, new = SiteClosure.objects.get_or_create(site=site, day=line.day, defaults={"name": line.name})
        receipt.accepted += new
        receipt.duplicates += not new
    _read_clocks_anew(Agent.objects.values_list("key", flat=True))
    audit.record(viewer, "closures.import", "closures", now=now, detail={"accepted": receipt.accepted})
    return receipt


def _at_a_site(line: ClosureLine, known: dict[str, Site]) -> tuple[Site, ClosureLine]:
    site = known.get(line.site) if line.site else next(reversed(known.values()), None)
    if site is None:
        raise BadLineError(f"site: there is no site {line.site!r}; there are {', '.join(known) or 'none'}")
    return site, line


@transaction.atomic
def add_closure(*, viewer: Viewer, site_id: int, day: date, name: str, now: datetime) -> SiteClosure:
    """Note a day on which a site is closed: it counts on no clock of its agents.

    Raises:
        NotYoursError: an admin does, in a divided installation of all programmes.
        WrongStateError: the day is noted already, or too far ahead.
    """
    must_keep_all(viewer)
    site = keeping.site(site_id)
    if day > _furthest(now):
        raise WrongStateError(f"choose a day up to {_furthest(now):%-d %B %Y}: nobody plans further ahead")
    closure, new = SiteClosure.objects.get_or_create(site=site, day=day, defaults={"name": name.strip()[:200]})
    if not new:
        raise WrongStateError(f"it is noted already that {site.name} is closed on {day:%-d %B %Y}")
    _read_clocks_anew(Agent.objects.filter(team__site=site).values_list("key", flat=True))
    audit.record(viewer, "closure.add", f"site:{site.pk}", now=now, detail={"day": day.isoformat()})
    return closure


@transaction.atomic
def remove_closure(*, viewer: Viewer, closure_id: int, now: datetime) -> None:
    """Take a day out on which a site is open after all.

    Raises:
        NotYoursError: an admin does, in a divided installation of all programmes.
    """
    must_keep_all(viewer)
    closure = SiteClosure.objects.select_related("site").get(pk=closure_id)
    closure.delete()
    _read_clocks_anew(Agent.objects.filter(team__site=closure.site).values_list("key", flat=True))
    audit.record(viewer, "closure.remove", f"site:{closure.site_id}", now=now, detail={"day": closure.day.isoformat()})


def _known(line: AbsenceLine, agents: dict[str, Agent], now: datetime) -> AbsenceLine:
    if line.agent_id not in agents:
        raise UnknownNameError(f"no agent {line.agent_id!r}; import their scores or calls first")
    if line.last_day > _furthest(now):
        raise BadLineError(f"last_day must be at most three years ahead, by {_furthest(now)}; got {line.last_day}")
    return line


def _furthest(now: datetime) -> date:
    """Up to when somebody may be away: absences that follow each other for ever would leave a clock without an end."""
    return now.date() + LONGEST_ABSENCE


@transaction.atomic
def add_absence(*, viewer: Viewer, agent_key: str, days: Days, now: datetime) -> Absence:
    """Note that an agent is away: these days do not count on their five-day clock.

    Raises:
        NotYoursError: only the agent's leader notes it.
        WrongStateError: the days are in the wrong order, or noted already.
    """
    agent = _led_agent(viewer, agent_key)
    days.check()
    if days.last > _furthest(now):
        raise WrongStateError(f"choose days up to {_furthest(now):%-d %B %Y}: nobody plans further ahead")
    absence, new = Absence.objects.get_or_create(agent=agent, first_day=days.first, last_day=days.last)
    if not new:
        raise WrongStateError(f"it is noted already that {agent.name} is away on these days")
    _read_clocks_anew({agent.key})
    audit.record(viewer, "absence.add", f"agent:{agent.key}", now=now, detail=_detail(days))
    return absence


@transaction.atomic
def remove_absence(*, viewer: Viewer, absence_id: int, now: datetime) -> None:
    """Forget an absence that does not take place.

    Raises:
        NotYoursError: only the agent's leader does.
    """
    absence = Absence.objects.select_related("agent").get(pk=absence_id, agent__in=viewing.agents(viewer))
    agent = _led_agent(viewer, absence.agent.key)
    days = Days(absence.first_day, absence.last_day)
    absence.delete()
    _read_clocks_anew({agent.key})
    audit.record(viewer, "absence.remove", f"agent:{agent.key}", now=now, detail=_detail(days))


def _read_clocks_anew(agent_keys: Iterable[str]) -> None:
    """Give open foci, and suggestions that stand, the due day that days off make of it; the day they count from stays."""
    keys = list(agent_keys)
    foci = _with_days_off(Focus.objects.filter(agent__key__in=keys, closed_at__isnull=True, clock_day__isnull=False))
    for focus in foci:
        focus.due_on = _due(focus.agent, focus.clock_day) if focus.clock_day else None
    Focus.objects.bulk_update(foci, ["due_on"])
    standing = _with_days_off(Suggested.objects.filter(agent__key__in=keys, ended_on__isnull=True))
    for gap in standing:
        gap.due_on = _due(gap.agent, gap.clock_day)
    Suggested.objects.bulk_update(standing, ["due_on"])


def _due(agent: Agent, day: date) -> date:
    return due(day, sites.calendar_of(agent, around=day))


def _with_days_off[Row: Model](rows: QuerySet[Row]) -> list[Row]:
    with_site = rows.select_related("agent__team__site")
    return list(with_site.prefetch_related("agent__absences", "agent__team__site__closures"))


def _led_agent(viewer: Viewer, agent_key: str) -> Agent:
    agent = viewing.agents(viewer).select_related("team__site").get(key=agent_key)
    if viewer.everything or (viewer.has(Role.TEAM_LEADER) and agent.team_id in viewer.team_ids):
        return agent
    raise NotYoursError(f"absences of {agent.name} belong to their own team leader")


@transaction.atomic
def leader_away(
    *, viewer: Viewer, leader_id: int, days: Days, now: datetime, stand_in_id: int | None = None
) -> LeaderAbsence:
    """Note that a leader is away, and who stands in for all their teams; the five-day clock does not wait.

    Raises:
        NotYoursError: only they themselves, operations or an admin note it.
        WrongStateError: the days are over or in the wrong order, or the person can't stand in.
    """
    leader = _leader(viewer, leader_id)
    _must_appoint(viewer, leader)
    days.check()
    if days.last < sites.first_local_date(now):
        raise WrongStateError("these days are over")
    absence, _ = LeaderAbsence.objects.get_or_create(user=leader, first_day=days.first, last_day=days.last)
    if stand_in_id is not None:
        other = _leader(viewer, stand_in_id)
        _must_be_able(viewer, other, leader, days=days)
        teams = viewing.within(viewer, leader.led_teams.all())
        StandIn.objects.filter(team__in=teams, first_day__lte=days.last, last_day__gte=days.first).delete()
        StandIn.objects.bulk_create(
            StandIn(team=team, user=other, first_day=days.first, last_day=days.last) for team in teams
        )
    detail = {**_detail(days), "stand_in": stand_in_id}
    audit.record(viewer, "leader.away", f"user:{leader.pk}", now=now, detail=detail)
    return absence


@transaction.atomic
def leader_back(*, viewer: Viewer, absence_id: int, now: datetime) -> None:
    """Note that a leader is back, or does not go: whoever stood in does so no more, from today on.

    Raises:
        NotYoursError: only they themselves, operations or an admin note it.
    """
    absence = LeaderAbsence.objects.select_related("user").get(pk=absence_id)
    _leader(viewer, absence.user_id)
    _must_appoint(viewer, absence.user)
    yesterday = sites.first_local_date(now) - timedelta(days=1)
    theirs = StandIn.objects.filter(
        team__in=viewing.within(viewer, absence.user.led_teams.all()),
        first_day__lte=absence.last_day,
        last_day__gte=absence.first_day,
    )
    theirs.filter(first_day__gt=yesterday).delete()
    theirs.filter(last_day__gt=yesterday).update(last_day=yesterday)
    if absence.first_day > yesterday:
        absence.delete()
    else:
        absence.last_day = min(absence.last_day, yesterday)
        absence.save(update_fields=["last_day"])
    audit.record(viewer, "leader.back", f"user:{absence.user_id}", now=now)


def _leader(viewer: Viewer, pk: int) -> User:
    """Somebody who works in the programme that they look at; all are there where the site is not divided."""
    here = User.objects.all() if viewer.programme_id is None else viewing.people(viewer, *Role)
    return here.get(pk=pk)


def _must_appoint(viewer: Viewer, leader: User) -> None:
    if viewer.has(*APPOINTS) or (viewer.has(Role.TEAM_LEADER) and viewer.user == leader):
        return
    raise NotYoursError("who is away is noted by the leader, by operations or by an admin")


def _must_be_able(viewer: Viewer, other: User, leader: User, *, days: Days) -> None:
    """Refuse somebody who can't stand in.

    Raises:
        WrongStateError: they lead nobody, are the leader, or are away themselves.
    """
    refusals: list[tuple[bool, str]] = [
        (other == leader, "nobody stands in for themselves; choose another leader"),
        (
            not viewing.people(viewer, Role.TEAM_LEADER).filter(pk=other.pk).exists(),
            "whom you chose is no team leader here; who stands in holds sessions, so it takes one",
        ),
        (
            other.absences.filter(first_day__lte=days.last, last_day__gte=days.first).exists(),
            f"{other.name} is away in these days too; choose somebody else",
        ),
    ]
    wrong: RefusedError | None = next((WrongStateError(words) for no, words in refusals if no), None)
    if wrong:
        raise wrong


def _detail(days: Days) -> dict[str, str]:
    return {"first": days.first.isoformat(), "last": days.last.isoformat()}
