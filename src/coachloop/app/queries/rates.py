"""Rates by agent, team or centre from the roll-ups: two queries, then all cells at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.db.models import Max

from coachloop.app.errors import NotYoursError
from coachloop.app.models import Agent, AgentDay, Behaviour
from coachloop.app.queries import viewing
from coachloop.app.queries.counts import By, Counts, counts
from coachloop.app.queries.daily import newest_day
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.rates import Rates, reliable
from coachloop.core.insight.rates import rates as rates_of
from coachloop.core.model.people import Role
from coachloop.core.stats.proportions import Floats

KEPT = 16
"""Rates that a process keeps: each of a megabyte in a large centre."""


class Unit(NamedTuple):
    """Whose rate it is: an agent with their team, a team, or the centre."""

    agent_key: str | None
    agent_name: str | None
    team_key: str | None


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate with its uncertainty. `unscored` is out of `opportunities`; `reliable` says whether few enough are."""

    agent_key: str | None
    agent_name: str | None
    team_key: str | None
    template: str
    behaviour: str
    title: str
    n: int
    met: int
    rate: float | None
    low: float
    high: float
    shrunken: float
    shrunken_low: float
    shrunken_high: float
    p_below_target: float | None
    target: float | None
    unscored: int
    opportunities: int
    reliable: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells at once: arrays of shape (units, behaviours)."""

    units: tuple[Unit, ...]
    unit_ids: tuple[int, ...]
    behaviours: tuple[Behaviour, ...]
    rates: Rates
    unscored: Floats
    conversations: Floats
    first_day: date
    last_day: date


def last_day_with_data(viewer: Viewer) -> date | None:
    """The newest day that the viewer's counts have."""
    last: date | None = AgentDay.objects.filter(agent_id__in=_allowed(viewer, "agent")).aggregate(last=Max("day"))[
        "last"
    ]
    return last


def rates(
    viewer: Viewer,
    *,
    by: By = "agent",
    as_of: date | None = None,
    days: int = 28,
    behaviour: str | None = None,
    template: str | None = None,
    among: Collection[int] | None = None,
) -> list[RateRow]:
    """Every rate that the viewer may see, in order of unit, template and behaviour; none without data.

    Args:
        viewer: who asks; operations see teams and the centre, not agents.
        by: whose rates.
        as_of: the last day counted; the last one with data where not given.
        days: how many days, that one included.
        behaviour: only this one.
        template: only this template's.
        among: only these units, by their numbers in the database; all where not given.

    Raises:
        NotYoursError: the viewer may not see rates of this kind.
        UnknownNameError: `behaviour` names none, or several without `template`.
    """
    grid = grid_of(viewer, by=by, as_of=as_of, days=days, behaviour=behaviour, template=template, among=among)
    return rows(grid) if grid else []


def rows(grid: Grid) -> list[RateRow]:
    """Every rate of a grid that has an opportunity."""
    asked = grid.rates.asked
    known = reliable(asked, grid.unscored)
    cells = zip(*np.nonzero(asked + grid.unscored > 0), strict=True)
    return [_row(grid, int(u), int(b), known=bool(known[u, b])) for u, b in cells]


def grid_of(
    viewer: Viewer,
    *,
    by: By = "agent",
    as_of: date | None = None,
    days: int = 28,
    behaviour: str | None = None,
    template: str | None = None,
    among: Collection[int] | None = None,
) -> Grid | None:
    """The same as arrays; None without data. Peers are all units the centre has, so that nobody's rate depends on who looks."""
    if days < 1:
        raise ValueError(f"days must be 1 or more, got {days}")
    allowed = set(_allowed(viewer, by))
    last = as_of or newest_day(viewer)
    if last is None:
        return None
    first = last - timedelta(days=days - 1)
    found = counts(by, first=first, last=last)
    ours = within(viewer, Behaviour.objects.all(), "template__programme")
    columns = ours.filter(id__in=found.behaviours.tolist()).select_related("template")
    columns = columns.filter(pk=BehaviourFinder(viewer).find(behaviour, template).pk) if behaviour else columns
    columns = columns.filter(template__key=template) if template else columns
    whole = _assemble(found, list(columns.order_by("template__key", "position")), by, period=(first, last))
    wanted = allowed if among is None else allowed & set(among)
    return only(whole, [index for index, unit in enumerate(whole.unit_ids) if unit in wanted])


def _assemble(found: Counts, columns: Sequence[Behaviour], by: By, *, period: tuple[date, date]) -> Grid:
    table = found.table[:, :, np.searchsorted(found.behaviours, [b.pk for b in columns]).astype(int)]
    seen = table.any(axis=(0, 2))
    units = _units(found.units[seen].tolist(), by)
    table = table[:, np.searchsorted(found.units, list(units)).astype(int)]
    met, not_met, _, unscored = table
    target = np.array([np.nan if b.target is None else b.target for b in columns], float)
    return Grid(
        units=tuple(units.values()),
        unit_ids=tuple(units),
        behaviours=tuple(columns),
        rates=_known_rates(met.tobytes(), not_met.tobytes(), target.tobytes(), shape=met.shape),
        unscored=unscored,
        conversations=table.sum(axis=0),
        first_day=period[0],
        last_day=period[1],
    )


@lru_cache(KEPT)
def _known_rates(met: bytes, not_met: bytes, target: bytes, *, shape: tuple[int, ...]) -> Rates:
    """Rates of the same counts are the same: pages of a large centre ask for them again and again."""
    hit, missed = (np.frombuffer(counts).reshape(shape) for counts in (met, not_met))
    return rates_of(hit, hit + missed, target=np.frombuffer(target))


def _units(ids: Collection[int], by: By) -> dict[int, Unit]:
    """Units by id, in the order of their names."""
    if by == "centre":
        return dict.fromkeys(ids, Unit(None, None, None))
    everything = viewing.OPERATOR
    if by == "team":
        return {t.pk: Unit(None, None, t.key) for t in viewing.teams(everything).filter(id__in=ids).order_by("key")}
    agents = viewing.agents(everything).filter(id__in=ids).order_by("name", "key")
    return {pk: Unit(*names) for pk, *names in agents.values_list("pk", "key", "name", "team__key")}


def _allowed(viewer: Viewer, by: By) -> Sequence[int]:
    """The units that the viewer may see."""
    if by == "agent":
        return list(viewing.agents(viewer).values_list("id", flat=True))
    if not viewer.has(Role.OPERATIONS, Role.QA_LEAD, Role.TEAM_LEADER):
        raise NotYoursError(f"rates by {by} are for operations, QA leads and team leaders")
    if by == "centre":
        return [0]
    everyone = viewer.has(Role.OPERATIONS)
    return list(viewing.teams(viewing.centre(viewer) if everyone else viewer).values_list("id", flat=True))


def only(grid: Grid, keep: Sequence[int]) -> Grid | None:
    """These of its units, by place; None where there are none. Their rates stay what they are among all."""
    if not keep:
        return None
    target = grid.rates.target
    return Grid(
        units=tuple(grid.units[i] for i in keep),
        unit_ids=tuple(grid.unit_ids[i] for i in keep),
        behaviours=grid.behaviours,
        rates=Rates(*(field if field is target else field[keep] for field in grid.rates)),
        unscored=grid.unscored[keep],
        conversations=grid.conversations[keep],
        first_day=grid.first_day,
        last_day=grid.last_day,
    )


def here(grid: Grid | None, today: date | None = None) -> Grid | None:
    """A grid of agents without those who have left by its last day, or by another one."""
    if grid is None:
        return None
    gone = set(Agent.objects.filter(left_on__lt=today or grid.last_day).values_list("pk", flat=True))
    return only(grid, [at for at, pk in enumerate(grid.unit_ids) if pk not in gone]) if gone else grid


def _row(grid: Grid, unit: int, column: int, *, known: bool) -> RateRow:
    behaviour, rates, cell = grid.behaviours[column], grid.rates, (unit, column)
    asked, unscored = int(rates.asked[cell]), int(grid.unscored[cell])
    return RateRow(
        *grid.units[unit],
        template=behaviour.template.key,
        behaviour=behaviour.key,
        title=behaviour.title,
        n=asked,
        met=int(rates.met[cell]),
        rate=number(rates.rate[cell]),
        low=float(rates.low[cell]),
        high=float(rates.high[cell]),
        shrunken=float(rates.shrunken[cell]),
        shrunken_low=float(rates.shrunken_low[cell]),
        shrunken_high=float(rates.shrunken_high[cell]),
        p_below_target=number(rates.p_below_target[cell]),
        target=number(rates.target[column]),
        unscored=unscored,
        opportunities=asked + unscored,
        reliable=known,
    )


def number(value: float) -> float | None:
    """A float for JSON, None where it is not defined."""
    return None if np.isnan(value) else float(value)
