"""Who has slipped on what: daily counts in, alerts with their numbers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.daily import Daily
from coachloop.core.stats import drift as stats
from coachloop.core.stats.proportions import wilson

MIXES = 12
"""Kinds of calls (queue and direction) that get a difficulty of their own; rarer ones share one."""

WEEKS_A_MONTH = 365.25 / 12 / 7
RESTARTS = 10_000
"""More than a scorer is ever re-trained under one version."""

A_WORKING_WEEKDAY = 0.2
"""A weekday counts as worked with at least this share of the busiest weekday's calls."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many false alerts a month a site puts up with; the smaller of the two counts."""

    per_hundred: float = 1.0
    per_team: float = 1.0


@dataclass(frozen=True, slots=True)
class Ruler:
    """How a template version measures a behaviour: a later `epoch` restarts baselines, `shift` (points, 0..1) moves them."""

    epoch: int
    shift: float = 0.0


@dataclass(frozen=True, slots=True)
class Slip:
    """An agent's rate on a behaviour has really gone down.

    `met` of `n` since `onset`, with a 95 % interval `low` to `high`; `baseline` is what they would usually have reached in the same
    calls. It is `open` until `closed_on`; `why_closed` is "recovered", "settled" or "restarted".
    """

    agent: int
    behaviour: int
    onset: date
    signalled_on: date
    met: int
    n: int
    low: float
    high: float
    baseline: float
    baseline_n: int
    closed_on: date | None = None
    why_closed: str = ""

    @property
    def open(self) -> bool:
        """Whether it still stands."""
        return self.closed_on is None

    @property
    def recent(self) -> float:
        """The rate since the onset."""
        return self.met / self.n


@dataclass(frozen=True, slots=True)
class Drift:
    """Every slip so far by day of its signal, how many streams (agent x behaviour) there are, and how many are watched by now.

    The others have too few calls to say what is usual for them.
    """

    slips: tuple[Slip, ...] = ()
    streams: int = 0
    watched: int = 0
    allowed: float = 0.0
    """False alerts a month that the budget allows for all that are watched."""


def drift(
    daily: Daily,
    *,
    budget: Budget | None = None,
    rulers: Mapping[tuple[int, int], Ruler] | None = None,
    restarts: Mapping[int, Sequence[date]] | None = None,
) -> Drift:
    """Follow every agent and behaviour from the first day to the last.

    Args:
        daily: counts of the whole centre: levels are learned from everybody, whoever looks.
        budget: of false alerts.
        rulers: by (behaviour, version); a version that is not named restarts the baselines, in the order of their numbers.
        restarts: by behaviour, days from which its scorer measures in another way.
    """
    if not len(daily):
        return Drift()
    first, people = daily.day.min(), int(daily.agent.max()) + 1
    dates, day = _numbered((daily.day - first).astype(np.int64))
    days = first + dates
    names, stream = _numbered(daily.behaviour * people + daily.agent)
    behaviour, agent = np.divmod(names, people)
    epoch, shift = _rulers(daily, rulers or {})
    cells = stats.Cells(
        stream=stream,
        mix=_common(daily.mix),
        day=day,
        met=daily.met,
        asked=daily.met + daily.not_met,
        unscored=daily.unscored,
        epoch=epoch * RESTARTS + _restarted(daily, restarts or {}),
        shift=shift,
    )
    teams, month = int((np.bincount(daily.team + 1)[1:] > 0).sum()), working_month(daily)
    allowed = budget or Budget()
    run = stats.run_wanted(len(names), teams, per_hundred=allowed.per_hundred, per_team=allowed.per_team, month=month)
    found = stats.watch(cells, behaviour, mixes=int(cells.mix.max()) + 1, run=run)
    slips = tuple(_slip(alert, (agent, behaviour), days) for alert in found.alerts)
    watched = int(found.watched.sum())
    return Drift(slips, len(names), watched, watched * month / run)


def working_month(daily: Daily) -> float:
    """Days that the centre works in a month: 21.7 for a five-day week."""
    first = daily.day.min()
    by_day = np.bincount((daily.day - first).astype(np.int64), daily.met + daily.not_met + daily.unscored)
    weekday = (first.astype(np.int64) + np.arange(len(by_day)) + 3) % 7
    calls = np.bincount(weekday, by_day, 7)
    return float((calls >= A_WORKING_WEEKDAY * calls.max()).sum() * WEEKS_A_MONTH)


def _common(mix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mixes numbered by how often they come; the rare ones share the last number."""
    count = np.bincount(mix)
    place = np.empty(len(count), np.int64)
    place[np.argsort(-count, kind="stable")] = np.arange(len(count))
    return np.minimum(place, MIXES - 1)[mix]


def _numbered(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which values there are, ascending, and the place of each among them: without sorting millions of cells."""
    there = np.bincount(values) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[values]


def _rulers(daily: Daily, rulers: Mapping[tuple[int, int], Ruler]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Epoch and shift of each cell."""
    versions = int(daily.version.max()) + 1
    kinds, at = _numbered(daily.behaviour * versions + daily.version)
    each = [rulers.get((kind // versions, kind % versions), Ruler(kind % versions)) for kind in kinds.tolist()]
    return np.array([one.epoch for one in each])[at], np.array([one.shift for one in each])[at]


def _restarted(daily: Daily, restarts: Mapping[int, Sequence[date]]) -> NDArray[np.int64]:
    """How many restarts each cell has behind it."""
    behind = np.zeros(len(daily), np.int64)
    for behaviour, days in restarts.items():
        for day in days:
            behind += (daily.behaviour == behaviour) & (daily.day >= np.datetime64(day))
    return np.minimum(behind, RESTARTS - 1)


def _slip(alert: stats.Alert, who: tuple[NDArray[np.int64], NDArray[np.int64]], days: NDArray[np.datetime64]) -> Slip:
    agent, behaviour = who
    interval = wilson(alert.met, alert.asked)
    return Slip(
        agent=int(agent[alert.stream]),
        behaviour=int(behaviour[alert.stream]),
        onset=days[alert.onset].item(),
        signalled_on=days[alert.signalled].item(),
        met=alert.met,
        n=alert.asked,
        low=float(interval.low),
        high=float(interval.high),
        baseline=alert.expected / alert.asked,
        baseline_n=alert.baseline_asked,
        closed_on=None if alert.closed is None else days[alert.closed].item(),
        why_closed=alert.why_closed,
    )
