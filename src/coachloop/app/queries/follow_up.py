"""The numbers of a look-back: the behaviour's rate before the session and since."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from coachloop.app.models import AgentDay, Session
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.stats.proportions import wilson

BEFORE_DAYS = 28


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


def due_follow_ups(viewer: Viewer) -> list[int]:
    """The follow-ups that are open to answer, oldest first."""
    rows = viewing.follow_ups(viewer).filter(opened_at__isnull=False, closed_at__isnull=True)
    return list(rows.order_by("due_on", "id").values_list("id", flat=True))


def before_since(session: Session, *, today: date) -> BeforeSince:
    """The rates about a held session, read from the roll-ups; the day of the session belongs to neither."""
    held = session.held_on
    if session.behaviour_id is None or held is None:
        return BeforeSince(None, None)
    return BeforeSince(
        before=_rate(session, held - timedelta(days=BEFORE_DAYS), held - timedelta(days=1)),
        since=_rate(session, held + timedelta(days=1), max(today, held + timedelta(days=1))),
    )


def _rate(session: Session, first: date, last: date) -> RateView:
    cells = AgentDay.objects.filter(agent=session.agent_id, behaviour=session.behaviour_id, day__range=(first, last))
    sums = cells.aggregate(met=Sum("met", default=0), not_met=Sum("not_met", default=0))
    met, n = sums["met"], sums["met"] + sums["not_met"]
    interval = wilson(met, n)
    return RateView(met, n, met / n if n else None, float(interval.low), float(interval.high), first, last)
