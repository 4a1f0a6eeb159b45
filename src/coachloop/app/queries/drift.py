"""Who has slipped: every slip so far, and the alerts that wait for somebody to act."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from coachloop.app.models import Agent, Behaviour, DriftAlert, DriftBudget, Gathering, LearnedModel
from coachloop.app.queries import sites, viewing
from coachloop.app.queries.daily import daily, newest_day
from coachloop.app.queries.requests import leads
from coachloop.app.queries.rulers import rulers
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.verdicts import CONVERSATION, effective_verdicts
from coachloop.app.queries.viewing import Viewer, centre, within
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.insight.drift import Budget, Drift, Slip, drift
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome

LOOK_BACK = timedelta(days=400)
CALLS = 5
"""How many calls an alert names."""

LATELY = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One slip with its names."""

    agent_key: str
    agent_name: str
    template: str
    behaviour: str
    title: str
    slip: Slip


@dataclass(frozen=True, slots=True)
class Call:
    """A call since the onset in which the behaviour was missed."""

    key: str
    day: date


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as people read it. `may_act` is for whoever leads the agent; `huddle_id` names one that is planned on it."""

    id: int
    agent_key: str
    agent_name: str
    team_name: str
    template: str
    behaviour: str
    title: str
    onset: date
    signalled_on: date
    met: int
    n: int
    low: float
    high: float
    baseline: float
    acknowledged_by: str
    resolved_on: date | None
    resolution: str
    may_act: bool
    calls: tuple[Call, ...] = ()
    huddle_id: int | None = None

    @property
    def rate(self) -> float:
        """Met of n since the onset."""
        return self.met / self.n

    @property
    def usually(self) -> int:
        """What was usual, of ten."""
        return round(10 * self.baseline)


@dataclass(frozen=True, slots=True)
class DriftPage:
    """Open alerts, longest first, those that ended lately, and how often to expect a false one.

    `names` is whether the viewer sees agents at all; `open_all` counts the whole centre for those who see none.
    """

    names: bool
    open: tuple[AlertView, ...]
    ended: tuple[AlertView, ...]
    open_all: int
    budget: Budget
    may_change: bool
    looked_on: date | None


def slips(
    viewer: Viewer, *, as_of: date | None = None, template: str | None = None, behaviour: str | None = None
) -> list[SlipRow]:
    """Every slip so far of agents they may see, newest signal first; levels are learned from the whole centre, whoever looks.

    Raises:
        UnknownNameError: `behaviour` names none, or several without `template`.
    """
    last = as_of or newest_day(viewer)
    if last is None:
        return []
    wanted = Q(template__key=template) if template else Q()
    if behaviour:
        wanted &= Q(pk=BehaviourFinder(viewer).find(behaviour, template).pk)
    behaviours = (
        within(viewer, Behaviour.objects.filter(wanted), "template__programme").select_related("template").in_bulk()
    )
    agents = (
        viewing.agents(viewer).in_bulk() if not viewer.everything else within(viewer, Agent.objects.all()).in_bulk()
    )
    found = [one for one in watched(viewer, last).slips if one.agent in agents and one.behaviour in behaviours]
    rows = [_row(one, agents[one.agent], behaviours[one.behaviour]) for one in found]
    return sorted(rows, key=lambda row: row.slip.signalled_on, reverse=True)


def watched(viewer: Viewer, last: date) -> Drift:
    """The whole centre up to a day: from the quarter that holds the day 400 days before."""
    begun = last - LOOK_BACK
    first = begun.replace(month=begun.month - (begun.month - 1) % 3, day=1)
    counts = daily(centre(viewer), first=first, last=last)
    return drift(counts, budget=budget(), rulers=rulers(counts), restarts=_retrained())


def has_calls(viewer: Viewer, *, since: date) -> bool:
    """Whether anything is counted since a day."""
    last = newest_day(viewer)
    return last is not None and last >= since


def budget() -> Budget:
    """What the site puts up with."""
    row = DriftBudget.objects.filter(site=sites.first_site().pk).first()
    return Budget(row.per_hundred, row.per_team) if row else Budget()


def page(viewer: Viewer, *, team: str = "", today: date) -> DriftPage:
    """What has slipped in the teams they see by name; counts alone for the others."""
    names = viewer.has(Role.TEAM_LEADER, Role.QA_LEAD)
    seen = visible(viewer).filter(Q(agent__team__key=team) if team else Q())
    row = DriftBudget.objects.filter(site=sites.first_site().pk).first()
    ended = seen.filter(resolved_at__date__gte=today - LATELY).order_by("-resolved_at") if names else ()
    return DriftPage(
        names=names,
        open=open_alerts(viewer, team=team) if names else (),
        ended=tuple(_view(one, viewer) for one in ended),
        open_all=within(viewer, DriftAlert.objects.filter(resolved_at__isnull=True), "agent__programme").count(),
        budget=budget(),
        may_change=may_change(viewer),
        looked_on=row.looked_on if row else None,
    )


def may_change(viewer: Viewer) -> bool:
    """Whether they decide how many false alerts the site puts up with."""
    return viewer.has(Role.OPERATIONS, Role.ADMIN) and (viewer.everything or viewer.keeps_all)


def open_alerts(viewer: Viewer, *, team: str = "") -> tuple[AlertView, ...]:
    """Those that stand, with the calls that show them; what nobody has acknowledged first, then the oldest."""
    rows = visible(viewer).filter(resolved_at__isnull=True)
    rows = rows.filter(agent__team__key=team) if team else rows
    ordered = list(rows.order_by("acknowledged_at", "onset", "agent__name"))
    ordered.sort(key=lambda row: row.acknowledged_at is not None)
    calls, huddles = _calls(viewer, ordered), _huddles(ordered)
    return tuple(_view(row, viewer, calls=calls[row.pk], huddle_id=huddles.get(row.pk)) for row in ordered)


def visible(viewer: Viewer) -> QuerySet[DriftAlert]:
    """Alerts they may read: of their teams for leaders, all for advisers."""
    alerts = within(viewer, DriftAlert.objects.all(), "agent__programme")
    seen = alerts.select_related("agent__team__site", "behaviour__template", "acknowledged_by")
    if viewer.everything or viewer.has(Role.QA_LEAD):
        return seen
    return seen.filter(agent__team__in=viewer.team_ids if viewer.has(Role.TEAM_LEADER) else ())


def _row(slip: Slip, agent: Agent, behaviour: Behaviour) -> SlipRow:
    return SlipRow(agent.key, agent.name, behaviour.template.key, behaviour.key, behaviour.title, slip)


def _retrained() -> dict[int, list[date]]:
    """The days on which a behaviour's scorer was replaced by a re-trained one."""
    published = LearnedModel.objects.filter(published_at__isnull=False).order_by("published_at")
    days: dict[int, list[date]] = defaultdict(list)
    for behaviour, at in published.values_list("behaviour_id", "published_at"):
        if at:
            days[behaviour].append(sites.first_local_date(at))
    return {behaviour: found[1:] for behaviour, found in days.items()}


def _calls(viewer: Viewer, alerts: list[DriftAlert]) -> dict[int, tuple[Call, ...]]:
    """The newest calls since each onset in which it was missed, of those whose words they may see."""
    found: dict[int, tuple[Call, ...]] = defaultdict(tuple)
    seen = viewing.conversations(viewer)
    for one in alerts:
        missed = effective_verdicts().filter(
            **{
                "behaviour": one.behaviour_id,
                "effective": Outcome.NOT_MET,
                f"{CONVERSATION}__agent": one.agent_id,
                f"{CONVERSATION}__day__gte": one.onset,
                f"{CONVERSATION}__in": seen.filter(agent=one.agent_id),
            }
        )
        newest = missed.order_by(f"-{CONVERSATION}__started_at", "-id")[:CALLS]
        keys = newest.values_list(f"{CONVERSATION}__key", f"{CONVERSATION}__day")
        found[one.pk] = tuple(Call(key, day) for key, day in keys)
    return found


def _huddles(alerts: list[DriftAlert]) -> dict[int, int]:
    """A huddle on it that is planned and still to be held, by alert."""
    planned = Gathering.objects.filter(
        kind=GatheringKind.HUDDLE, held_on__isnull=True, cancelled_at__isnull=True, attendances__isnull=False
    ).values_list("behaviour_id", "attendances__agent_id", "pk")
    by = {(behaviour, agent): pk for behaviour, agent, pk in planned}
    return {one.pk: by[one.behaviour_id, one.agent_id] for one in alerts if (one.behaviour_id, one.agent_id) in by}


def _view(row: DriftAlert, viewer: Viewer, *, calls: tuple[Call, ...] = (), huddle_id: int | None = None) -> AlertView:
    return AlertView(
        id=row.pk,
        agent_key=row.agent.key,
        agent_name=row.agent.name,
        team_name=row.agent.team.name if row.agent.team else "",
        template=row.behaviour.template.key,
        behaviour=row.behaviour.key,
        title=row.behaviour.title,
        onset=row.onset,
        signalled_on=row.signalled_on,
        met=row.met,
        n=row.n,
        low=row.low,
        high=row.high,
        baseline=row.baseline,
        acknowledged_by=row.acknowledged_by.name if row.acknowledged_by else "somebody" if row.acknowledged_at else "",
        resolved_on=sites.local_date(row.agent, row.resolved_at) if row.resolved_at else None,
        resolution=row.resolution,
        may_act=leads(viewer, row.agent),
        calls=calls,
        huddle_id=huddle_id,
    )
