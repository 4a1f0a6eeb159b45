"""Protected time as the calendar shows it: every occurrence of a team's slots, and what each is good for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Prefetch, Q

from coachloop.app.models import BusyTime, Session, Slot, SlotMove, StandIn, Team, User
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.plan import Opening, Span
from coachloop.core.coaching.protected import WeeklyTime, monday_of, suggest
from coachloop.core.coaching.workdays import WorkingCalendar
from coachloop.core.model.people import Role


class State(StrEnum):
    """What an occurrence is good for."""

    FREE = "free"
    TAKEN = "taken"
    PAST = "past"
    CLOSED = "closed"
    BUSY = "busy"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Booked:
    """A session in a slot."""

    session_id: int
    agent_name: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A slot in one week. `moved_from` and `reason` are there where it was taken away and has this place instead."""

    slot_id: int
    monday: date
    day: date
    span: Span
    state: State
    booked: tuple[Booked, ...] = ()
    moved_from: date | None = None
    reason: str = ""

    @property
    def opening(self) -> Opening:
        """As the planner sees it."""
        return Opening(self.day, self.span)


@dataclass(frozen=True, slots=True)
class Leading:
    """Who leads a team on which days: the leader, or whoever stands in; nobody where neither is there."""

    leader: User | None
    away: tuple[tuple[date, date], ...]
    stand_ins: tuple[StandIn, ...]

    def on(self, day: date) -> User | None:
        """Who leads on a day."""
        if (standing := self.stands_in(day)) is not None:
            return standing
        return None if self.is_away(day) else self.leader

    def is_away(self, day: date) -> bool:
        """Whether the leader is away."""
        return any(first <= day <= last for first, last in self.away)

    def stands_in(self, day: date) -> User | None:
        """Who stands in on a day."""
        return next((row.user for row in self.stand_ins if row.first_day <= day <= row.last_day), None)

    @property
    def people(self) -> list[User]:
        """Everybody who leads at some time."""
        return [*([self.leader] if self.leader else []), *(row.user for row in self.stand_ins)]


@dataclass(frozen=True, slots=True)
class Diary:
    """What a team's occurrences are judged by, loaded once."""

    team: Team
    calendar: WorkingCalendar
    leading: Leading
    sessions: tuple[Session, ...]
    busy: tuple[BusyTime, ...]
    now: datetime

    def session_span(self, session: Session) -> Span:
        """When a planned session takes place."""
        starts = session.planned_for or self.now
        return Span(starts, starts + timedelta(minutes=self.team.site.session_minutes))

    def agent_busy(self, agent_id: int, user_id: int | None) -> tuple[Span, ...]:
        """When an agent has something else."""
        own = [self.session_span(row) for row in self.sessions if row.agent_id == agent_id]
        return (*own, *(Span(row.starts_at, row.ends_at) for row in self.busy if user_id and row.user_id == user_id))


def leading(team: Team) -> Leading:
    """Who leads a team when; its leader's absences and its stand-ins are asked for here."""
    away = tuple(team.leader.absences.values_list("first_day", "last_day")) if team.leader else ()
    return Leading(team.leader, away, tuple(team.stand_ins.select_related("user").order_by("pk")))


def diary(team: Team, *, first: date, last: date, now: datetime) -> Diary:
    """Everything about a team's days from `first` to `last`."""
    leads = leading(team)
    begin, end = sites.local(team.site, first, time(0)), sites.local(team.site, last + timedelta(days=1), time(0))
    theirs = Q(agent__team=team) | Q(leader__in=leads.people)
    planned = Session.objects.filter(theirs, status=SessionStatus.PLANNED, planned_for__gte=begin - timedelta(hours=2))
    people = [*leads.people, *User.objects.filter(agent__team=team)]
    return Diary(
        team=team,
        calendar=sites.calendar_of_site(team.site, around=first),
        leading=leads,
        sessions=tuple(planned.filter(planned_for__lt=end).select_related("agent")),
        busy=tuple(BusyTime.objects.filter(user__in=people, starts_at__lt=end, ends_at__gt=begin)),
        now=now,
    )


def occurrences(seen: Diary, *, first: date, last: date) -> list[Occurrence]:
    """Every occurrence of the team's slots in these days, in the order of time."""
    weeks = range(0, (last - monday_of(first)).days + 1, 7)
    mondays = [monday_of(first) + timedelta(days=days) for days in weeks]
    moves = Prefetch("moves", SlotMove.objects.filter(monday__in=mondays), to_attr="shown_moves")
    found = [
        one
        for slot in seen.team.slots.prefetch_related(moves)
        for monday in mondays
        if (one := _occurrence(seen, slot, monday)) and first <= one.day <= last
    ]
    return sorted(found, key=lambda one: (one.span.starts, one.slot_id))


def _occurrence(seen: Diary, slot: Slot, monday: date) -> Occurrence | None:
    planned_day = monday + timedelta(days=slot.weekday - 1)
    if planned_day < slot.first_day or (slot.last_day and planned_day > slot.last_day):
        return None
    moves: list[SlotMove] = getattr(slot, "shown_moves", [])
    move = next((row for row in moves if row.monday == monday), None)
    day = monday + timedelta(days=move.new_weekday - 1) if move else planned_day
    starts = sites.local(seen.team.site, day, move.new_starts if move else slot.starts)
    span = Span(starts, starts + timedelta(minutes=slot.minutes))
    in_it = [row for row in seen.sessions if seen.session_span(row).meets(span)]
    return Occurrence(
        slot_id=slot.pk,
        monday=monday,
        day=day,
        span=span,
        state=_state(seen, day, span, taken=bool(in_it)),
        booked=tuple(Booked(row.pk, row.agent.name) for row in in_it if row.agent.team_id == seen.team.pk),
        moved_from=planned_day if move else None,
        reason=move.reason if move else "",
    )


def _state(seen: Diary, day: date, span: Span, *, taken: bool) -> State:
    if span.starts <= seen.now:
        return State.PAST
    if taken:
        return State.TAKEN
    if not seen.calendar.works(day):
        return State.CLOSED
    leads = seen.leading.on(day)
    if leads is None:
        return State.NOBODY
    busy = (Span(row.starts_at, row.ends_at) for row in seen.busy if row.user_id == leads.pk)
    return State.BUSY if any(one.meets(span) for one in busy) else State.FREE


@dataclass(frozen=True, slots=True)
class SlotDay:
    """One day of the page's week."""

    day: date
    open: bool
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class WeeklySlot:
    """A slot as it comes back every week."""

    id: int
    weekday_name: str
    time: WeeklyTime
    first_day: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class TeamName:
    """A team to choose."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class SlotWeek:
    """A team's protected time in one week. `need` is one slot an agent; `lacking` are the times that would fill it up."""

    teams: tuple[TeamName, ...]
    team: TeamName
    zone: str
    monday: date
    days: tuple[SlotDay, ...]
    weekly: tuple[WeeklySlot, ...]
    need: int
    lacking: tuple[WeeklyTime, ...]
    minutes: int
    weekdays: tuple[tuple[int, str], ...]

    @property
    def previous(self) -> date:
        """The Monday before."""
        return self.monday - timedelta(days=7)

    @property
    def following(self) -> date:
        """The Monday after."""
        return self.monday + timedelta(days=7)


FAR = 3660
"""Days: a week that is further away is nobody's plan, and near the end of time has no following one."""

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def led_teams(viewer: Viewer) -> list[Team]:
    """The teams in which the viewer acts today."""
    rows = viewing.teams(viewer).select_related("site", "leader").order_by("name")
    return [row for row in rows if viewer.has(Role.TEAM_LEADER) and (viewer.everything or row.pk in viewer.team_ids)]


def led_team(viewer: Viewer, key: str = "") -> Team | None:
    """One of them by its key; the first where none is named."""
    return next((row for row in led_teams(viewer) if key in {row.key, ""}), None)


def slot_week(viewer: Viewer, *, team: str = "", day: date | None = None, now: datetime) -> SlotWeek | None:
    """The week of `day` (today's where none is given) of a team that the viewer leads; None where they lead none such."""
    row = led_team(viewer, team)
    if row is None:
        return None
    today = now.astimezone(sites.site_zone(row.site)).date()
    monday = monday_of(day if day and abs((day - today).days) <= FAR else today)
    sunday = monday + timedelta(days=6)
    seen = diary(row, first=monday, last=sunday, now=now)
    shown = occurrences(seen, first=monday, last=sunday)
    weekly = weekly_slots(row, since=max(monday, today))
    weekdays = sorted(map(int, row.site.working_days))
    need = row.agents.count()
    return SlotWeek(
        teams=tuple(TeamName(each.key, each.name) for each in led_teams(viewer)),
        team=TeamName(row.key, row.name),
        zone=row.site.timezone,
        monday=monday,
        days=tuple(_days(seen, shown, monday)),
        weekly=weekly,
        need=need,
        lacking=suggest(
            need, weekdays=weekdays, minutes=row.site.session_minutes, taken=[one.time for one in _lasting(weekly)]
        ),
        minutes=row.site.session_minutes,
        weekdays=tuple((number, NAMES[number - 1]) for number in weekdays),
    )


def _lasting(weekly: tuple[WeeklySlot, ...]) -> list[WeeklySlot]:
    return [one for one in weekly if one.last_day is None]


def _days(seen: Diary, shown: list[Occurrence], monday: date) -> Iterator[SlotDay]:
    for days in range(7):
        day = monday + timedelta(days=days)
        theirs = tuple(one for one in shown if one.day == day)
        if theirs or day.isoweekday() in seen.calendar.weekdays:
            yield SlotDay(day, seen.calendar.works(day), theirs)


def weekly_slots(team: Team, *, since: date) -> tuple[WeeklySlot, ...]:
    """The slots that a team has from a day on, in the order of the week."""
    rows = team.slots.filter(Q(last_day__isnull=True) | Q(last_day__gte=since)).order_by("weekday", "starts", "pk")
    return tuple(
        WeeklySlot(
            row.pk,
            NAMES[row.weekday - 1],
            WeeklyTime(row.weekday, row.starts, row.minutes),
            row.first_day,
            row.last_day,
        )
        for row in rows
    )


def team_of_slot(viewer: Viewer, slot_id: int) -> str | None:
    """The key of the team whose slot this is; None where the viewer does not lead it."""
    slot = Slot.objects.filter(pk=slot_id, team__in=led_teams(viewer)).select_related("team").first()
    return slot.team.key if slot else None
