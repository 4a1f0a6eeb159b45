"""Who needs which workshop, and how many hours are saved by leaving the others alone."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from coachloop.app.queries import viewing
from coachloop.app.queries.rates import Grid, grid_of
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.insight.workshops import Need, Time, need, time
from coachloop.core.model.people import Role

MINUTES = GatheringKind.WORKSHOP.minutes
FEWEST = GatheringKind.WORKSHOP.fewest


@dataclass(frozen=True, slots=True)
class Person:
    """An agent who needs it."""

    key: str
    name: str
    team: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """One behaviour: how many need it of how many who were seen, and the time that takes.

    `agents` names those whom the viewer may see, `teams` counts them by team; `mine` are those that the viewer leads.
    """

    template: str
    behaviour: str
    title: str
    target: float | None
    needing: int
    everybody: int
    took: Time
    agents: tuple[Person, ...]
    teams: tuple[tuple[str, int], ...]
    mine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """The workshops that are worth holding, most needed first; `alone` is how many of `agents` need none, `hours` what is saved."""

    workshops: tuple[Workshop, ...]
    agents: int
    alone: int
    first: date
    last: date

    @property
    def saved(self) -> float:
        """Hours against training everybody who was seen."""
        return sum(one.took.saved for one in self.workshops)


def workshops(
    viewer: Viewer, *, as_of: date | None = None, days: int = 28, template: str | None = None
) -> Needs | None:
    """Behaviours that at least two agents need; None without data.

    Operations see counts by team, team leaders and QA leads the agents whom they may see.
    """
    named = viewer.has(Role.TEAM_LEADER, Role.QA_LEAD)
    grid = grid_of(viewer if named else viewing.centre(viewer), by="agent", as_of=as_of, days=days, template=template)
    if grid is None or not (named or viewer.has(Role.OPERATIONS)):
        return None
    found = need(grid.rates, grid.unscored)
    names = dict(viewing.teams(viewing.centre(viewer)).values_list("key", "name"))
    led = set(viewing.agents(viewer).filter(team__in=viewer.team_ids).values_list("key", flat=True))
    each = [_workshop(grid, found, column, names=names, led=led, named=named) for column in range(len(grid.behaviours))]
    held = [one.needing >= FEWEST for one in each]
    return Needs(
        workshops=tuple(
            sorted((one for one in each if one.needing >= FEWEST), key=lambda one: (-one.needing, one.title))
        ),
        agents=len(grid.units),
        alone=int((~found.needs[:, held].any(axis=1)).sum()),
        first=grid.first_day,
        last=grid.last_day,
    )


def _workshop(grid: Grid, found: Need, column: int, *, names: dict[str, str], led: set[str], named: bool) -> Workshop:
    behaviour, rows = grid.behaviours[column], np.flatnonzero(found.needs[:, column])
    units = [grid.units[row] for row in rows]
    teams = [names.get(unit.team_key or "", "no team") for unit in units]
    people = [
        Person(unit.agent_key or "", unit.agent_name or "", team) for unit, team in zip(units, teams, strict=True)
    ]
    seen = int(found.seen[:, column].sum())
    target = float(grid.rates.target[column])
    return Workshop(
        template=behaviour.template.key,
        behaviour=behaviour.key,
        title=behaviour.title,
        target=None if np.isnan(target) else target,
        needing=len(rows),
        everybody=seen,
        took=time(len(rows), seen, minutes=MINUTES),
        agents=tuple(people) if named else (),
        teams=tuple((team, teams.count(team)) for team in sorted(set(teams))),
        mine=tuple(one.key for one in people if one.key in led),
    )
