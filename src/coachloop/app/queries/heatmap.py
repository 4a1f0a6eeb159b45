"""Who needs help with what: agents (or teams) by behaviours, with n and certainty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from coachloop.app.models import Behaviour, Team, Template
from coachloop.app.queries import rates, template_page, viewing
from coachloop.app.queries.paging import Slice, cut_list
from coachloop.app.queries.rates import Grid, RateRow
from coachloop.app.queries.templates import of_coaching
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.rates import CONFIDENT
from coachloop.core.model.people import Role

MOST_ROWS = 60
"""More agents than that are shown a team at a time, or where all are asked for so many on a page."""

ALL_TEAMS = "all"
LEVELS = (CONFIDENT, 0.95, 0.99)
Side = Literal["gap", "good", "open", "hatch"]


@dataclass(frozen=True, slots=True)
class Column:
    """A behaviour. `waits_for` says why nothing scores it; empty where something does."""

    key: str
    title: str
    target: float | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One rate. `side` is where it stands for certain, `level` from 1 how certain; `hatch` has too much unscored to say.

    `link` tells whether the viewer may see the calls behind it.
    """

    behaviour: str
    title: str
    met: int
    n: int
    rate: float | None
    low: float
    high: float
    unscored: int
    side: Side
    level: int
    link: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An agent or a team, with a cell a column; None where there was no opportunity."""

    key: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to pick."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Heatmap:
    """The table. `template` is empty where none is published, `team` where all are shown, `by` tells whether its rows are agents or teams."""

    templates: tuple[Option, ...]
    template: Option | None
    teams: tuple[Option, ...]
    team: str
    by: Literal["agent", "team"]
    columns: tuple[Column, ...]
    page: Slice[Row]
    hatched: bool

    @property
    def rows(self) -> Sequence[Row]:
        """Those on the page."""
        return self.page.rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a template, a team, and a page of a long list; what does not exist falls back to what does."""

    template: str = ""
    team: str = ""
    page: int = 1


def heatmap(viewer: Viewer, asked: Asked = Asked(), *, days: int, today: date) -> Heatmap:
    """One template's behaviours over the last `days` days: agents for leaders and QA leads, teams for operations alone."""
    options = tuple(Option(*row) for row in _scoring_templates(viewer))
    chosen = next((option for option in options if option.key == asked.template), options[0] if options else None)
    by: Literal["agent", "team"] = "agent" if viewer.has(Role.TEAM_LEADER, Role.QA_LEAD) else "team"
    grid = rates.grid_of(viewer, by=by, as_of=today, days=days, template=chosen.key) if chosen else None
    grid = rates.here(grid) if by == "agent" else grid
    teams = tuple(Option(t.key, t.name) for t in _pickable(viewer)) if by == "agent" else ()
    team = _shown_team(asked.team, teams, agents=len(grid.units) if grid else 0)
    columns = _columns(chosen.key) if chosen else ()
    places = cut_list(_places(viewer, grid, team=team, by=by), asked.page, size=MOST_ROWS)
    rows = tuple(_rows(grid, places.rows, columns, by=by))
    page = Slice(rows, places.number, places.pages, places.total)
    return Heatmap(
        templates=options,
        template=chosen,
        teams=teams,
        team=team,
        by=by,
        columns=columns,
        page=page,
        hatched=any(cell and cell.side == "hatch" for row in rows for cell in row.cells),
    )


def _shown_team(asked: str, teams: tuple[Option, ...], *, agents: int) -> str:
    """The team to show, empty for all: the one asked for, or the first where all would be too many to read."""
    if any(option.key == asked for option in teams):
        return asked
    return teams[0].key if teams and asked != ALL_TEAMS and agents > MOST_ROWS else ""


def _scoring_templates(viewer: Viewer) -> Iterable[tuple[str, str]]:
    """Templates with behaviours: published ones, and those that imported scores made."""
    about_agents = viewing.within(viewer, Template.objects.all()).exclude(pk__in=of_coaching())
    return about_agents.filter(behaviours__retired=False).distinct().order_by("title").values_list("key", "title")


def _pickable(viewer: Viewer) -> list[Team]:
    found = list(viewing.teams(viewer).order_by("name"))
    return found if len(found) > 1 else []


def _columns(template: str) -> tuple[Column, ...]:
    waits = template_page.waiting(template)
    rows = Behaviour.objects.filter(template__key=template, retired=False).order_by("position")
    return tuple(Column(b.key, b.title, b.target, waits.get(b.key, "")) for b in rows)


@dataclass(frozen=True, slots=True)
class _Place:
    """A unit of the grid with its title."""

    at: int
    key: str
    title: str


def _places(viewer: Viewer, grid: Grid | None, *, team: str, by: str) -> list[_Place]:
    """The units to show, in the order of their titles."""
    if grid is None:
        return []
    if by == "team":
        names = dict(viewing.teams(viewing.centre(viewer)).values_list("key", "name"))
        found = [
            _Place(at, unit.team_key or "", names.get(unit.team_key or "", "")) for at, unit in enumerate(grid.units)
        ]
    else:
        found = [
            _Place(at, unit.agent_key or "", unit.agent_name or unit.agent_key or "")
            for at, unit in enumerate(grid.units)
            if not team or unit.team_key == team
        ]
    asked = (grid.rates.asked + grid.unscored).any(axis=1)
    return sorted((one for one in found if asked[one.at]), key=lambda one: (one.title, one.key))


def _rows(grid: Grid | None, places: Sequence[_Place], columns: tuple[Column, ...], *, by: str) -> Iterable[Row]:
    shown = rates.only(grid, [one.at for one in places]) if grid else None
    cells: dict[str, dict[str, Cell]] = {one.key: {} for one in places}
    for row in rates.rows(shown) if shown else ():
        cells[(row.agent_key if by == "agent" else row.team_key) or ""][row.behaviour] = _cell(row, link=by == "agent")
    return (Row(one.key, one.title, tuple(cells[one.key].get(c.key) for c in columns)) for one in places)


def _cell(row: RateRow, *, link: bool) -> Cell:
    side, level = _stands(row)
    return Cell(
        behaviour=row.behaviour,
        title=row.title,
        met=row.met,
        n=row.n,
        rate=row.rate,
        low=row.low,
        high=row.high,
        unscored=row.unscored,
        side=side,
        level=level,
        link=link,
    )


def _stands(row: RateRow) -> tuple[Side, int]:
    """Below the target, at it, or not certain; never a colour where too much is unscored."""
    if not row.reliable:
        return "hatch", 0
    if row.p_below_target is None or not row.n:
        return "open", 0
    below, reached = _level(row.p_below_target), _level(1 - row.p_below_target)
    return ("gap", below) if below else ("good", reached) if reached else ("open", 0)


def _level(probability: float) -> int:
    return sum(probability >= bound for bound in LEVELS)
