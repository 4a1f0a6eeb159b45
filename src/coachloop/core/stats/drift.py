"""Which streams have slipped from what is usual for them: a CUSUM each, adjusted for the mix of calls, stepping over days alone."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from coachloop.core.stats import cusum
from coachloop.core.stats.baseline import Baseline

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

RUN_IN, RUN_IN_DAYS = 30, 10
"""Opportunities, and days with some, before a stream is watched: until then nobody knows what is usual."""

FEWEST = 8
"""Opportunities since the onset below which nothing is said."""

TOO_MANY_UNSCORED = 0.1
CONFIDENT = 0.9
EVERY = 5
"""Days from one fit of the levels to the next."""

SETTLED = 60
"""Working days after which a slide that stayed has become what is usual, and the baseline starts again."""

CAUTION = 0.7
"""How far the limit is raised for a baseline that is itself uncertain; 1 would take the baseline's whole variance as evidence against
a slide, 0 would take it as known. At 0.7 simulated centres raise about half the false alerts that they are allowed, whatever their size."""

WORKING_MONTH = 21.0
STEADY = 200.0
"""The weight, in calls, of the belief that days differ by chance alone."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts by stream, mix and day, each array of shape (cells,).

    `stream` and `mix` are numbered from 0, `day` is an index into the days that the centre worked, in their order. `met` of `asked`
    are decided, `unscored` open. A higher `epoch` restarts a stream's baseline; `shift` is what the ruler has moved since its epoch
    began, in points (0..1): the baseline moves with it.
    """

    stream: Ints
    mix: Ints
    day: Ints
    met: Ints
    asked: Ints
    unscored: Ints
    epoch: Ints
    shift: Floats


@dataclass(frozen=True, slots=True)
class Alert:
    """One stream that slipped. Days are indices; `closed` is None while it is open.

    `met` of `asked` since the onset, up to the last day seen while it is open, up to the signal afterwards; `expected` is how many
    would usually have been met in the same calls. `baseline_asked` is what the baseline was learned from. `why_closed` is
    "recovered", "settled" (it stayed so long that it is what is usual now) or "restarted" (another version measures).
    """

    stream: int
    onset: int
    signalled: int
    closed: int | None
    met: int
    asked: int
    expected: float
    baseline_asked: int
    why_closed: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of watching: alerts by day of their signal, and which streams were watched at the end, shape (streams,)."""

    alerts: tuple[Alert, ...]
    watched: Mask
    baseline: Floats


def run_wanted(
    streams: int, teams: int, *, per_hundred: float = 1.0, per_team: float = 1.0, month: float = WORKING_MONTH
) -> float:
    """Days between false alarms of one stream: the smaller of both budgets, each in false alerts a month.

    Args:
        streams: how many are watched.
        teams: how many teams they belong to; 0 leaves the budget by team out.
        per_hundred: false alerts a month for each hundred streams.
        per_team: false alerts a month for each team.
        month: days that the centre works in a month.

    Raises:
        ValueError: a budget is not above 0.
    """
    if per_hundred <= 0 or per_team <= 0:
        raise ValueError(f"a budget must be above 0, got {per_hundred} for 100 streams and {per_team} for a team")
    by_team = per_team * teams / streams if teams and streams else np.inf
    return month / min(per_hundred / 100, by_team)


def watch(cells: Cells, behaviour: ArrayLike, *, mixes: int, run: float) -> Watched:
    """Follow every stream day by day.

    Nothing that comes later changes what was said before: levels and limits are learned from days that are over.

    Args:
        cells: the counts, in any order.
        behaviour: of each stream, ascending, shape (streams,).
        mixes: how many there are.
        run: average run length wanted, in days: how long one stream goes without a false alarm.

    Source:
        Steiner et al. (2000), Biostatistics 1:441-452, adjusted for risk; Hawkins (1987), The Statistician 36:299-315, for a baseline
        that is learned meanwhile; Page (1954), Biometrika 41:100-115, for the last zero as onset.
    """
    found = _Watch(np.asarray(behaviour, np.int64), mixes=mixes, run=run)
    order = np.argsort(cells.day.astype(np.uint16), kind="stable")  # so few days are sorted by their digits
    days = cells.day[order]
    last = int(days[-1]) + 1 if len(days) else 0
    edges = np.searchsorted(days, np.arange(last + 1))
    for day in range(last):
        some = order[edges[day] : edges[day + 1]]
        found.step(day, _pick(cells, some))
    return found.result()


def _pick(cells: Cells, some: Ints) -> Cells:
    return Cells(*(getattr(cells, name)[some] for name in Cells.__slots__))


def _clear(table: Floats, which: Mask) -> None:
    table *= ~which[:, None]


class _Watch:
    """The state of all streams, shape (streams,) or (streams, mixes), the latter in Fortran's order as in Baseline."""

    def __init__(self, behaviour: Ints, *, mixes: int, run: float) -> None:
        many, self.mixes, self.run = len(behaviour), mixes, run
        self.model = Baseline(behaviour, mixes=mixes)
        self.usual_met, self.usual = (np.zeros((many, mixes), order="F") for _ in range(2))
        self.since_met, self.since = (np.zeros((many, mixes), order="F") for _ in range(2))
        self.usual_days, self.born = np.zeros(many), np.full(many, -1)
        self.sum, self.information, self.blur, self.expected = (np.zeros(many) for _ in range(4))
        self.unscored, self.since_days, self.onset = np.zeros(many), np.zeros(many), np.full(many, -1)
        self.epoch, self.shift = np.full(many, -1), np.zeros(many)
        self.limit, self.open = np.full(many, cusum.HIGHEST), np.full(many, -1)
        self.squares, self.variances = (np.full(len(self.model.starts), STEADY) for _ in range(2))
        self.week, self.week_variance = np.zeros(many), np.zeros(many)
        self.alerts: list[Alert] = []
        self.newest: dict[int, int] = {}

    def step(self, day: int, cells: Cells) -> None:
        """One more day."""
        cells = self._current(day, cells)
        met, asked = (self._table(cells, values) for values in (cells.met, cells.asked))
        unscored = np.bincount(cells.stream, cells.unscored, len(self.sum))
        self.born[(self.born < 0) & (asked.sum(axis=1) > 0)] = day
        if day % EVERY == 0 and self.usual.any():
            self._learn(day)
        watched = self._watched()
        self._run_in(~watched, met, asked)
        self._add(day, watched, (met, asked, unscored))
        self._close(day, watched & (self.sum <= 0))
        self._signal(day, watched)
        self.model.follow(self.usual_met, self.usual)

    def result(self) -> Watched:
        """All alerts, those that are open with what has come since."""
        now = [replace(alert, **self._counts(alert.stream)) if alert.closed is None else alert for alert in self.alerts]
        return Watched(tuple(now), self._watched(), self._usual_rate())

    def _current(self, day: int, cells: Cells) -> Cells:
        """Cells of the newest epoch; streams that enter one begin anew, those whose ruler moved take their baseline along."""
        newest = self.epoch.copy()
        np.maximum.at(newest, cells.stream, cells.epoch)
        renewed = newest > self.epoch
        for stream in np.flatnonzero(renewed & (self.open >= 0)):
            self._end(int(stream), day, "restarted")
        self._restart(renewed)
        self.open[renewed], self.epoch = -1, newest
        current = cells.epoch == newest[cells.stream]
        kept = cells if current.all() else _pick(cells, np.flatnonzero(current))
        moved = self.shift.copy()
        moved[kept.stream] = kept.shift
        by = (moved - self.shift)[:, None]
        if by.any():
            self.usual_met = np.clip(self.usual_met + by * self.usual, 0, self.usual)
        self.shift = moved
        return kept

    def _restart(self, which: Mask) -> None:
        for table in (self.usual_met, self.usual, self.since_met, self.since):
            _clear(table, which)
        for row in (self.usual_days, self.shift):
            row[which] = 0
        self.born[which] = -1
        self._forget(which)

    def _forget(self, which: Mask) -> None:
        """Back to zero: what has come since is no longer looked at."""
        for row in (self.sum, self.information, self.blur, self.expected, self.unscored, self.since_days):
            row[which] = 0
        self.onset[which] = -1
        _clear(self.since_met, which)
        _clear(self.since, which)

    def _table(self, cells: Cells, values: Ints) -> Floats:
        many = len(self.sum)
        return np.bincount(cells.mix * many + cells.stream, values, many * self.mixes).reshape(self.mixes, many).T

    def _learn(self, day: int) -> None:
        known = self.open[:, None] < 0
        met, asked = self.usual_met + self.since_met * known, self.usual + self.since * known
        self.model.learn(met, asked, own_met=self.usual_met, own_asked=self.usual)
        a_day = (self.usual + self.since).sum(axis=1) / np.maximum(day - self.born, 1)
        rate = np.clip(self._usual_rate(), 0.01, 0.99)
        self.limit = cusum.limits(rate, np.maximum(a_day, 0.05), self.run)

    def _usual_rate(self) -> Floats:
        """What the stream usually reaches, over the mixes it was learned in."""
        p = self.model.expected()
        weight = self.usual + 1e-9
        return np.asarray((p * weight).sum(axis=1) / weight.sum(axis=1), float)

    def _watched(self) -> Mask:
        enough = (self.usual.sum(axis=1) >= RUN_IN) & (self.usual_days >= RUN_IN_DAYS)
        return np.asarray(enough & (self.limit < cusum.HIGHEST), bool)

    def _run_in(self, which: Mask, met: Floats, asked: Floats) -> None:
        self.usual_met += met * which[:, None]
        self.usual += asked * which[:, None]
        self.usual_days += which & (asked.sum(axis=1) > 0)

    def _add(self, day: int, watched: Mask, counts: tuple[Floats, Floats, Floats]) -> None:
        """What this day adds to the sums; a sum that is at zero begins with it."""
        met, asked, unscored = ((table.T * watched).T for table in counts)
        p = self.model.expected()
        good, bad = cusum.weights(p)
        information = asked * p * (1 - p)
        blur = (information * np.sqrt(self.model.variance)).sum(axis=1)
        surprise = (asked * p - met).sum(axis=1)
        self._disperse(day, surprise, information.sum(axis=1) + blur**2)
        excess = self._excess()
        self.onset[(self.onset < 0) & (asked.sum(axis=1) > 0)] = day
        self.sum += (met * good + (asked - met) * bad).sum(axis=1) / excess
        self.information += information.sum(axis=1) / excess
        self.blur += blur / excess
        self.expected += (asked * p).sum(axis=1)
        self.unscored += unscored
        self.since_days += asked.sum(axis=1) > 0
        self.since_met += met
        self.since += asked

    def _disperse(self, day: int, surprise: Floats, variance: Floats) -> None:
        """Each week's surprise against what chance would bring; weeks, because form comes and goes over days."""
        steady = self.open < 0
        self.week += np.where(steady, surprise, 0)
        self.week_variance += np.where(steady, variance, 0)
        if day % EVERY == EVERY - 1:
            self.squares += np.add.reduceat(self.week**2, self.model.starts)
            self.variances += np.add.reduceat(self.week_variance, self.model.starts)
            self.week[:], self.week_variance[:] = 0, 0

    def _excess(self) -> Floats:
        """How much more the days differ than chance alone would have it, by behaviour, given to each stream."""
        return np.asarray(np.maximum(self.squares / self.variances, 1)[self.model.group], float)

    def _close(self, day: int, zero: Mask) -> None:
        """At zero all is well: what came since is usual too, unless an alert was open."""
        calm = zero & (self.open < 0)
        self.usual_met += self.since_met * calm[:, None]
        self.usual += self.since * calm[:, None]
        self.usual_days += self.since_days * calm
        stays = (self.open >= 0) & (day - self.open >= SETTLED)
        for stream in np.flatnonzero((zero | stays) & (self.open >= 0)):
            self._end(int(stream), day, "recovered" if zero[stream] else "settled")
        self._restart(stays & ~zero)
        self.open[zero | stays] = -1
        self._forget(zero)

    def _counts(self, stream: int) -> dict[str, Any]:
        return {
            "met": int(self.since_met[stream].sum()),
            "asked": int(self.since[stream].sum()),
            "expected": float(self.expected[stream]),
            "baseline_asked": round(self.usual[stream].sum()),
        }

    def _end(self, stream: int, day: int, why: str) -> None:
        at = self.newest[stream]
        self.alerts[at] = replace(self.alerts[at], closed=day, why_closed=why)

    def _bar(self) -> Floats:
        """The limit, raised as far as the evidence since the onset is large against that behind the baseline."""
        doubt = self.blur**2 / np.maximum(self.information, 1e-9)
        return np.asarray(self.limit * (1 + CAUTION * doubt), float)

    def _signal(self, day: int, watched: Mask) -> None:
        bar = self._bar()
        asked = self.since.sum(axis=1)
        few_open = self.unscored <= TOO_MANY_UNSCORED * (self.unscored + asked)
        short = self.expected - self.since_met.sum(axis=1)
        spread = self._excess() * np.sqrt(self.information + self.blur**2)
        certain = short >= special.ndtri(CONFIDENT) * spread
        loud = watched & (self.open < 0) & (self.sum >= bar) & (asked >= FEWEST) & few_open & certain
        for stream in map(int, np.flatnonzero(loud)):
            alert = Alert(stream, int(self.onset[stream]), day, None, 0, 0, 0.0, 0)
            self.newest[stream] = len(self.alerts)
            self.alerts.append(replace(alert, **self._counts(stream)))
        self.open[loud] = day
        self.sum = np.where(self.open >= 0, np.minimum(self.sum, bar), self.sum)
