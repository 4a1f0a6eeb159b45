"""The numbers of a look-back: the behaviour's rate before the session and since, the proof, the outcomes; and who waits."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from coachloop.app.models import AgentDay, FollowUp, Session
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.wins import WentWell, proof
from coachloop.core.coaching.follow_up import OPERATIONS_AFTER, Average, averages, days_late
from coachloop.core.model.people import Role
from coachloop.core.stats.proportions import wilson

BEFORE_DAYS = 28
MOST_OUTCOMES = 5
NO_TEAM = "no team"


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate as a person reads it: `met` of `n`, likely between `low` and `high`; `rate` is empty without opportunities."""

    met: int
    n: int
    rate: float | None
    low: float
    high: float
    first_day: date
    last_day: date

    def as_json(self) -> dict[str, Any]:
        """What a closed follow-up keeps."""
        return {
            "met": self.met,
            "n": self.n,
            "low": self.low,
            "high": self.high,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class BeforeSince:
    """The 28 days before the session, and the days after it; none where the session is about no behaviour."""

    before: RateView | None
    since: RateView | None

    def as_json(self) -> dict[str, Any] | None:
        """What a closed follow-up keeps."""
        if self.before is None or self.since is None:
            return None
        return {"before": self.before.as_json(), "since": self.since.as_json()}


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """An outcome's mean in the days before and since; empty where no conversation knows it."""

    name: str
    before: Average | None
    since: Average | None


@dataclass(frozen=True, slots=True)
class LookedBack:
    """What a look-back shows beside its rates: proof since the session, and outcomes, of which nothing is claimed."""

    proof: tuple[WentWell, ...] = ()
    outcomes: tuple[OutcomeView, ...] = ()
    days_late: int = 0
    proofs_wanted: bool = False

    @property
    def quoted(self) -> tuple[str, ...]:
        """The conversations whose words the page shows."""
        return tuple(each.conversation_key for each in self.proof)


@dataclass(frozen=True, slots=True)
class TeamWaits:
    """How many follow-ups of a team have waited for long."""

    name: str
    count: int


def due_follow_ups(viewer: Viewer) -> list[int]:
    """The follow-ups that are open to answer, oldest first."""
    rows = viewing.follow_ups(viewer).filter(opened_at__isnull=False, closed_at__isnull=True)
    return list(rows.order_by("due_on", "id").values_list("id", flat=True))


def before_since(session: Session, *, today: date) -> BeforeSince:
    """The rates about a held session, read from the roll-ups; the day of the session belongs to neither."""
    held = session.held_on
    if session.behaviour_id is None or held is None:
        return BeforeSince(None, None)
    agent = (session.agent_id,)
    return BeforeSince(
        before=rate(agent, session.behaviour_id, days_before(held)),
        since=rate(agent, session.behaviour_id, days_since(held, today)),
    )


def days_before(held: date) -> tuple[date, date]:
    """The first and last of the days to compare with."""
    return held - timedelta(days=BEFORE_DAYS), held - timedelta(days=1)


def days_since(held: date, today: date) -> tuple[date, date]:
    """The first and last of the days since; on the day itself the next one, of which nothing is known yet."""
    return held + timedelta(days=1), max(today, held + timedelta(days=1))


def rate(agent_ids: Collection[int], behaviour_id: int, days: tuple[date, date]) -> RateView:
    """A behaviour's rate of these agents together, read from the roll-ups."""
    cells = AgentDay.objects.filter(agent__in=agent_ids, behaviour=behaviour_id, day__range=days)
    sums = cells.aggregate(met=Sum("met", default=0), not_met=Sum("not_met", default=0))
    return rate_of(sums["met"], sums["met"] + sums["not_met"], days)


def rate_of(met: int, n: int, days: tuple[date, date]) -> RateView:
    """Counts of these days as a rate with its interval."""
    interval = wilson(met, n)
    return RateView(met, n, met / n if n else None, float(interval.low), float(interval.high), *days)


def look_back(viewer: Viewer, follow_up_id: int, *, today: date) -> LookedBack:
    """What there is to see since the session, up to the day it was closed; nothing where they may see no such follow-up."""
    rows = viewing.follow_ups(viewer).select_related("session__agent__team__site", "session__behaviour")
    row = rows.filter(pk=follow_up_id).first()
    if row is None or row.session.held_on is None:
        return LookedBack()
    session, until = row.session, sites.local_date(row.session.agent, row.closed_at) if row.closed_at else today
    first, last = days_since(row.session.held_on, until)
    behaviour = session.behaviour_id
    return LookedBack(
        proof=proof(viewer, session.agent, behaviour, first=first, last=last) if behaviour else (),
        outcomes=_outcomes(viewer, session, last) if behaviour else (),
        days_late=0 if row.closed_at or row.opened_at is None else late(row, today),
        proofs_wanted=behaviour is not None,
    )


def late(row: FollowUp, today: date) -> int:
    """Working days for which a follow-up has waited."""
    return days_late(row.due_on, today, sites.calendar_of(row.session.agent, around=row.due_on))


def waiting(viewer: Viewer, *, today: date) -> tuple[TeamWaits, ...]:
    """Follow-ups that have waited for ten working days, counted by team, most first: operations name nobody."""
    if not viewer.has(Role.OPERATIONS, Role.QA_LEAD):
        return ()
    counts = Counter(
        row.session.agent.team.name if row.session.agent.team else NO_TEAM
        for row in viewing.within(viewer, overdue(today), "session__agent__programme")
        if late(row, today) >= OPERATIONS_AFTER
    )
    return tuple(TeamWaits(name, count) for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def overdue(today: date) -> QuerySet[FollowUp]:
    """Open follow-ups whose day is over, with what it takes to read their clocks."""
    rows = FollowUp.objects.filter(opened_at__isnull=False, closed_at__isnull=True, due_on__lt=today)
    found = rows.select_related("session__agent__team__site", "session__agent__team__leader")
    return found.prefetch_related("session__agent__absences", "session__agent__team__site__closures").order_by("pk")


def _outcomes(viewer: Viewer, session: Session, last: date) -> tuple[OutcomeView, ...]:
    if session.held_on is None:
        return ()
    calls = viewing.conversations(viewer).filter(agent=session.agent_id, outcome__isnull=False)
    windows = (days_before(session.held_on), days_since(session.held_on, last))
    before, since = (averages(calls.filter(day__range=days).values_list("outcome", flat=True)) for days in windows)
    named = sorted({*before, *since})[:MOST_OUTCOMES]
    return tuple(OutcomeView(name.replace("_", " "), before.get(name), since.get(name)) for name in named)
