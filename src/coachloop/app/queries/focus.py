"""What each agent should work on, computed anew whenever it is asked; it binds nobody until a leader accepts it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from coachloop.app.models import Agent, Focus
from coachloop.app.queries import sites
from coachloop.app.queries.examples import Example, Wanted, newest_misses
from coachloop.app.queries.impact import Moves, everything, moved
from coachloop.app.queries.programme import pooled_response
from coachloop.app.queries.rates import Grid, grid_of
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.workdays import due
from coachloop.core.insight.focus import RESPONSE, Case, Choice, Circumstances, choose, reason, share_of_calls, why_not
from coachloop.core.stats.proportions import Floats

NO_GAP = "No gap to a target is certain: a developmental conversation, led by the agent, fits best."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One agent's: the behaviour with its reason and example, or a developmental conversation where no gap is certain.

    The five-day clock runs from `landed_on` to `due_on`; both are empty where no clock runs. `days_left` counts working days
    after `today`, negative when it has run out. `runner_up` says in one sentence what came second and why it lost; it is empty where
    nothing else is certain.
    """

    agent_key: str
    agent_name: str
    team_key: str | None
    kind: Literal["performance", "developmental"]
    template: str | None
    behaviour: str | None
    title: str | None
    reason: str
    expected_gain: float
    example: Example | None
    landed_on: date | None
    due_on: date | None
    days_left: int | None
    runner_up: str = ""


def suggestions(
    viewer: Viewer,
    *,
    as_of: date | None = None,
    days: int = 28,
    today: date | None = None,
    moves: Moves | None = None,
    response: float | None = None,
) -> list[Suggestion]:
    """One suggestion an agent with data, largest expected gain first.

    Args:
        viewer: who asks.
        as_of: the last day counted; the last one with data where not given.
        days: how many days, that one included.
        today: the day the clock is read on; `as_of` where not given.
        moves: what behaviours do to the outcome; what was found last where not given.
        response: the share of a gap that coaching closes; what it closed here where not given, a default before that is known.
    """
    grid = grid_of(viewer, by="agent", as_of=as_of, days=days)
    if grid is None:
        return []
    moves = moved(everything()) if moves is None else moves
    around = _circumstances(grid, moves, response or pooled_response() or RESPONSE)
    judged = _Judged(grid, around, choose(grid.rates, around), moves.outcome)
    chosen = {
        row: Wanted(grid.unit_ids[row], grid.behaviours[column].pk)
        for row, column in enumerate(judged.choice.behaviour)
        if column >= 0
    }
    found = newest_misses(viewer, chosen.values(), first_day=grid.first_day, last_day=grid.last_day)
    agents = (
        Agent.objects.select_related("team__site")
        .prefetch_related("absences", "team__site__closures")
        .in_bulk(grid.unit_ids)
    )
    busy = frozenset(Focus.objects.filter(closed_at__isnull=True).values_list("agent_id", flat=True))
    clock = _Clock(today or grid.last_day, agents, busy)
    rows = [
        _suggestion(judged, row, example=found.get(chosen[row]) if row in chosen else None, clock=clock)
        for row in range(len(grid.units))
    ]
    return sorted(rows, key=lambda row: (-row.expected_gain, row.agent_name))


def five_days(agent: Agent, example: Example | None, *, today: date) -> tuple[date, date, int] | None:
    """The clock of an example: day 0, the due day, and the working days left; None where it starts none."""
    if example is None or example.landed_at is None:
        return None
    landed = sites.local_date(agent, example.landed_at)
    calendar = sites.calendar_of(agent, around=landed)
    end = due(landed, calendar)
    return landed, end, calendar.until(today, end)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Everybody's choice with what it came from."""

    grid: Grid
    around: Circumstances
    choice: Choice
    outcome: str

    def case(self, row: int, column: int) -> Case:
        """What speaks for one behaviour of one agent."""
        impact = self.around.impact
        return Case(
            cell=(row, column),
            title=self.grid.behaviours[column].title,
            chance=float(share_of_calls(self.grid.rates, self.around)[row, column]),
            impact=float(np.nan_to_num(impact[column])) if impact is not None and self.choice.by_impact[row] else None,
            outcome=self.outcome,
        )

    def reason(self, row: int) -> str:
        """Why this."""
        column = int(self.choice.behaviour[row])
        if column < 0:
            return NO_GAP
        return reason(self.case(row, column), self.grid.rates, float(self.choice.gain[row]))

    def runner_up(self, row: int) -> str:
        """Why not the next; empty where there is none."""
        first, second = int(self.choice.behaviour[row]), int(self.choice.runner_up[row])
        if second < 0:
            return ""
        return why_not(self.case(row, second), self.case(row, first), self.grid.rates)


def _circumstances(grid: Grid, moves: Moves, response: float) -> Circumstances:
    rows = {pk: row for row, pk in enumerate(grid.unit_ids)}
    columns = {b.pk: column for column, b in enumerate(grid.behaviours)}
    taken = np.zeros(grid.rates.met.shape, bool)
    for agent, behaviour in Focus.objects.filter(closed_at__isnull=True).values_list("agent_id", "behaviour_id"):
        if agent in rows and behaviour in columns:
            taken[rows[agent], columns[behaviour]] = True
    impact = np.array([moves.effects.get(b.pk, np.nan) for b in grid.behaviours], float) if moves.effects else None
    return Circumstances(grid.unscored, grid.conversations, _worth(grid), taken, impact, response)


def _worth(grid: Grid) -> Floats:
    """Each behaviour's share of its template's weights."""
    weight = np.array([b.weight for b in grid.behaviours], float)
    template = np.array([b.template_id for b in grid.behaviours])
    total = np.array([weight[template == one].sum() for one in template], float)
    return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0), float)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Reads the five-day clock of each agent's site and absences; it stands still for those who work on a focus already."""

    today: date
    agents: dict[int, Agent]
    busy: frozenset[int]

    def read(self, agent_id: int, example: Example | None) -> tuple[date, date, int] | None:
        return None if agent_id in self.busy else five_days(self.agents[agent_id], example, today=self.today)


def _suggestion(judged: _Judged, row: int, *, example: Example | None, clock: _Clock) -> Suggestion:
    grid, choice = judged.grid, judged.choice
    unit, column = grid.units[row], int(choice.behaviour[row])
    behaviour = grid.behaviours[column] if column >= 0 else None
    landed, end, left = clock.read(grid.unit_ids[row], example) or (None, None, None)
    return Suggestion(
        agent_key=unit.agent_key or "",
        agent_name=unit.agent_name or "",
        team_key=unit.team_key,
        kind="performance" if behaviour else "developmental",
        template=behaviour.template.key if behaviour else None,
        behaviour=behaviour.key if behaviour else None,
        title=behaviour.title if behaviour else None,
        reason=judged.reason(row),
        expected_gain=float(choice.gain[row]),
        example=example,
        landed_on=landed,
        due_on=end,
        days_left=left,
        runner_up=judged.runner_up(row),
    )
