"""Did the coaching work? Each session against agents who were not coached, and all of them together."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.daily import Daily, Days, Ints
from coachloop.core.insight.ledger import DAY, Counts, Ledger, ledger
from coachloop.core.insight.rates import reliable
from coachloop.core.stats.effect import Comparison, Units, compare
from coachloop.core.stats.levels import levels
from coachloop.core.stats.pooling import Pooled, pool
from coachloop.core.stats.proportions import Floats

BEFORE_DAYS, AFTER_DAYS, UNKNOWN_CHOICE = 42, 28, 14
ENOUGH = 5
"""Opportunities below which a window says nothing."""

FEWEST_CONTROLS = 5
"""Agents, counted effectively, without whom an effect can't be told from other changes."""

WORTH_HAVING = 0.02
"""Gains that lie below this for certain are none."""

DRAWS = 600
"""Of the bootstrap."""

CELLS = 1_000_000
"""Agents and mixes, times windows, that are looked at together."""


class Windows(NamedTuple):
    """First and last days of the baseline and of the days after, each of shape (sessions,)."""

    before_first: Days
    before_last: Days
    after_first: Days
    after_last: Days


class Effect(StrEnum):
    """What is said of a session or of the programme, by the interval alone."""

    WORKED = "worked"
    OPEN = "no evidence yet"
    DID_NOT = "did not work"


class Why(StrEnum):
    """What keeps an effect from being estimated."""

    NOTHING = ""
    BEFORE = "too few calls before it"
    AFTER = "too few calls since"
    UNSCORED = "too much is not scored"
    ALONE = "cannot be separated from other changes: too few agents like this one went without"
    REPORT = "cannot be separated from other changes: a report was switched on in these days"


@dataclass(frozen=True, slots=True)
class Sessions:
    """What is to be measured; arrays of shape (sessions,). Agents and behaviours carry the numbers of the daily counts.

    `chosen_from` is the first of the days whose calls led to the choice, NaT where nobody knows. `before_days` and `after_days` are
    how long the baseline and the days after are at most.
    """

    agent: Ints
    behaviour: Ints
    held_on: Days
    chosen_from: Days
    before_days: int = BEFORE_DAYS
    after_days: int = AFTER_DAYS

    def __len__(self) -> int:
        return len(self.agent)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Everything by which agents were told about a behaviour: sessions, huddles, workshops; or reports, from their first day.

    Arrays of shape (contacts,). Whoever has one in a session's days is no control of it.
    """

    agent: Ints
    behaviour: Ints
    day: Days

    def about(self, behaviour: int) -> "Contacts":
        """Those on one behaviour."""
        keep = self.behaviour == behaviour
        return Contacts(self.agent[keep], self.behaviour[keep], self.day[keep])

    def reached(self, people: Ints, days: Windows) -> NDArray[np.bool_]:
        """Whether each of these agents, numbers in order, has a contact from a baseline's first day to the last day after.

        Of shape (windows, people).
        """
        found = np.zeros((len(days.before_first), len(people)), bool)
        known = np.flatnonzero(np.isin(self.agent, people))
        among = (self.day[known] >= days.before_first[:, None]) & (self.day[known] <= days.after_last[:, None])
        window, contact = np.nonzero(among)
        found[window, np.searchsorted(people, self.agent[known])[contact]] = True
        return found


@dataclass(frozen=True, slots=True)
class Effects:
    """One row a session, arrays of shape (sessions,); what could not be estimated is NaN and has a reason in `why`.

    `before` is the shrunken baseline at the mix of the days after, `after` the rate seen since, `change` what happened to those who
    were not coached. `error` is the standard error, `shared` of shape (draws, sessions) the bootstrap's deviations by the controls.
    """

    before: Floats
    after: Floats
    change: Floats
    effect: Floats
    low: Floats
    high: Floats
    error: Floats
    n_before: Ints
    n_after: Ints
    controls: Floats
    shared: Floats
    why: tuple[Why, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is an estimate."""
        return ~np.isnan(self.effect)

    @property
    def verdicts(self) -> tuple[Effect, ...]:
        """What is said of each."""
        return tuple(verdict(low, high) for low, high in zip(self.low, self.high, strict=True))


def verdict(low: float, high: float) -> Effect:
    """What an interval allows one to say; nothing where there is none."""
    if low > 0:
        return Effect.WORKED
    return Effect.DID_NOT if high < WORTH_HAVING else Effect.OPEN


def effects(
    daily: Daily,
    sessions: Sessions,
    *,
    contacts: Contacts,
    reports: Contacts,
    as_of: np.datetime64,
    rng: np.random.Generator,
) -> Effects:
    """Difference in differences of each session, against matched agents without one, over the same days.

    The baseline ends before the days whose calls led to the choice (14 days before the session where these are unknown), begins
    42 days earlier, and after an earlier contact on the same behaviour. After are the 28 days from the day after the session.

    Args:
        daily: counts of verdicts of all agents, coached or not, up to `as_of`.
        sessions: what is to be measured.
        contacts: sessions, huddles and workshops of everybody, those measured among them.
        reports: the first day of a report about a behaviour, for each agent who gets it.
        as_of: the last day counted.
        rng: source of the bootstrap's draws.

    Source:
        docs/methods.md, "Did the coaching work?".
    """
    people = np.unique(np.concatenate([daily.agent, sessions.agent]))
    alike = np.full(max(len(people), 1), 1 / max(len(people), 1))
    draws = rng.multinomial(len(people), alike, size=DRAWS).astype(float)
    windows = windows_of(sessions, contacts, as_of)
    found = _Found(len(sessions))
    for behaviour in np.unique(sessions.behaviour):
        cells, rows = daily.where(daily.behaviour == behaviour), np.flatnonzero(sessions.behaviour == behaviour)
        if len(cells):
            told = tuple(one.about(behaviour) for one in (contacts, reports))
            _measure(ledger(cells, people), sessions, rows, windows=windows, told=told, draws=draws, found=found)
    return found.effects(rng)


def pooled(found: Effects, agent: Ints, *, keep: NDArray[np.bool_] | None = None) -> Pooled:
    """The effect of many sessions: random effects over coached agents, each with the mean of their sessions.

    Args:
        found: effects of sessions.
        agent: whose each is, shape (sessions,).
        keep: which to pool, shape (sessions,); all that are known where not given.
    """
    rows = np.flatnonzero(found.known if keep is None else found.known & keep)
    people, group = np.unique(agent[rows], return_inverse=True)
    if not len(people):
        return pool([], [])
    weight = 1 / found.error[rows] ** 2
    share = weight / np.bincount(group, weight)[group]
    means = np.bincount(group, share * found.effect[rows])
    variance = np.bincount(group, share * found.error[rows]) ** 2
    pull = 1 / (variance + pool(means, variance).between)
    common = found.shared[:, rows] @ (share * (pull / pull.sum())[group])
    return pool(means, variance, shared=float(np.var(common)))


def windows_of(sessions: Sessions, contacts: Contacts, as_of: np.datetime64) -> Windows:
    """The days of each session's baseline, and those after it."""
    unknown = np.isnat(sessions.chosen_from)
    chosen = np.where(unknown, sessions.held_on - UNKNOWN_CHOICE * DAY, sessions.chosen_from)
    last: Days = np.asarray(np.minimum(chosen, sessions.held_on) - DAY, "datetime64[D]")
    first = np.maximum(last - (sessions.before_days - 1) * DAY, _contact_before(sessions, contacts, last) + DAY)
    end = np.minimum(sessions.held_on + sessions.after_days * DAY, as_of)
    return Windows(first, last, sessions.held_on + DAY, end)


def _contact_before(sessions: Sessions, contacts: Contacts, last: Days) -> Days:
    """The newest contact of the same agent on the same behaviour until `last`; long ago where there is none."""
    long_ago = np.datetime64("1900-01-01", "D")
    agent, behaviour = (
        np.concatenate([getattr(one, name) for one in (contacts, sessions)]) for name in ("agent", "behaviour")
    )
    _, pair = np.unique(np.stack([agent, behaviour], axis=1), axis=0, return_inverse=True)
    times = (np.concatenate([contacts.day, last]) - long_ago).astype(np.int64)
    key = pair.ravel() * 10**6 + times
    known = np.sort(key[: len(contacts.agent)])
    wanted = key[len(contacts.agent) :]
    place = np.searchsorted(known, wanted, side="right") - 1
    newest = known[np.maximum(place, 0)] if len(known) else np.full(len(wanted), -1)
    same = (place >= 0) & (newest // 10**6 == wanted // 10**6)
    return long_ago + np.where(same, newest % 10**6, 0) * DAY


class _Found:
    """What is filled in group by group."""

    def __init__(self, sessions: int) -> None:
        self.numbers = {name: np.full(sessions, np.nan) for name in ("before", "after", "change", "noise", "controls")}
        self.asked = np.zeros((2, sessions), np.int64)
        self.shared = np.zeros((DRAWS, sessions))
        self.why = np.full(sessions, Why.BEFORE.value, object)
        self.wander, self.weight = 0.0, 0.0

    def take(self, rows: Ints, compared: Comparison) -> None:
        for name, column in self.numbers.items():
            column[rows] = getattr(compared, name)
        self.shared[:, rows] = compared.draws - compared.draws.mean(axis=0)
        self.wander += compared.wander
        self.weight += compared.wander_weight
        self.why[rows] = np.where(compared.controls >= FEWEST_CONTROLS, Why.NOTHING.value, Why.ALONE.value)

    def effects(self, rng: np.random.Generator) -> Effects:
        """With intervals: the sampling noise, what agents do by themselves, and the controls drawn anew."""
        told = self.why == Why.NOTHING.value
        before, after, change, noise, controls = (np.where(told, one, np.nan) for one in self.numbers.values())
        own = np.sqrt(noise + max(self.wander / max(self.weight, 1.0), 0.0))
        effect = after - before - change
        drawn = rng.standard_normal(self.shared.shape) * own - self.shared
        low, high = effect + np.quantile(drawn, [0.025, 0.975], axis=0)
        error = np.sqrt(own**2 + self.shared.var(axis=0))
        why = tuple(Why(one) for one in self.why)
        n_before, n_after = self.asked
        return Effects(before, after, change, effect, low, high, error, n_before, n_after, controls, self.shared, why)


def _measure(
    book: Ledger,
    sessions: Sessions,
    rows: Ints,
    *,
    windows: Windows,
    told: tuple[Contacts, ...],
    draws: Floats,
    found: _Found,
) -> None:
    who = np.searchsorted(book.people, sessions.agent[rows])
    days = Windows(*(day[rows] for day in windows))
    before = book.between(who, days.before_first, days.before_last)
    after = book.between(who, days.after_first, days.after_last)
    found.asked[:, rows] = before.asked.sum(axis=1), after.asked.sum(axis=1)
    reported = told[1].reached(book.people, days)[np.arange(len(rows)), who]
    why = np.select(
        [_few(before), _few(after), _open(before) | _open(after), reported],
        [Why.BEFORE.value, Why.AFTER.value, Why.UNSCORED.value, Why.REPORT.value],
        Why.NOTHING.value,
    )
    found.why[rows] = why
    good = np.flatnonzero(why == Why.NOTHING.value)
    own = levels(before.met[good], before.asked[good], book.mix)
    coached = Units(own, after.met[good], after.asked[good])
    spans, window = np.unique(
        np.stack([day[good].astype(np.int64) for day in days], axis=1), axis=0, return_inverse=True
    )
    most = max(1, CELLS // book.asked[..., 0].size)
    for first in range(0, len(spans), most):
        some = np.flatnonzero((window >= first) & (window < first + most))
        controls = _controls(book, Windows(*spans[first : first + most].T.astype("datetime64[D]")), told)
        compared = compare(coached.of(some), controls, windows=window[some] - first, mix=book.mix, draws=draws)
        found.take(rows[good[some]], compared)


def _controls(book: Ledger, days: Windows, told: tuple[Contacts, ...]) -> Units:
    """Who was told nothing about the behaviour in each of these windows and has enough calls in both parts, and their counts."""
    everybody, by_window = np.arange(len(book.people)), Windows(*(day[:, None] for day in days))
    before = book.between(everybody, by_window.before_first, by_window.before_last)
    after = book.between(everybody, by_window.after_first, by_window.after_last)
    left_out = _few(before) | _few(after) | _open(before) | _open(after)
    for one in told:
        left_out |= one.reached(book.people, days)
    for counts in (*before[:2], *after[:2]):
        counts[left_out] = 0
    return Units(levels(before.met, before.asked, book.mix), after.met, after.asked)


def _few(counts: Counts) -> NDArray[np.bool_]:
    return np.asarray(counts.asked.sum(axis=-1) < ENOUGH)


def _open(counts: Counts) -> NDArray[np.bool_]:
    return ~reliable(counts.asked.sum(axis=-1), counts.unscored)
