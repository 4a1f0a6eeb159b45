"""A team's week ahead: what is to be held against the time that is protected, what will breach and why, and a plan that fits."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from coachloop.app.models import Agent, Team
from coachloop.app.queries import mix, sites, slots
from coachloop.app.queries.focus import Suggestion
from coachloop.app.queries.slots import Diary, Occurrence, State
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.week import UnderWay, Week
from coachloop.core.coaching.agreement import SessionKind
from coachloop.core.coaching.plan import Need, Placed, Plan, Unplaced, Why, propose

AHEAD = 7
"""Days, today included, that need and capacity are compared over, and that a plan fills."""

HORIZON = 14
"""Days that the plan looks over, five working days with a holiday or two between: so that nobody takes a slot of this week
from somebody who could not wait for the next."""

LATE, PROMISED, SUGGESTED, OFFERED = 3.0, 2.0, 1.0, 0.5
"""What a session is worth: what is late comes before what was promised, that before what is suggested (up to 1 more by its
expected gain), and an offer last, until it has waited long."""

WAITING_WEEK = 0.25
"""What each week that a developmental conversation is overdue adds, so that a team short of slots does not do one kind only."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A session that wants a time. `topic` is what the leader sees; `key` names it in a form."""

    key: str
    agent_key: str
    agent_name: str
    kind: SessionKind
    topic: str
    due_on: date | None
    days_left: int | None
    need: Need = field(repr=False)


@dataclass(frozen=True, slots=True)
class Capacity:
    """The next days in numbers: sessions without a time, those that have one, and slots that are free."""

    to_hold: int
    planned: int
    free: int
    days: int = AHEAD

    @property
    def short(self) -> int:
        """How many slots are missing."""
        return max(0, self.to_hold - self.free)


@dataclass(frozen=True, slots=True)
class Breach:
    """Somebody whose five days will run out as things stand, and why."""

    agent_key: str
    agent_name: str
    session_id: int | None
    due_on: date
    days_left: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a plan."""

    wanted: Wanted
    starts_at: datetime

    @property
    def value(self) -> str:
        """As a form sends it back."""
        return f"{self.wanted.key}@{self.starts_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody the plan has no slot for, and why."""

    wanted: Wanted
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """That the leader is away, and who stands in; `until` is the last day."""

    leader: str
    first: date
    until: date
    by: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The week ahead of one team."""

    team_key: str
    team_name: str
    capacity: Capacity
    breaches: tuple[Breach, ...]
    plan: tuple[Row, ...]
    left: tuple[Left, ...]
    standing: tuple[Standing, ...]
    slots: int

    def row(self, key: str) -> Row | None:
        """The line for a session."""
        return next((one for one in self.plan if one.wanted.key == key), None)


def ahead(viewer: Viewer, week: Week, *, now: datetime) -> Ahead | None:
    """What lies ahead of the team whose week this is.

    Returns:
        None where it is not the week of one team that the viewer leads.
    """
    if week.team is None or week.team.key not in week.led:
        return None
    team = slots.led_team(viewer, week.team.key)
    return _ahead(team, week, now) if team else None


def _ahead(team: Team, week: Week, now: datetime) -> Ahead:
    today = now.astimezone(sites.site_zone(team.site)).date()
    last, far = today + timedelta(days=AHEAD - 1), today + timedelta(days=HORIZON - 1)
    seen = slots.diary(team, first=today, last=far, now=now)
    agents = _agents(team)
    wanted = [*_Wants(agents, seen, today).all(week)]
    every = slots.occurrences(seen, first=today, last=far)
    soon = [one for one in every if one.day <= last]
    plan, by_key = _fit(wanted, every), {one.key: one for one in wanted}
    words = _Words(seen, agents, far=far)
    return Ahead(
        team_key=team.key,
        team_name=team.name,
        capacity=Capacity(len(wanted), _planned(seen, last), sum(one.state is State.FREE for one in soon)),
        breaches=tuple(_breaches(plan, week, by_key, words=words)),
        plan=tuple(
            Row(by_key[one.need.key], one.opening.span.starts) for one in plan.placed if one.opening.day <= last
        ),
        left=(
            *(Left(by_key[one.need.key], words.left(one)) for one in plan.unplaced),
            *(Left(by_key[one.need.key], _kept(one)) for one in plan.placed if one.opening.day > last),
        ),
        standing=tuple(_standing(seen, today)),
        slots=len(every),
    )


def _agents(team: Team) -> dict[str, Agent]:
    rows = team.agents.select_related("team__site", "user").prefetch_related("absences", "team__site__closures")
    return {row.key: row for row in rows}


def _fit(wanted: Iterable[Wanted], shown: Iterable[Occurrence]) -> Plan:
    return propose([one.need for one in wanted], [one.opening for one in shown if one.state is State.FREE])


def _kept(one: Placed) -> str:
    return f"Not these days; the slot on {_day(one.opening.day)} is kept for it."


def _planned(seen: Diary, last: date) -> int:
    zone = sites.site_zone(seen.team.site)
    theirs = [row for row in seen.sessions if row.agent.team_id == seen.team.pk and row.planned_for]
    return sum(row.planned_for.astimezone(zone).date() <= last for row in theirs if row.planned_for)


@dataclass(frozen=True, slots=True)
class _Wants:
    """Puts together who wants a time."""

    agents: Mapping[str, Agent]
    seen: Diary
    today: date

    def all(self, week: Week) -> Iterator[Wanted]:
        """Sessions without a time, suggestions nobody has taken up, and developmental conversations that are due."""
        for row in week.under_way:
            if row.agent_key in self.agents and _wants_a_time(row, self.seen.now):
                value = PROMISED if row.kind is SessionKind.PERFORMANCE else SUGGESTED
                yield self._one(row, key=f"session:{row.session_id}", value=value)
        most = max((row.expected_gain for row in week.to_coach), default=0) or 1
        for each in week.to_coach:
            if each.agent_key in self.agents:
                value = SUGGESTED + max(0.0, each.expected_gain / most)
                yield self._one(each, key=f"focus:{each.agent_key}:{each.template}/{each.behaviour}", value=value)
        overdue = _overdue(week, self.today)
        for each in week.offers:
            if each.agent_key in overdue:
                value = OFFERED + min(PROMISED, WAITING_WEEK * overdue[each.agent_key])
                yield self._one(each, key=f"offer:{each.agent_key}", value=value)

    def _one(self, row: UnderWay | Suggestion, *, key: str, value: float) -> Wanted:
        agent = self.agents[row.agent_key]
        late = row.due_on is not None and row.due_on < self.today
        need = Need(
            key=key,
            value=LATE + value if late else value,
            due=None if late else row.due_on,
            calendar=sites.calendar_of(agent, around=self.today),
            busy=self.seen.agent_busy(agent.pk, agent.user_id),
        )
        topic = row.title or "Developmental conversation"
        return Wanted(
            key,
            agent.key,
            agent.name,
            SessionKind(row.kind),
            topic,
            due_on=row.due_on,
            days_left=row.days_left,
            need=need,
        )


def _wants_a_time(row: UnderWay, now: datetime) -> bool:
    """Whether a session has no time, or its time went by and nobody wrote down that it was held."""
    return row.planned_for is None or row.planned_for < now


def _overdue(week: Week, today: date) -> dict[str, int]:
    """For every agent whose developmental conversation is due, by how many weeks; 0 for those who never had one."""
    due = mix.offers(week.offers, today=today).due
    return {each.agent_key: (today - each.due_on).days // 7 if each.due_on else 0 for each in due}


def _breaches(plan: Plan, week: Week, by_key: Mapping[str, Wanted], *, words: "_Words") -> Iterator[Breach]:
    """Who finds no slot in time, and whose planned time is no good; soonest first."""
    found = [
        Breach(one.agent_key, one.agent_name, None, one.due_on, one.days_left, words.left(row))
        for row in plan.unplaced
        if (one := by_key[row.need.key]).due_on and one.days_left is not None and row.need.due
    ]
    found += [
        Breach(row.agent_key, row.agent_name, row.session_id, row.due_on, row.days_left, why)
        for row in week.under_way
        if row.due_on and row.days_left is not None and row.days_left >= 0 and (why := words.planned(row))
    ]
    yield from sorted(found, key=lambda one: (one.due_on, one.agent_name))


def _standing(seen: Diary, today: date) -> Iterator[Standing]:
    """Absences of the leader that touch the days ahead, each with who stands in, day by day."""
    leader = seen.leading.leader
    for first, until in sorted(seen.leading.away):
        if leader is None or until < today or first > today + timedelta(days=HORIZON - 1):
            continue
        days = [first + timedelta(days=step) for step in range((until - first).days + 1)]
        ahead_of_us = [day for day in days if day >= today and seen.calendar.works(day)]
        by = [seen.leading.stands_in(day) for day in ahead_of_us]
        names = dict.fromkeys(one.name for one in by if one)
        yield Standing(leader.name, first, until, " and ".join(names) if all(by) else "")


@dataclass(frozen=True, slots=True)
class _Words:
    """Says in words what keeps somebody from a slot."""

    seen: Diary
    agents: Mapping[str, Agent]
    far: date

    def left(self, one: Unplaced) -> str:
        """Why the plan has no slot for somebody."""
        limit = min(one.need.due or self.far, self.far)
        match one.why:
            case Why.NO_SLOT | Why.AFTER_DUE:
                return self._nobody(limit) or f"No free protected slot up to {_day(limit)}."
            case Why.AWAY:
                return f"Not at work on any day with a free slot up to {_day(limit)}."
            case Why.BUSY:
                return f"Has something else at every free slot up to {_day(limit)}."
            case Why.TAKEN:
                return f"The free slots up to {_day(limit)} go to sessions that come first: protect one more."

    def _nobody(self, limit: date) -> str:
        """That the leader is away and nobody stands in, where that is the reason."""
        leads, today = self.seen.leading, self.seen.now.astimezone(sites.site_zone(self.seen.team.site)).date()
        days = [today + timedelta(days=step) for step in range((limit - today).days + 1)]
        working = [day for day in days if self.seen.calendar.works(day)]
        if leads.leader is None or not any(leads.is_away(day) and leads.on(day) is None for day in working):
            return ""
        return f"{leads.leader.name} is away and nobody stands in: say who does."

    def planned(self, row: UnderWay) -> str:
        """Why a time that is planned is no good; empty where it is."""
        agent = self.agents.get(row.agent_key)
        if row.planned_for is None or row.due_on is None or agent is None:
            return ""
        day = sites.local_date(agent, row.planned_for)
        if row.planned_for < self.seen.now:
            return f"Planned for {_day(day)}, and not written down as held."
        if day > row.due_on:
            return f"Planned for {_day(day)}, after the fifth working day."
        if not sites.calendar_of(agent, around=day).works(day):
            return f"Planned for {_day(day)}, when {agent.name} is not at work."
        if self.seen.leading.on(day) is None and self.seen.leading.leader:
            return f"Planned for {_day(day)}, when {self.seen.leading.leader.name} is away and nobody stands in."
        return ""


def _day(day: date) -> str:
    return f"{day:%a %-d %b}"
