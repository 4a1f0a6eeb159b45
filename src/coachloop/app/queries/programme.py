"""The programme in figures: what coaching moved, how far the loop runs, what it took. Worked out once a day, read by pages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from coachloop.app.models import Behaviour, Conversation, Figures, FollowUp, Gathering, Session
from coachloop.app.queries.daily import daily
from coachloop.app.queries.effect import Measured, Overall
from coachloop.app.queries.rates import grid_of
from coachloop.app.queries.roll_out_effect import RollOutEffect, roll_out_effects
from coachloop.app.queries.sites import first_site
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.insight.daily import Daily
from coachloop.core.insight.effect import Effect
from coachloop.core.insight.ledger import ledger
from coachloop.core.insight.worth import LASTS
from coachloop.core.model.people import Role

KIND = "effect"
PERIOD = 90
"""Days of sessions that count for the funnel and for worth, the last one included."""

RECENT = 28
"""Days from which opportunities a day are counted."""

LEAST = 0.05
"""No response is taken to be less, once coaching is said to have worked."""

NONE = Overall(None, None, None, 0, 0)
DONE = (SessionStatus.HELD, SessionStatus.IMPORTED)


@dataclass(frozen=True, slots=True)
class Moved:
    """One behaviour: what coaching on it moved, and how often it came up.

    `opportunities` counts conversations of coached agents in which it applied, from the day after their session on, for as long as
    an effect is taken to last; `a_day` those of one agent a calendar day.
    """

    template: str
    behaviour: str
    title: str
    overall: Overall
    opportunities: int
    a_day: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far the loop ran: conversations scored, sessions held, follow-ups closed, sessions said to have worked."""

    scored: int = 0
    coached: int = 0
    agents: int = 0
    followed_up: int = 0
    measured: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything about the programme on `day`; `minutes` is what everybody spent in sessions, huddles and workshops of the period.

    `leaders` holds what each leader's sessions moved, by their number; nobody but the leader is shown theirs. `response` is the
    share of a gap to the target that a session closes, where coaching is said to have worked.
    """

    day: date
    overall: Overall = NONE
    behaviours: tuple[Moved, ...] = ()
    funnel: Funnel = field(default_factory=Funnel)
    minutes: int = 0
    sessions: int = 0
    gatherings: int = 0
    roll_outs: tuple[RollOutEffect, ...] = ()
    leaders: Mapping[int, Overall] = field(default_factory=dict)
    response: float | None = None

    def as_json(self) -> dict[str, Any]:
        """For storing."""
        return asdict(self) | {
            "day": self.day.isoformat(),
            "leaders": {str(one): [*whole] for one, whole in self.leaders.items()},
            "overall": [*self.overall],
            "behaviours": [asdict(one) | {"overall": [*one.overall]} for one in self.behaviours],
        }


def kind_of(viewer: Viewer) -> str:
    """Under which name the figures of the programme that they look at are kept."""
    return KIND if viewer.programme_id is None else f"{KIND}:{viewer.programme_id}"


def stored(viewer: Viewer) -> Programme | None:
    """The programme as it was last worked out; None before, or for those who see no such figures."""
    row = Figures.objects.filter(kind=kind_of(viewer)).first()
    if row is None or not viewer.has(Role.OPERATIONS, Role.QA_LEAD, Role.TEAM_LEADER):
        return None
    data = row.data
    return Programme(
        day=row.day,
        overall=Overall(*data["overall"]),
        behaviours=tuple(Moved(**one | {"overall": Overall(*one["overall"])}) for one in data["behaviours"]),
        funnel=Funnel(**data["funnel"]),
        minutes=data["minutes"],
        sessions=data["sessions"],
        gatherings=data["gatherings"],
        roll_outs=tuple(RollOutEffect(**one) for one in data["roll_outs"]),
        leaders={int(one): Overall(*whole) for one, whole in data["leaders"].items()},
        response=data["response"],
    )


def pooled_response(viewer: Viewer) -> float | None:
    """The share of a gap that coaching closes here, the centre over; None until it is said to have worked. For the focus."""
    row = Figures.objects.filter(kind=kind_of(viewer)).first()
    return row.data["response"] if row else None


def work_out(viewer: Viewer, found: Measured) -> Programme:
    """Everything from the measured effects of a programme, and the tables."""
    last = found.as_of
    first = last - timedelta(days=PERIOD - 1)
    held = _held(viewer, first, last)
    minutes, gatherings = _minutes(viewer, first, last)
    return Programme(
        day=last,
        overall=found.overall,
        behaviours=_moved(viewer, found, first),
        funnel=_funnel(viewer, found, first),
        minutes=minutes,
        sessions=held.count(),
        gatherings=gatherings,
        roll_outs=tuple(roll_out_effects(viewer, last)),
        leaders=found.leaders,
        response=_response(viewer, found),
    )


def _held(viewer: Viewer, first: date, last: date) -> QuerySet[Session]:
    held = Session.objects.filter(status__in=DONE, held_on__range=(first, last))
    return within(viewer, held, "agent__programme")


def _response(viewer: Viewer, found: Measured) -> float | None:
    """The pooled effect as a share of the mean gap that the measured sessions began with."""
    overall, grid = found.overall, grid_of(viewer, as_of=found.as_of, days=PERIOD)
    if grid is None or overall.effect is None or overall.low is None or overall.low <= 0:
        return None
    keys = [(one.template.key, one.key) for one in grid.behaviours]
    target = {key: float(aim) for key, aim in zip(keys, grid.rates.target, strict=True)}
    gaps = [
        target.get((row.template, row.behaviour), np.nan) - row.before for row in found.rows if row.before is not None
    ]
    gap = float(np.mean(known)) if (known := [one for one in gaps if one > 0]) else 0.0
    return min(max(overall.effect / gap, LEAST), 1.0) if gap else None


def _funnel(viewer: Viewer, found: Measured, first: date) -> Funnel:
    days = (first, found.as_of)
    held = _held(viewer, *days)
    scored = Conversation.objects.filter(day__range=days, evaluations__attempt__isnull=False)
    recent = [row for row in found.rows if row.held_on >= first]
    return Funnel(
        scored=within(viewer, scored).distinct().count(),
        coached=held.count(),
        agents=held.values("agent").distinct().count(),
        followed_up=FollowUp.objects.filter(session__in=held, closed_at__isnull=False, closed_because="").count(),
        measured=sum(row.effect is not None for row in recent),
        moved=sum(row.verdict == Effect.WORKED for row in recent),
    )


def _minutes(viewer: Viewer, first: date, last: date) -> tuple[int, int]:
    """What everybody spent, agents and those who led them; and how many huddles and workshops were held."""
    usual = Coalesce("minutes", "agent__team__site__session_minutes", first_site().session_minutes)
    held = _held(viewer, first, last).annotate(took=usual)
    talked = held.aggregate(all=Sum("took", default=0))["all"]
    together = within(viewer, Gathering.objects.filter(held_on__range=(first, last)), "behaviour__template__programme")
    came = together.annotate(came=Count("attendances", filter=Q(attendances__present=True)))
    spent = came.annotate(spent=F("minutes") * (F("came") + 1)).aggregate(all=Sum("spent", default=0))["all"]
    return 2 * talked + spent, together.count()


def _moved(viewer: Viewer, found: Measured, first: date) -> tuple[Moved, ...]:
    counts = daily(viewer, first=min(first, found.as_of - timedelta(days=RECENT)), last=found.as_of)
    titles = {(row.template, row.behaviour): row.title for row in found.rows}
    ours = within(viewer, Behaviour.objects.filter(retired=False), "template__programme")
    known = ours.values_list("template__key", "key", "id", "title")
    ids = {(template, key): pk for template, key, pk, _ in known}
    titles |= {(template, key): title for template, key, _, title in known}
    opportunities = _opportunities(viewer, found, counts, first=first)
    a_day = _a_day(counts, found.as_of)
    return tuple(
        Moved(*key, titles[key], found.behaviours.get(key, NONE), opportunities.get(key, 0), a_day.get(pk, 0.0))
        for key, pk in sorted(ids.items())
        if key in found.behaviours or pk in a_day
    )


def _a_day(counts: Daily, last: date) -> dict[int, float]:
    """Opportunities of one agent a calendar day, by behaviour, among agents who have any."""
    cells = counts.where(counts.day > np.datetime64(last, "D") - np.timedelta64(RECENT, "D"))
    return {
        int(one): float((cells.met + cells.not_met)[here].sum() / RECENT / max(len(np.unique(cells.agent[here])), 1))
        for one in np.unique(cells.behaviour)
        for here in [cells.behaviour == one]
    }


def _opportunities(viewer: Viewer, found: Measured, counts: Daily, *, first: date) -> dict[tuple[str, str], int]:
    """Conversations in which a coached behaviour applied since the session, until the next one on it, at most LASTS days."""
    rows = _held(viewer, first, found.as_of).filter(behaviour__isnull=False)
    named = rows.order_by("held_on").values_list(
        "behaviour__template__key", "behaviour__key", "behaviour_id", "agent_id", "held_on"
    )
    by_behaviour: dict[tuple[str, str, int], list[tuple[int, date]]] = {}
    for template, key, pk, agent, held in named:
        if template and key and pk and held:
            by_behaviour.setdefault((template, key, pk), []).append((agent, held))
    return {
        (template, key): _since(counts.where(counts.behaviour == pk), held, found.as_of)
        for (template, key, pk), held in by_behaviour.items()
    }


def _since(cells: Daily, held: Sequence[tuple[int, date]], last: date) -> int:
    if not len(cells):
        return 0
    following = dict(zip(held, _next(held), strict=True))
    people = np.unique(np.concatenate([cells.agent, [agent for agent, _ in held]]))
    who = np.searchsorted(people, [agent for agent, _ in held])
    ends = [min(last, day + timedelta(days=LASTS), following[agent, day] or last) for agent, day in held]
    starts = [day + timedelta(days=1) for _, day in held]
    since = ledger(cells, people).between(who, np.array(starts, "datetime64[D]"), np.array(ends, "datetime64[D]"))
    return int(since.asked.sum())


def _next(held: Sequence[tuple[int, date]]) -> list[date | None]:
    """The next session of the same agent, for each of them in order of days."""
    return [
        next((day for other, day in held[at + 1 :] if other == agent and day > then), None)
        for at, (agent, then) in enumerate(held)
    ]
