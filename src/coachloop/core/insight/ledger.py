"""One behaviour's counts, added up day by day, so that what any days hold is one subtraction."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coachloop.core.insight.daily import Daily, Days, Ints
from coachloop.core.stats.levels import Mix, mix_of
from coachloop.core.stats.proportions import Floats

MOST_MIXES = 24
"""Mixes told apart; those with the fewest calls stand together."""

DAY = np.timedelta64(1, "D")


class Counts(NamedTuple):
    """What some days hold: `met` and `asked` of shape (units, mixes), `unscored` of shape (units,)."""

    met: Floats
    asked: Floats
    unscored: Floats


@dataclass(frozen=True, slots=True)
class Ledger:
    """Running totals to the end of each day, the first of them 0: shape (agents, mixes, days + 1); `unscored` (agents, days + 1)."""

    people: Ints
    first: np.datetime64
    met: Floats
    asked: Floats
    unscored: Floats
    mix: Mix

    def between(self, who: Ints, first: Days, last: Days) -> Counts:
        """Counts of these agents (indices into `people`) from `first` to `last`, each of shape (units,); none where last < first."""
        start = self._place(first - DAY)
        end = np.maximum(self._place(last), start)
        met, asked = (table[who, :, end] - table[who, :, start] for table in (self.met, self.asked))
        return Counts(met, asked, self.unscored[who, end] - self.unscored[who, start])

    def _place(self, day: Days) -> Ints:
        """How many of the days have passed at the end of this one."""
        passed = (day - self.first).astype("timedelta64[D]").astype(np.int64) + 1
        return np.clip(passed, 0, self.met.shape[2] - 1)


def ledger(cells: Daily, people: Ints) -> Ledger:
    """The ledger of one behaviour.

    Args:
        cells: its daily counts, at least one.
        people: numbers of the agents, in order, those of the cells among them.
    """
    agent, mix = np.searchsorted(people, cells.agent), _commonest(cells)
    day = (cells.day - cells.day.min()).astype(np.int64)
    size = (len(people), int(mix.max()) + 1, int(day.max()) + 2)
    met, asked = (_summed((agent, mix, day + 1), counts, size) for counts in (cells.met, cells.met + cells.not_met))
    unscored = _summed((agent, day + 1), cells.unscored, (size[0], size[2]))
    return Ledger(people, cells.day.min(), met, asked, unscored, mix_of(met[..., -1], asked[..., -1]))


def _commonest(cells: Daily) -> Ints:
    """The mix of each cell by how common it is, the rarest in one."""
    calls = np.bincount(cells.mix, cells.met + cells.not_met)
    rank = np.empty(len(calls), np.int64)
    rank[np.argsort(-calls, kind="stable")] = np.arange(len(calls))
    return np.asarray(np.minimum(rank[cells.mix], MOST_MIXES - 1), np.int64)


def _summed(at: tuple[Ints, ...], counts: Ints, size: tuple[int, ...]) -> Floats:
    flat = np.bincount(np.ravel_multi_index(at, size), counts, int(np.prod(size)))
    return np.asarray(flat.reshape(size).cumsum(axis=-1), float)
