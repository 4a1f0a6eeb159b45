"""An agent's own page: what to work on, how it goes, the proof, and what went well."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import Sum
from django.db.models.functions import TruncWeek

from coachloop.app.models import Agent, AgentDay, Attendance, Behaviour, DriftAlert, Focus, Session, Verdict
from coachloop.app.queries import gatherings, rates, requests, viewing
from coachloop.app.queries.examples import Example, examples
from coachloop.app.queries.flagged import Flag, flags
from coachloop.app.queries.follow_up import RateView, rate
from coachloop.app.queries.gatherings import Contact, GatheringRow
from coachloop.app.queries.rates import RateRow
from coachloop.app.queries.requests import RequestView, leads
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.wins import WentWell, proof, went_well
from coachloop.core.coaching.agreement import SessionKind, SessionStatus
from coachloop.core.stats.proportions import wilson

WEEKS = 12
RECENT_DAYS = 28


class Mark(NamedTuple):
    """What happened about the behaviour on a day: a session, a huddle or workshop, or "slipped", the day since which it goes worse."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Point:
    """One week's rate with its interval, and what happened in it; `rate` is empty without opportunities."""

    week: date
    met: int
    n: int
    rate: float | None
    low: float
    high: float
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """A behaviour week by week, oldest first."""

    template: str
    behaviour: str
    title: str
    target: float | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class FocusView:
    """What the agent works on now, how it goes today and this week, and the newest proof of the last seven days."""

    template: str
    behaviour: str
    title: str
    good: str
    why: str
    reason: str
    example: Example | None
    session_id: int | None
    planned_for: datetime | None
    today: RateView
    this_week: RateView
    proof: WentWell | None
    contacts: tuple[Contact, ...] = ()
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of the agent's own that is to be held."""

    session_id: int
    planned_for: datetime | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What was agreed and is not looked back on yet. `waits` until the agent says whether it is what was agreed."""

    session_id: int
    kind: SessionKind
    title: str
    own_words: str
    action: str
    by_when: date | None
    review_on: date
    follow_up_id: int | None
    leader_name: str = ""
    waits: bool = False
    contested: bool = False


@dataclass(frozen=True, slots=True)
class AgentPage:
    """One agent's page; `mine` when the viewer is that agent. An adviser sees no `commitments`: they stay between the two."""

    key: str
    name: str
    team_name: str
    mine: bool
    focus: FocusView | None
    trend: Trend | None
    commitments: tuple[Commitment, ...]
    went_well: tuple[WentWell, ...]
    rates: tuple[RateRow, ...]
    conversations: int
    asked: RequestView | None = None
    talk: Talk | None = None
    invitations: tuple[GatheringRow, ...] = ()

    @property
    def quoted(self) -> tuple[str, ...]:
        """The conversations whose words the page shows."""
        shown = (self.focus.example, self.focus.proof) if self.focus else ()
        return tuple(each.conversation_key for each in (*shown, *self.went_well) if each)


def agent_page(viewer: Viewer, key: str, *, today: date) -> AgentPage | None:
    """The page of an agent they may see, else None."""
    agent = viewing.agents(viewer).select_related("team").filter(key=key).first()
    if agent is None:
        return None
    focus = _focus(viewer, agent, today)
    since = today - timedelta(days=RECENT_DAYS - 1)
    return AgentPage(
        key=agent.key,
        name=agent.name,
        team_name=agent.team.name if agent.team else "",
        mine=agent.pk == viewer.agent_id,
        focus=focus,
        trend=_trend(agent, _behaviour(focus.template, focus.behaviour), today) if focus else None,
        commitments=_commitments(agent) if agent.pk == viewer.agent_id or leads(viewer, agent) else (),
        went_well=went_well(viewer, agent, since),
        rates=tuple(rates.rates(viewer, as_of=today, days=RECENT_DAYS, among={agent.pk})),
        conversations=agent.conversations.filter(day__range=(since, today)).count(),
        asked=requests.open_request(viewer, agent),
        talk=_talk(agent),
        invitations=gatherings.invitations(agent.pk) if agent.pk == viewer.agent_id else (),
    )


def own_key(viewer: Viewer) -> str | None:
    """The key of the agent that the viewer is."""
    if viewer.agent_id is None:
        return None
    return Agent.objects.filter(pk=viewer.agent_id).values_list("key", flat=True).first()


def trend(viewer: Viewer, key: str, *, template: str, behaviour: str, today: date) -> Trend | None:
    """A behaviour's trend of an agent they may see, else None."""
    agent, wanted = viewing.agents(viewer).filter(key=key).first(), _behaviour(template, behaviour)
    return _trend(agent, wanted, today) if agent and wanted else None


def _behaviour(template: str, behaviour: str) -> Behaviour | None:
    return Behaviour.objects.select_related("template").filter(template__key=template, key=behaviour).first()


def _trend(agent: Agent, behaviour: Behaviour | None, today: date) -> Trend | None:
    if behaviour is None:
        return None
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    cells = AgentDay.objects.filter(agent=agent, behaviour=behaviour, day__range=(weeks[0], today))
    sums = cells.annotate(week=TruncWeek("day")).values_list("week").annotate(Sum("met"), Sum("not_met")).order_by()
    counted = {week: (met, met + not_met) for week, met, not_met in sums}
    met, n = np.array([counted.get(week, (0, 0)) for week in weeks]).T
    interval, marks = wilson(met, n), _marks(agent, behaviour, (weeks[0], today))
    points = tuple(
        Point(week, int(k), int(m), k / m if m else None, float(low), float(high), marks.get(week, ()))
        for week, k, m, low, high in zip(weeks, met, n, interval.low, interval.high, strict=True)
    )
    return Trend(behaviour.template.key, behaviour.key, behaviour.title, behaviour.target, points)


def _marks(agent: Agent, behaviour: Behaviour, period: tuple[date, date]) -> dict[date, tuple[Mark, ...]]:
    """What happened about a behaviour, by the Monday of its week."""
    here = {"agent": agent, "behaviour": behaviour}
    held = Session.objects.filter(
        **here, status__in=(SessionStatus.HELD, SessionStatus.IMPORTED), held_on__range=period
    )
    met = Attendance.objects.filter(
        agent=agent, present=True, gathering__behaviour=behaviour, gathering__held_on__range=period
    )
    slipped = DriftAlert.objects.filter(**here, onset__range=period)
    found = [(day, "session") for day in held.values_list("held_on", flat=True) if day]
    found += [(day, kind) for day, kind in met.values_list("gathering__held_on", "gathering__kind") if day]
    found += [(day, "slipped") for day in slipped.values_list("onset", flat=True)]
    marks: dict[date, tuple[Mark, ...]] = {}
    for day, what in sorted(found):
        monday = day - timedelta(days=day.weekday())
        marks[monday] = (*marks.get(monday, ()), Mark(day, what))
    return marks


def _focus(viewer: Viewer, agent: Agent, today: date) -> FocusView | None:
    focus = agent.foci.select_related("behaviour__template").filter(closed_at__isnull=True).first()
    if focus is None:
        return None
    planned = focus.sessions.filter(status=SessionStatus.PLANNED).first()
    week_ago = today - timedelta(days=7)
    return FocusView(
        template=focus.behaviour.template.key,
        behaviour=focus.behaviour.key,
        title=focus.behaviour.title,
        good=focus.behaviour.good,
        why=focus.behaviour.why,
        reason=focus.reason,
        example=_example(viewer, focus),
        session_id=planned.pk if planned else None,
        planned_for=planned.planned_for if planned else None,
        today=rate((agent.pk,), focus.behaviour_id, (today, today)),
        this_week=rate((agent.pk,), focus.behaviour_id, (today - timedelta(days=today.weekday()), today)),
        proof=next(iter(proof(viewer, agent, focus.behaviour_id, first=week_ago, last=today, most=1)), None),
        contacts=gatherings.contacts(focus),
        flag=flags(viewer, Focus.objects.filter(pk=focus.pk)).get(focus.pk),
    )


def _talk(agent: Agent) -> Talk | None:
    planned = agent.sessions.filter(status=SessionStatus.PLANNED, kind=SessionKind.DEVELOPMENTAL).first()
    return Talk(planned.pk, planned.planned_for) if planned else None


def _example(viewer: Viewer, focus: Focus) -> Example | None:
    if focus.example_id is None:
        return None
    return examples(viewer, Verdict.objects.filter(pk=focus.example_id)).get(focus.example_id)


def _commitments(agent: Agent) -> tuple[Commitment, ...]:
    open_ = Session.objects.filter(agent=agent, follow_up__isnull=False, follow_up__closed_at__isnull=True)
    rows = open_.select_related("behaviour", "follow_up").order_by("follow_up__due_on")
    return tuple(
        Commitment(
            session_id=row.pk,
            kind=SessionKind(row.kind),
            title=row.behaviour.title if row.behaviour else row.goal,
            own_words=row.own_words,
            action=row.action,
            by_when=row.by_when,
            review_on=row.follow_up.due_on,
            follow_up_id=row.follow_up.pk if row.follow_up.opened_at else None,
            leader_name=row.leader_name,
            waits=row.confirmed_at is None and row.contested_at is None,
            contested=row.contested_at is not None,
        )
        for row in rows
    )
