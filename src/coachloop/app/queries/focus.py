"""What each agent should work on, computed anew whenever it is asked; it binds nobody until a leader accepts it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from coachloop.app.models import Focus
from coachloop.app.queries.examples import Example, Wanted, newest_misses
from coachloop.app.queries.impact import Moves, everything, moved
from coachloop.app.queries.programme import pooled_response
from coachloop.app.queries.rates import Grid, grid_of, here
from coachloop.app.queries.suggested import Clock, Clocks, clocks
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.focus import RESPONSE, Case, Choice, Circumstances, choose, reason, share_of_calls, why_not
from coachloop.core.stats.proportions import Floats

NO_GAP = "No gap to a target is certain: a developmental conversation, led by the agent, fits best."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One agent's: the behaviour with its reason and example, or a developmental conversation where no gap is certain.

    The five-day clock runs from `landed_on` to `due_on`; both are empty where no clock runs. As long as the gap stands, newer calls
    do not renew it. `days_left` counts working days after `today`, negative when it has run out. `runner_up` says in one sentence what came second and why it lost; it is empty where
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
    among: Collection[int] | None = None,
) -> list[Suggestion]:
    """One suggestion an agent with data, largest expected gain first.

    Args:
        viewer: who asks.
        as_of: the last day counted; the last one with data where not given.
        days: how many days, that one included.
        today: the day the clock is read on; `as_of` where not given.
        moves: what behaviours do to the outcome; what was found last where not given.
        response: the share of a gap that coaching closes; what it closed here where not given, a default before that is known.
        among: only these agents, by their numbers in the database; all whom the viewer may see where not given.
    """
    grid = here(grid_of(viewer, by="agent", as_of=as_of, days=days, among=among), today)
    if grid is None:
        return []
    judged = _judge(viewer, grid, moves=moves, response=response)
    shown = _Shown(judged, _examples(viewer, judged), clocks(grid.unit_ids), today or grid.last_day)
    return sorted(map(shown.suggestion, range(len(grid.units))), key=lambda row: (-row.expected_gain, row.agent_name))


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is certain on a day: every gap, and those that are suggested, each with its clock where one runs."""

    certain: frozenset[Wanted]
    suggested: dict[Wanted, Clock | None]


def gaps(viewer: Viewer, *, as_of: date) -> Gaps:
    """Everybody's whom the viewer may see, in the four weeks up to a day."""
    grid = here(grid_of(viewer, by="agent", as_of=as_of))
    if grid is None:
        return Gaps(frozenset(), {})
    judged = _judge(viewer, grid)
    found, running = _examples(viewer, judged), clocks(grid.unit_ids)
    return Gaps(
        frozenset(
            judged.gap(int(row), int(column)) for row, column in zip(*np.nonzero(judged.choice.certain), strict=True)
        ),
        {gap: running.read(gap, found.get(gap)) for gap in judged.chosen().values()},
    )


def _judge(viewer: Viewer, grid: Grid, *, moves: Moves | None = None, response: float | None = None) -> "_Judged":
    moves = moved(viewer, everything(viewer)) if moves is None else moves
    around = _circumstances(grid, moves, response or pooled_response(viewer) or RESPONSE)
    return _Judged(grid, around, choose(grid.rates, around), moves.outcome)


def _examples(viewer: Viewer, judged: "_Judged") -> dict[Wanted, Example]:
    grid = judged.grid
    return newest_misses(viewer, judged.chosen().values(), first_day=grid.first_day, last_day=grid.last_day)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Everybody's choice with what it came from."""

    grid: Grid
    around: Circumstances
    choice: Choice
    outcome: str

    def gap(self, row: int, column: int) -> Wanted:
        """An agent and a behaviour."""
        return Wanted(self.grid.unit_ids[row], self.grid.behaviours[column].pk)

    def chosen(self) -> dict[int, Wanted]:
        """What is suggested, by row."""
        return {row: self.gap(row, column) for row, column in enumerate(self.choice.behaviour) if column >= 0}

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
class _Shown:
    """Everybody's choice with the examples that the viewer may see, and the clocks."""

    judged: _Judged
    examples: dict[Wanted, Example]
    clocks: Clocks
    today: date

    def suggestion(self, row: int) -> Suggestion:
        grid, choice = self.judged.grid, self.judged.choice
        unit, column = grid.units[row], int(choice.behaviour[row])
        behaviour = grid.behaviours[column] if column >= 0 else None
        gap = self.judged.gap(row, column) if behaviour else None
        example = self.examples.get(gap) if gap else None
        clock = self.clocks.read(gap, example) if gap else None
        return Suggestion(
            agent_key=unit.agent_key or "",
            agent_name=unit.agent_name or "",
            team_key=unit.team_key,
            kind="performance" if behaviour else "developmental",
            template=behaviour.template.key if behaviour else None,
            behaviour=behaviour.key if behaviour else None,
            title=behaviour.title if behaviour else None,
            reason=self.judged.reason(row),
            expected_gain=float(choice.gain[row]),
            example=example,
            landed_on=clock.day if clock else None,
            due_on=clock.due_on if clock else None,
            days_left=self.clocks.days_left(grid.unit_ids[row], clock, today=self.today) if clock else None,
            runner_up=self.judged.runner_up(row),
        )
