"""Drift alerts: raised once a day for what has slipped, acknowledged by whoever leads, resolved by recovery or by coaching."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Agent, Behaviour, DriftAlert, DriftBudget
from coachloop.app.queries import drift as queries
from coachloop.app.queries import programmes, sites
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services import audit, events
from coachloop.app.services.led import must_lead
from coachloop.app.services.rollups import pack_counts
from coachloop.core.insight.drift import Budget, Slip
from coachloop.core.model.event import EventKind

STALE = timedelta(days=28)
"""A centre without a call for so long is history: nobody can act on what slipped there."""

HIGHEST = 100.0
"""False alerts a month that a site may put up with, of a hundred or of a team."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What one look changed."""

    raised: int = 0
    resolved: int = 0


def watch_once_a_day(*, now: datetime) -> Raised | None:
    """Look once a local day, at the days that are over; None where that is done. Run by the worker, harmless to repeat."""
    site = sites.first_site()
    today = now.astimezone(sites.site_zone(site)).date()
    if not site.pk or DriftBudget.objects.filter(site=site, looked_on=today).exists():
        return None
    yesterday = today - timedelta(days=1)
    looked = [one for one in programmes.operators() if queries.has_calls(one, since=yesterday - STALE)]
    if not looked:
        return None
    found = [watch(one, as_of=yesterday, now=now) for one in looked]
    done = Raised(sum(one.raised for one in found), sum(one.resolved for one in found))
    DriftBudget.objects.update_or_create(site=site, defaults={"looked_on": today})
    return done


def watch(viewer: Viewer, *, as_of: date, now: datetime) -> Raised:
    """Raise what has slipped in a programme and is not raised yet, bring the others up to date, and resolve what is over.

    The same slide is raised once: as long as its alert stands, and after coaching has resolved it.
    """
    if not queries.has_calls(viewer, since=as_of - STALE):
        return Raised()
    pack_counts()
    return _keep(viewer, queries.watched(viewer, as_of).slips, now)


@transaction.atomic
def _keep(viewer: Viewer, slips: Iterable[Slip], now: datetime) -> Raised:
    """Compare with what stands; the newest slip of an agent and behaviour is the one that counts."""
    newest = {(slip.agent, slip.behaviour): slip for slip in slips}
    ours = within(viewer, DriftAlert.objects.all(), "agent__programme")
    alerts = ours.select_for_update(of=("self",))
    standing = {(row.agent_id, row.behaviour_id): row for row in alerts.filter(resolved_at__isnull=True)}
    resolved = [_follow(row, newest.get(who), now) for who, row in standing.items()]
    known = {(row.agent_id, row.behaviour_id): row for row in ours.order_by("signalled_on", "pk")}
    active = set(Behaviour.objects.filter(retired=False).values_list("pk", flat=True))
    left = set(Agent.objects.filter(left_on__isnull=False).values_list("pk", flat=True))
    new = [
        _alert(slip, now)
        for who, slip in newest.items()
        if slip.open and slip.agent not in left and slip.behaviour in active and not _told(known.get(who), slip)
    ]
    DriftAlert.objects.bulk_create(new)
    _tell(new, now)
    done = Raised(len(new), sum(resolved))
    if done != Raised():
        audit.record(viewer, "drift.watch", "drift", now=now, detail={"raised": done.raised, "resolved": done.resolved})
    return done


def _tell(raised: list[DriftAlert], now: datetime) -> None:
    """Other systems hear of what is new."""
    rows = DriftAlert.objects.filter(pk__in=[row.pk for row in raised]).select_related("agent", "behaviour__template")
    happened = (
        (
            f"drift:{row.pk}",
            row.agent.programme_id,
            {
                "alert": row.pk,
                "agents": [row.agent.key],
                "template": row.behaviour.template.key,
                "behaviour": row.behaviour.key,
                "onset": row.onset.isoformat(),
                "signalled_on": row.signalled_on.isoformat(),
            },
        )
        for row in rows.order_by("pk")
    )
    events.put_all(EventKind.ALERT_RAISED, happened, now=now)


def _told(row: DriftAlert | None, slip: Slip) -> bool:
    """Whether the last alert was about this very slide: it stands, or it signalled since the slide began."""
    return row is not None and (row.resolved_at is None or row.signalled_on >= slip.onset)


def _follow(row: DriftAlert, slip: Slip | None, now: datetime) -> bool:
    """Bring a standing alert up to date; whether it is over."""
    if slip is None or not slip.open:
        row.resolved_at, row.resolution = now, slip.why_closed if slip else DriftAlert.Resolution.RECOVERED
    else:
        row.met, row.n, row.low, row.high, row.baseline = slip.met, slip.n, slip.low, slip.high, slip.baseline
    row.save()
    return row.resolved_at is not None


def _alert(slip: Slip, now: datetime) -> DriftAlert:
    return DriftAlert(
        agent_id=slip.agent,
        behaviour_id=slip.behaviour,
        onset=slip.onset,
        signalled_on=slip.signalled_on,
        raised_at=now,
        met=slip.met,
        n=slip.n,
        low=slip.low,
        high=slip.high,
        baseline=slip.baseline,
    )


@transaction.atomic
def acknowledge(*, viewer: Viewer, alert_id: int, now: datetime) -> DriftAlert:
    """Say that one has seen it and looks after it.

    Raises:
        NotYoursError: only whoever leads the agent.
        WrongStateError: it is over, or somebody has said so already.
    """
    row = queries.visible(viewer).select_for_update(of=("self",)).get(pk=alert_id)
    must_lead(viewer, row.agent)
    if row.resolved_at or row.acknowledged_at:
        raise WrongStateError("this alert is over" if row.resolved_at else "this alert is looked after already")
    row.acknowledged_at, row.acknowledged_by = now, viewer.user
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    audit.record(viewer, "drift.acknowledge", f"drift:{row.pk}", now=now)
    return row


def resolve_by_coaching(agent_ids: Iterable[int], behaviour_id: int | None, *, how: str, now: datetime) -> int:
    """Those that stand for these agents on this behaviour are answered by a session, huddle or workshop on it.

    Part of the transaction that holds it, whose audit row stands for it; the same slide is not raised again.
    """
    standing = DriftAlert.objects.filter(agent__in=list(agent_ids), behaviour=behaviour_id, resolved_at__isnull=True)
    return standing.update(resolved_at=now, resolution=how)


@transaction.atomic
def set_budget(*, viewer: Viewer, budget: Budget, now: datetime) -> DriftBudget:
    """Change how many false alerts a month the site puts up with; counts from the next look on.

    Raises:
        NotYoursError: for operations and admins.
        RefusedError: a number is out of its range.
    """
    if not queries.may_change(viewer):
        raise NotYoursError("how many false alerts are put up with is for operations and admins to say")
    for value in (budget.per_hundred, budget.per_team):
        if not 0 < value <= HIGHEST:
            raise RefusedError(f"false alerts a month must be above 0 and at most {HIGHEST:g}, got {value:g}")
    given = {"per_hundred": budget.per_hundred, "per_team": budget.per_team}
    row, _ = DriftBudget.objects.update_or_create(site=sites.first_site(), defaults=given)
    audit.record(viewer, "drift.budget", "drift", now=now, detail=given)
    return row
