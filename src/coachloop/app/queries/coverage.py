"""How far the rules of coaching were kept in a month, team by team: counts with what each is of, and nobody's name."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from coachloop.app.errors import NotYoursError
from coachloop.app.models import Dispute, Focus, FollowUp, Gathering, Session, Suggested, Team
from coachloop.app.queries import sites, suggested
from coachloop.app.queries.follow_up import NO_TEAM
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.agreement import LEFT, DidWork, SessionKind, SessionStatus
from coachloop.core.coaching.follow_up import QA_LEAD_AFTER, days_late
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.model.people import Role

FEW = 10
"""Below so many a share says more than it knows: the counts alone are shown."""


class Of(NamedTuple):
    """A count, and what it is a count of."""

    number: int = 0
    of: int = 0

    @property
    def share(self) -> float | None:
        """The share; empty where there are too few to tell."""
        return self.number / self.of if self.of >= FEW else None


@dataclass(frozen=True, slots=True)
class Spent:
    """Minutes of `known` meetings out of `held`: how long the others took nobody wrote down."""

    minutes: int = 0
    known: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """One team's month, or that of all. `name` is empty for all of them.

    `in_time`: sessions held by the fifth working day, of foci whose fifth day is over or that were held by it, and of suggestions
    that ran out without anybody taking them up; these are `unheard`. `evidence`: of
    performance sessions held; `agreement`, `confirmed`, `contested`: of sessions held. `looked_back`: follow-ups closed, of those
    due; `looked_back_in_time` of those closed or waiting for long. `worked`: answered with yes, of those closed, `too_early` of
    which could not say yet. `decided_in_time`: disputes decided by their day, of those that were due or decided.
    """

    name: str
    in_time: Of
    unheard: int
    held: int
    evidence: Of
    agreement: Of
    confirmed: Of
    contested: Of
    looked_back: Of
    looked_back_in_time: Of
    worked: Of
    too_early: int
    performance: int
    developmental: int
    sessions: Spent
    huddles: Spent
    workshops: Spent
    decided_in_time: Of


@dataclass(frozen=True, slots=True)
class Coverage:
    """A month of all teams: `total` counts what was for several teams once."""

    first_day: date
    last_day: date
    teams: tuple[Kept, ...]
    total: Kept


def coverage(viewer: Viewer, *, first_day: date, today: date, last_day: date | None = None) -> Coverage:
    """The month that begins on this day, or the days until `last_day`, as far as they have come. Teams are those that agents are in now.

    Raises:
        NotYoursError: for operations alone.
    """
    if not viewer.has(Role.OPERATIONS):
        raise NotYoursError("how the rules are kept is for operations")
    last = last_day or month_end(first_day)
    month = _Month(viewer, first_day, last, today)
    facts = _Facts(
        month.foci(),
        month.unheard(),
        [*month.held()],
        [*month.look_backs()],
        [*month.gatherings()],
        month.disputes(),
        today,
    )
    named: list[tuple[int | None, str]] = [
        (row.pk, row.name) for row in within(viewer, Team.objects.order_by("name", "key"))
    ]
    if None in facts.team_ids():
        named.append((None, NO_TEAM))
    teams = tuple(_kept(facts.of_team(team), name) for team, name in named)
    return Coverage(first_day, last, teams, _kept(facts, ""))


def month_end(first_day: date) -> date:
    """The last day of the month that begins on this one."""
    return (first_day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_LEFT_BEFORE = Q(closed_because=LEFT, closed_at__date__lte=F("due_on"))
"""Nobody could have met them in time."""


@dataclass(frozen=True, slots=True)
class _Month:
    viewer: Viewer
    first: date
    last: date
    today: date

    def foci(self) -> list[Focus]:
        """Those whose fifth working day is in the month, and over or kept already."""
        foci = Focus.objects.filter(due_on__range=(self.first, self.last))
        rows = within(self.viewer, foci, "agent__programme").prefetch_related("sessions")
        over = frozenset(rows.filter(~_LEFT_BEFORE, due_on__lt=self.today).values_list("pk", flat=True))
        return [row for row in rows.select_related("agent") if row.pk in over or _in_time(row)]

    def unheard(self) -> list[Suggested]:
        """Suggestions that ran out in the month with nobody taking them up."""
        return suggested.unheard(self.viewer, first_day=self.first, last_day=self.last, today=self.today)

    def held(self) -> QuerySet[Session]:
        rows = Session.objects.filter(status=SessionStatus.HELD, held_on__range=(self.first, self.last))
        rows = within(self.viewer, rows, "agent__programme")
        return rows.select_related("agent", "focus__example__attempt")

    def look_backs(self) -> QuerySet[FollowUp]:
        rows = FollowUp.objects.filter(due_on__range=(self.first, min(self.last, self.today)), closed_because="")
        rows = within(self.viewer, rows, "session__agent__programme").select_related("session__agent__team__site")
        return rows.prefetch_related("session__agent__absences", "session__agent__team__site__closures")

    def gatherings(self) -> QuerySet[Gathering]:
        rows = Gathering.objects.filter(held_on__range=(self.first, self.last))
        return within(self.viewer, rows, "behaviour__template__programme").prefetch_related("attendances__agent")

    def disputes(self) -> list[Dispute]:
        """Those to be decided in the month whose day is over, and those decided already; what was taken back is none."""
        due = Dispute.objects.filter(decide_by__range=(self.first, self.last), withdrawn_at__isnull=True)
        due = within(self.viewer, due, "agent__programme")
        return list(due.exclude(decided_at__isnull=True, decide_by__gte=self.today).select_related("agent__team__site"))


@dataclass(frozen=True, slots=True)
class _Facts:
    foci: Iterable[Focus]
    unheard: Iterable[Suggested]
    held: Iterable[Session]
    look_backs: Iterable[FollowUp]
    gatherings: Iterable[Gathering]
    disputes: Iterable[Dispute]
    today: date

    def of_team(self, team: int | None) -> "_Facts":
        return _Facts(
            [row for row in self.foci if row.agent.team_id == team],
            [row for row in self.unheard if row.agent.team_id == team],
            [row for row in self.held if row.agent.team_id == team],
            [row for row in self.look_backs if row.session.agent.team_id == team],
            [row for row in self.gatherings if team in _teams(row)],
            [row for row in self.disputes if row.agent.team_id == team],
            self.today,
        )

    def team_ids(self) -> set[int | None]:
        met = {row.agent.team_id for row in self.held} | {row.session.agent.team_id for row in self.look_backs}
        due = ({row.agent.team_id for row in rows} for rows in (self.foci, self.unheard, self.disputes))
        return met.union(*due, *map(_teams, self.gatherings))


def _kept(facts: _Facts, name: str) -> Kept:
    held, foci, unheard = list(facts.held), list(facts.foci), len(list(facts.unheard))
    about_gaps = [row for row in held if row.kind == SessionKind.PERFORMANCE]
    asked = list(facts.look_backs)
    closed = [row for row in asked if row.closed_at is not None]
    said = Counter(row.did_work for row in closed)
    judged = [on_time for row in asked if (on_time := _looked_back_in_time(row, facts.today)) is not None]
    return Kept(
        name=name,
        in_time=Of(sum(map(_in_time, foci)), len(foci) + unheard),
        unheard=unheard,
        held=len(held),
        evidence=Of(sum(map(_has_evidence, about_gaps)), len(about_gaps)),
        agreement=Of(sum(bool(row.own_words and row.action and row.review_on) for row in held), len(held)),
        confirmed=Of(sum(row.confirmed_at is not None for row in held), len(held)),
        contested=Of(sum(row.contested_at is not None for row in held), len(held)),
        looked_back=Of(len(closed), len(asked)),
        looked_back_in_time=Of(sum(judged), len(judged)),
        worked=Of(said[DidWork.YES], len(closed)),
        too_early=said[DidWork.TOO_EARLY],
        performance=len(about_gaps),
        developmental=len(held) - len(about_gaps),
        sessions=_spent(row.minutes for row in held),
        huddles=_spent(row.minutes for row in facts.gatherings if row.kind == GatheringKind.HUDDLE),
        workshops=_spent(row.minutes for row in facts.gatherings if row.kind == GatheringKind.WORKSHOP),
        decided_in_time=Of(sum(map(_decided_in_time, facts.disputes)), len(list(facts.disputes))),
    )


def _in_time(focus: Focus) -> bool:
    held = (row.held_on for row in focus.sessions.all() if row.status == SessionStatus.HELD)
    return any(day <= focus.due_on for day in held if day and focus.due_on)


def _decided_in_time(row: Dispute) -> bool:
    return row.decided_at is not None and sites.local_date(row.agent, row.decided_at) <= row.decide_by


def _has_evidence(session: Session) -> bool:
    """Words to hear or read, or the leader's own account of them."""
    focus = session.focus
    read = focus is not None and focus.example is not None and focus.example.attempt.revision > 0
    return read or (focus is not None and bool(focus.leaders_account.strip()))


def _looked_back_in_time(row: FollowUp, today: date) -> bool | None:
    """Whether it was closed before the QA lead had to be told; None as long as it still may be."""
    agent = row.session.agent
    until = sites.local_date(agent, row.closed_at) if row.closed_at else today
    late = days_late(row.due_on, until, sites.calendar_of(agent, around=row.due_on)) >= QA_LEAD_AFTER
    return None if row.closed_at is None and not late else not late


def _teams(gathering: Gathering) -> set[int | None]:
    return {row.agent.team_id for row in gathering.attendances.all() if row.present}


def _spent(lengths: Iterable[int | None]) -> Spent:
    every = list(lengths)
    known = [minutes for minutes in every if minutes is not None]
    return Spent(sum(known), len(known), len(every))
