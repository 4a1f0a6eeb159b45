"""Did the coaching work: what is known of every session, worked out from the daily counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from coachloop.app.models import Attendance, RollOut, Session
from coachloop.app.queries import sites
from coachloop.app.queries.daily import daily, newest_day
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.insight.effect import Contacts, Effects, Sessions, effects, pooled, verdict
from coachloop.core.stats.pooling import Pooled, shrink_effects

CHOICE_DAYS = 28
"""A suggestion looks at as many days: the calls that led to the choice."""

LOOKED_BACK, HISTORY = 365, 120
"""Days of sessions that are measured, and of counts before the first of them."""

SEED = 20260504
"""The bootstrap draws the same for the same counts."""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One session and what it moved: rates and differences of rates; None, with the reason in `why`, where nothing can be said.

    `before` is the shrunken baseline at the mix of the days after; `controls` how many agents it is compared with, effectively.
    """

    session_id: int
    agent_key: str
    agent_name: str
    template: str
    behaviour: str
    title: str
    leader_id: int | None
    leader_name: str
    held_on: date
    before: float | None
    after: float | None
    effect: float | None
    low: float | None
    high: float | None
    n_before: int
    n_after: int
    controls: float | None
    verdict: str
    why: str


class Overall(NamedTuple):
    """Sessions together: None where none could be measured. `agents` counts people, `sessions` their measured sessions."""

    effect: float | None
    low: float | None
    high: float | None
    sessions: int
    agents: int
    between: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Every session, all together, by behaviour (template and behaviour key), and by leader's id, shrunken towards each other."""

    as_of: date
    rows: tuple[EffectRow, ...]
    overall: Overall
    behaviours: dict[tuple[str, str], Overall]
    leaders: dict[int, Overall]


def measured(
    viewer: Viewer, *, as_of: date | None = None, behaviour: str | None = None, template: str | None = None
) -> Measured | None:
    """Works all effects out anew, of the last 365 days; None without any counts. For the command line and the daily run.

    Args:
        viewer: who asks; only the operator may.
        as_of: the last day counted; the last one with data where not given.
        behaviour: only this one.
        template: only this template's.

    Raises:
        UnknownNameError: `behaviour` names none, or several without `template`.
    """
    newest = newest_day(viewer)
    if newest is None or not viewer.everything:
        return None
    last = as_of or newest
    rows = _sessions(viewer, last, behaviour=behaviour, template=template)
    chosen = _arrays(rows)
    found = effects(
        daily(viewer, first=last - timedelta(days=LOOKED_BACK + HISTORY), last=last, template=template),
        chosen,
        contacts=told_by_people(),
        reports=_reports(),
        as_of=np.datetime64(last, "D"),
        rng=np.random.default_rng(SEED),
    )
    names = np.array([f"{row.behaviour_id}" for row in rows])
    led = np.array([row.leader_id or 0 for row in rows], int)
    keys = {f"{row.behaviour_id}": (row.behaviour.template.key, row.behaviour.key) for row in rows if row.behaviour}
    return Measured(
        as_of=last,
        rows=tuple(_row(row, found, at) for at, row in enumerate(rows)),
        overall=_overall(found, chosen.agent, np.ones(len(rows), bool)),
        behaviours={key: _overall(found, chosen.agent, names == name) for name, key in keys.items()},
        leaders=_leaders(found, chosen.agent, led),
    )


def _sessions(viewer: Viewer, last: date, *, behaviour: str | None, template: str | None) -> Sequence[Session]:
    wanted = Q(status__in=(SessionStatus.HELD, SessionStatus.IMPORTED), behaviour__isnull=False)
    wanted &= Q(held_on__range=(last - timedelta(days=LOOKED_BACK), last))
    if behaviour:
        wanted &= Q(behaviour=BehaviourFinder(viewer).find(behaviour, template))
    elif template:
        wanted &= Q(behaviour__template__key=template)
    related = ("agent__team__site", "behaviour__template", "leader")
    return list(
        within(viewer, Session.objects.filter(wanted), "agent__programme")
        .select_related("focus")
        .prefetch_related(*related)
        .order_by("held_on", "pk")
    )


def _arrays(rows: Sequence[Session]) -> Sessions:
    return Sessions(
        agent=np.array([row.agent_id for row in rows], np.int64),
        behaviour=np.array([row.behaviour_id for row in rows], np.int64),
        held_on=np.array([row.held_on for row in rows], "datetime64[D]"),
        chosen_from=np.array([_chosen_from(row) for row in rows], "datetime64[D]"),
    )


def _chosen_from(row: Session) -> date | None:
    """The first of the days whose calls led to the focus; nobody knows them of what is imported."""
    if row.focus is None:
        return None
    return sites.local_date(row.agent, row.focus.opened_at) - timedelta(days=CHOICE_DAYS - 1)


def told_by_people() -> Contacts:
    """Sessions, huddles and workshops of everybody, whenever they were."""
    coached = Session.objects.filter(
        status__in=(SessionStatus.HELD, SessionStatus.IMPORTED), behaviour__isnull=False, held_on__isnull=False
    ).values_list("agent_id", "behaviour_id", "held_on")
    together = Attendance.objects.filter(present=True, gathering__held_on__isnull=False)
    attended = together.values_list("agent_id", "gathering__behaviour_id", "gathering__held_on")
    return contacts_of(
        [(agent, behaviour, day) for agent, behaviour, day in [*coached, *attended] if behaviour and day]
    )


def _reports() -> Contacts:
    """The first day of a daily report, for everybody in a team to which it was rolled out, on each behaviour it is about."""
    on = RollOut.objects.filter(team__agents__isnull=False, template__behaviours__isnull=False)
    return contacts_of(list(on.values_list("team__agents", "template__behaviours", "starts_on")))


def contacts_of(rows: Sequence[tuple[int, int, date]]) -> Contacts:
    """Rows of agent, behaviour and day as arrays."""
    agent, behaviour, day = zip(*rows, strict=True) if rows else ((), (), ())
    return Contacts(np.array(agent, np.int64), np.array(behaviour, np.int64), np.array(day, "datetime64[D]"))


def _overall(found: Effects, agent: NDArray[np.int64], keep: NDArray[np.bool_]) -> Overall:
    return overall_of(pooled(found, agent, keep=keep), int((found.known & keep).sum()))


def overall_of(one: Pooled, sessions: int) -> Overall:
    """A pooled figure for people; None where there is none."""
    if not one.units:
        return Overall(None, None, None, 0, 0)
    return Overall(one.effect, one.low, one.high, sessions, one.units, one.between)


def _leaders(found: Effects, agent: NDArray[np.int64], led: NDArray[np.int64]) -> dict[int, Overall]:
    """What each leader's sessions moved, pulled towards what all sessions moved as far as it is uncertain."""
    ids = [int(one) for one in np.unique(led[found.known]) if one]
    each = [pooled(found, agent, keep=led == one) for one in ids]
    pulled = shrink_effects([one.effect for one in each], [one.error**2 for one in each])
    return {
        one: Overall(float(effect), float(low), float(high), int((found.known & (led == one)).sum()), whole.units)
        for one, whole, effect, low, high in zip(ids, each, *pulled, strict=True)
    }


def _row(row: Session, found: Effects, at: int) -> EffectRow:
    known = bool(found.known[at])
    numbers = {name: float(getattr(found, name)[at]) if known else None for name in NUMBERS}
    behaviour = row.behaviour
    assert behaviour is not None  # noqa: S101 -- only sessions with one are measured
    return EffectRow(
        session_id=row.pk,
        agent_key=row.agent.key,
        agent_name=row.agent.name,
        template=behaviour.template.key,
        behaviour=behaviour.key,
        title=behaviour.title,
        leader_id=row.leader_id,
        leader_name=row.leader.name if row.leader else row.leader_name,
        held_on=row.held_on or date.min,
        n_before=int(found.n_before[at]),
        n_after=int(found.n_after[at]),
        verdict=verdict(found.low[at], found.high[at]).value,
        why=found.why[at].value,
        **numbers,
    )


NUMBERS = ("before", "after", "effect", "low", "high", "controls")
