"""The centre's counts by unit and behaviour over some days, from the roll-ups.

A process keeps the weeks that it has read: as long as a week's days are known by the same marks, its counts are added up again
without the database, and after a new call one week is read.
"""

from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from django.db.models import Sum
from numpy.typing import NDArray

from coachloop.app.models import AgentDay
from coachloop.app.queries import daily

By = Literal["agent", "team", "centre"]
type Ints = NDArray[np.int64]
type Week = tuple[tuple[date, tuple[int, int]], ...]

WEEKS_KEPT, SUMS_KEPT = 64, 16
"""Of 500 agents and 20 behaviours a week takes half a megabyte, sums a third of one."""


class Counts(NamedTuple):
    """By `units` and `behaviours` (their numbers in the database, rising): shape (4, units, behaviours).

    The four are met, not met, not applicable and unscored.
    """

    units: Ints
    behaviours: Ints
    table: NDArray[np.float64]


def counts(by: By, *, first: date, last: date) -> Counts:
    """What was counted from `first` to `last`, both included; the centre is unit 0. Its arrays are shared: never written to."""
    weeks: dict[tuple[int, int], list[tuple[date, tuple[int, int]]]] = defaultdict(list)
    for day, mark in daily.holding_marks(first, last).items():
        weeks[day.isocalendar()[:2]].append((day, mark))
    found = _together("team" if by == "team" else "agent", tuple(tuple(week) for week in weeks.values()))
    if by != "centre":
        return found
    return Counts(np.zeros(1, np.int64), found.behaviours, found.table.sum(axis=1, keepdims=True))


@lru_cache(SUMS_KEPT)
def _together(by: str, weeks: tuple[Week, ...]) -> Counts:
    rows = np.concatenate([np.zeros((0, 6), np.int64), *(_week(by, week) for week in weeks)])
    units, row = np.unique(rows[:, 0], return_inverse=True)
    behaviours, column = np.unique(rows[:, 1], return_inverse=True)
    cell, shape = row * len(behaviours) + column, (len(units), len(behaviours))
    sums = [np.bincount(cell, count, minlength=shape[0] * shape[1]).reshape(shape) for count in rows[:, 2:].T]
    return Counts(units, behaviours, np.array(sums, float))


@lru_cache(WEEKS_KEPT)
def _week(by: str, marks: Week) -> Ints:
    """One row a unit and behaviour: the two, and their four counts."""
    cells = AgentDay.objects.filter(day__range=(marks[0][0], marks[-1][0]))
    cells = cells.filter(team__isnull=False) if by == "team" else cells
    sums = cells.values_list(f"{by}_id", "behaviour_id").annotate(
        Sum("met"), Sum("not_met"), Sum("not_applicable"), Sum("unscored")
    )
    return np.array(list(sums.order_by()), np.int64).reshape(-1, 6)
