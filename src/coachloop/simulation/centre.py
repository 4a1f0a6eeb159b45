"""Numbers of a centre whose truth is known: what the statistics are tried on. No words are spoken here; `plan.py` simulates those."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coachloop.core.insight.daily import COLUMNS, Daily

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]

LOWEST, HIGHEST = 0.02, 0.98
"""No agent is so bad or so good that a behaviour never, or always, comes."""

BASE_RATES = (0.75, 0.6, 0.7, 0.5, 0.8, 0.4)
OUTCOME_EFFECTS = (0.1, 0.06, 0.03, 0.0, 0.0, 0.0)
OUTCOME = "converted"


@dataclass(frozen=True, slots=True)
class Slide:
    """The true rate falls linearly by `points` (0..1) over `days` working days from `first_day`, and stays down."""

    agent: int
    behaviour: int
    first_day: int
    days: int
    points: float


@dataclass(frozen=True, slots=True)
class Move:
    """From this working day on the agent takes only calls of this queue."""

    agent: int
    day: int
    queue: int


@dataclass(frozen=True, slots=True)
class Coached:
    """A session on `day`; the true rate jumps by `points` (0: it did nothing) from the working day after."""

    agent: int
    behaviour: int
    day: int
    points: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is true. Days are working days counted from 0, agents, teams, behaviours and queues are counted from 0.

    Sequences by behaviour that are shorter than `behaviours` begin again. A true rate is the base rate, with the agent's ability and
    own way (logits) and the queue's difficulty (logits), plus what slides and coaching add (points). An outcome's chance is its base,
    with ability and the queue (logits), plus the effects (points) of the behaviours that were truly met; for a behaviour with a lag
    of k days it is its agent's true rate k days ago that counts, not this call.
    """

    agents: int = 60
    teams: int = 6
    behaviours: int = 6
    days: int = 120
    start: date = date(2026, 1, 5)
    calls_a_day: float = 7.0
    ability_spread: float = 0.6
    own_spread: float = 0.4
    form_spread: float = 0.0
    """Standard deviation, in logits, of an agent's form in a behaviour, which comes and goes within about ten days."""
    queue_effects: tuple[float, ...] = (0.0, -1.0)
    base_rates: Sequence[float] = BASE_RATES
    applies: Sequence[float] = (1.0,)
    outcome_base: float = 0.15
    outcome_effects: Sequence[float] = OUTCOME_EFFECTS
    outcome_lags: Sequence[int] = (0,)
    ability_on_outcome: float = 0.5
    queue_on_outcome: float = 0.5
    """How much of a queue's difficulty the outcome feels."""
    sensitivity: float | Sequence[float] = 1.0
    specificity: float | Sequence[float] = 1.0
    audit_share: float = 0.0
    slides: tuple[Slide, ...] = ()
    moves: tuple[Move, ...] = ()
    coached: tuple[Coached, ...] = ()

    def by_behaviour(self, given: float | Sequence[float]) -> Floats:
        """One value a behaviour, shape (behaviours,)."""
        return np.resize(np.atleast_1d(np.asarray(given, float)), self.behaviours)

    @property
    def working_days(self) -> Days:
        """The dates, Monday to Friday, shape (days,)."""
        return np.asarray(np.busday_offset(np.datetime64(self.start, "D"), np.arange(self.days), roll="forward"))


@dataclass(frozen=True)
class Centre:
    """Calls, ordered by agent and day. Arrays over calls have shape (calls,), over both (calls, behaviours).

    `chance` is the true rate that each call was drawn from, `verdict` the judge's, `audited` marks calls whose truth people know.
    `truth` and `verdict` are False where a behaviour does not apply. `form` has shape (agents, behaviours, days), in logits.
    """

    plan: Plan
    agent: Ints
    team: Ints
    queue: Ints
    day_index: Ints
    chance: NDArray[np.float32] = field(repr=False)
    applies: Mask = field(repr=False)
    truth: Mask = field(repr=False)
    verdict: Mask = field(repr=False)
    outcome: Mask = field(repr=False)
    audited: Mask = field(repr=False)

    def __len__(self) -> int:
        return len(self.agent)

    @cached_property
    def day(self) -> Days:
        """The date of each call."""
        return self.plan.working_days[self.day_index]

    def true_rate(self, *, first: int = 0, last: int | None = None) -> Floats:
        """The rate behind each agent's calls of these working days (both included), shape (agents, behaviours); NaN without calls."""
        return self._share(self.chance, first, last)

    def met_rate(self, *, first: int = 0, last: int | None = None) -> Floats:
        """The share truly met in those calls: the truth about what happened, where `true_rate` is about the agent."""
        return self._share(self.truth, first, last)

    def counts(self, *, first: int = 0, last: int | None = None, of: str = "verdict") -> tuple[Ints, Ints]:
        """Met and asked by agent, each (agents, behaviours), counting the judge's `verdict`s or the `truth`."""
        kept = self._between(first, last)
        answers: Mask = getattr(self, of)
        met, asked = (self._by_agent((column & self.applies)[kept], kept) for column in (answers, self.applies))
        return met.astype(np.int64), asked.astype(np.int64)

    def daily(self) -> Daily:
        """Counts of the judge's verdicts by agent, behaviour, day and queue, as the roll-ups hold them."""
        plan, queues = self.plan, len(self.plan.queue_effects)
        cell = (self.agent * plan.days + self.day_index) * queues + self.queue
        size = plan.agents * plan.days * queues
        columns = [list(self._cells(b, cell, size)) for b in range(plan.behaviours)]
        joined = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
        mixes = tuple((name, "inbound") for name in self.queue_names)
        return Daily(**dict(zip(COLUMNS, joined, strict=True)), mixes=mixes)

    def _cells(self, behaviour: int, cell: Ints, size: int) -> Iterator[NDArray[np.generic]]:
        asked, met = self.applies[:, behaviour], self.verdict[:, behaviour]
        n, k = (np.bincount(cell[kept], minlength=size) for kept in (asked, asked & met))
        some = np.flatnonzero(n)
        agent, rest = np.divmod(some, self.plan.days * len(self.plan.queue_effects))
        day, queue = np.divmod(rest, len(self.plan.queue_effects))
        zeros = np.zeros(len(some), np.int64)
        team = agent % self.plan.teams
        yield from (agent, zeros + behaviour, team, queue, zeros, self.plan.working_days[day])
        yield from (k[some], n[some] - k[some], zeros)

    def probability(self, rng: np.random.Generator) -> Floats:
        """What a judge with these errors would have been sure of: P(met) as it says, (calls, behaviours); NaN where nothing applies.

        Truth and verdict stay as they are: the score is drawn given both, from two normal distributions a distance apart.
        """
        found = [self._probability(b, rng) for b in range(self.plan.behaviours)]
        return np.stack(found, axis=1)

    def _probability(self, behaviour: int, rng: np.random.Generator) -> Floats:
        sensitivity, specificity = (
            np.clip(self.plan.by_behaviour(given)[behaviour], 1e-4, 1 - 1e-4)
            for given in (self.plan.sensitivity, self.plan.specificity)
        )
        truth, verdict = self.truth[:, behaviour], self.verdict[:, behaviour]
        high, low = float(special.ndtri(sensitivity)), float(-special.ndtri(specificity))
        split = np.where(truth, 1 - sensitivity, specificity)
        draw = rng.random(len(truth))
        score = special.ndtri(np.where(verdict, split + draw * (1 - split), draw * split)) + np.where(truth, high, low)
        applies = self.applies[:, behaviour]
        base = special.logit(np.clip(truth[applies].mean() if applies.any() else 0.5, 0.01, 0.99))
        sure = special.expit(((score - low) ** 2 - (score - high) ** 2) / 2 + base)
        return np.where(applies, sure, np.nan)

    @property
    def agent_names(self) -> list[str]:
        """As they stand in the files."""
        return [f"a-{one:04d}" for one in range(self.plan.agents)]

    @property
    def behaviour_names(self) -> list[str]:
        """As they stand in the files."""
        return [f"behaviour_{one + 1}" for one in range(self.plan.behaviours)]

    @property
    def queue_names(self) -> list[str]:
        """As they stand in the files."""
        return [f"queue-{one + 1}" for one in range(len(self.plan.queue_effects))]

    def _between(self, first: int, last: int | None) -> Mask:
        return (self.day_index >= first) & (self.day_index <= (self.plan.days if last is None else last))

    def _share(self, values: NDArray[np.generic], first: int, last: int | None) -> Floats:
        kept = self._between(first, last)
        part = self._by_agent(np.where(self.applies[kept], values[kept], 0), kept)
        whole = self._by_agent(self.applies[kept], kept)
        return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0), float)

    def _by_agent(self, values: NDArray[np.generic], kept: Mask) -> Floats:
        agents = self.agent[kept]
        return np.stack([np.bincount(agents, column, self.plan.agents) for column in values.T], axis=1)


def simulate(plan: Plan, rng: np.random.Generator) -> Centre:
    """A centre drawn from the plan.

    What is drawn does not depend on slides and coaching: with the same seed, and the same sizes and moves, two plans give the same
    calls until the truth differs. So a session can be planned on what was seen.

    Raises:
        ValueError: a number is out of its range, or a slide, move or session names nobody.
    """
    _check(plan)
    ability = rng.normal(0, plan.ability_spread, plan.agents)
    rates = _rates(plan, ability, rng)
    agent, day = _calls(plan, rng)
    queue = _queues(plan, (agent, day), rng)
    size = (len(agent), plan.behaviours)
    applies = rng.random(size, np.float32) < plan.by_behaviour(plan.applies)
    chance = rates[agent, :, queue, day]
    truth = (rng.random(size, np.float32) < chance) & applies
    right = np.where(truth, plan.by_behaviour(plan.sensitivity), plan.by_behaviour(plan.specificity))
    verdict = (truth == (rng.random(size, np.float32) < right)) & applies
    expected = _outcome(plan, ability[agent] * plan.ability_on_outcome, queue)
    effects = plan.by_behaviour(plan.outcome_effects)
    for b, lag in enumerate(plan.by_behaviour(plan.outcome_lags).astype(int)):
        done = rates[agent, b, queue, np.maximum(day - lag, 0)] if lag else truth[:, b]
        expected = expected + effects[b] * done * applies[:, b]
    outcome = rng.random(len(agent)) < np.clip(expected, 0.005, 0.995)
    audited = rng.random(len(agent)) < plan.audit_share
    return Centre(plan, agent, agent % plan.teams, queue, day, chance, applies, truth, verdict, outcome, audited)


def _check(plan: Plan) -> None:
    """What would otherwise fail far from its cause."""
    for name in ("agents", "teams", "behaviours", "days"):
        if getattr(plan, name) < 1:
            raise ValueError(f"{name} must be 1 or more, got {getattr(plan, name)}")
    for name in ("base_rates", "applies", "sensitivity", "specificity", "audit_share", "outcome_base"):
        if not all(0 <= value <= 1 for value in np.atleast_1d(getattr(plan, name))):
            raise ValueError(f"{name} must be in [0, 1], got {getattr(plan, name)}")
    limits = {"agent": plan.agents, "behaviour": plan.behaviours, "queue": len(plan.queue_effects), "day": plan.days}
    for event in (*plan.slides, *plan.moves, *plan.coached):
        for name, limit in limits.items():
            if not 0 <= getattr(event, name, 0) < limit:
                raise ValueError(f"{name} must be in 0..{limit - 1}, got {event}")


def _rates(plan: Plan, ability: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """The true rate of each agent, behaviour, queue and day."""
    own = rng.normal(0, plan.own_spread, (plan.agents, plan.behaviours))
    base = special.logit(np.clip(plan.by_behaviour(plan.base_rates), LOWEST, HIGHEST))
    person = (base + ability[:, None] + own)[:, :, None, None]
    hard = np.asarray(plan.queue_effects, float)[:, None]
    rates = special.expit((person + hard + _form(plan, rng)).astype(np.float32))
    rates = np.array(np.broadcast_to(rates, (*rates.shape[:3], plan.days)))
    days = np.arange(plan.days)
    for slide in plan.slides:
        fallen = np.clip((days - slide.first_day + 1) / max(slide.days, 1), 0, 1)
        rates[slide.agent, slide.behaviour] -= slide.points * fallen
    for session in plan.coached:
        rates[session.agent, session.behaviour, :, session.day + 1 :] += session.points
    return np.asarray(np.clip(rates, LOWEST, HIGHEST), np.float32)


def _form(plan: Plan, rng: np.random.Generator) -> Floats:
    """An autoregression by day, shape (agents, behaviours, 1, days), or nothing."""
    if plan.form_spread <= 0:
        return np.zeros((1, 1, 1, 1))
    kept = 0.9
    form = rng.normal(0, plan.form_spread, (plan.agents, plan.behaviours, 1, plan.days))
    for day in range(1, plan.days):
        form[..., day] = kept * form[..., day - 1] + np.sqrt(1 - kept**2) * form[..., day]
    return np.asarray(form, float)


def _calls(plan: Plan, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Agent and working day of each call, ordered by both."""
    many = rng.poisson(plan.calls_a_day, plan.agents * plan.days)
    agent, day = np.divmod(np.repeat(np.arange(plan.agents * plan.days), many), plan.days)
    return agent.astype(np.int64), day.astype(np.int64)


def _queues(plan: Plan, calls: tuple[Ints, Ints], rng: np.random.Generator) -> Ints:
    """Each agent has shares of their own; whoever is moved takes one queue from that day on."""
    agent, day = calls
    shares = rng.dirichlet(np.full(len(plan.queue_effects), 2.0), plan.agents)
    draw = rng.random(len(agent))
    queue = (draw[:, None] > np.cumsum(shares, axis=1)[agent, :-1]).sum(axis=1)
    for move in sorted(plan.moves, key=lambda one: one.day):
        queue[(agent == move.agent) & (day >= move.day)] = move.queue
    return np.asarray(queue, np.int64)


def _outcome(plan: Plan, ability: Floats, queue: Ints) -> Floats:
    """The chance of the outcome before any behaviour, shape (calls,)."""
    hard = np.asarray(plan.queue_effects, float)[queue] * plan.queue_on_outcome
    return np.asarray(special.expit(special.logit(np.clip(plan.outcome_base, 0.01, 0.99)) + ability + hard), float)


def write_scores(centre: Centre, path: Path) -> int:
    """The judge's verdicts as another QA tool would export them, one row a call and behaviour; how many rows."""
    rows, behaviours = len(centre), centre.plan.behaviours
    call = np.repeat(np.arange(rows), behaviours)
    verdict = np.where(centre.applies, np.where(centre.verdict, "met", "not_met"), "na").ravel()
    return _write(
        path,
        call_id=call_names(centre)[call],
        agent_id=np.array(centre.agent_names)[centre.agent][call],
        team=np.array([f"team-{one + 1}" for one in range(centre.plan.teams)])[centre.team][call],
        started_at=_started(centre)[call],
        queue=np.array(centre.queue_names)[centre.queue][call],
        behaviour=np.tile(np.array(centre.behaviour_names), rows),
        verdict=verdict,
        **{f"outcome_{OUTCOME}": centre.outcome.astype(int)[call]},
    )


def write_coaching(centre: Centre, path: Path) -> int:
    """The sessions of the plan, as `import coaching` reads them; how many."""
    sessions, days = centre.plan.coached, centre.plan.working_days
    return _write(
        path,
        agent_id=np.array([centre.agent_names[one.agent] for one in sessions], str),
        behaviour=np.array([centre.behaviour_names[one.behaviour] for one in sessions], str),
        held_on=np.array([str(days[one.day]) for one in sessions], str),
    )


def write_labels(centre: Centre, path: Path) -> int:
    """The truth of the audited calls, as `labels add` reads it; how many rows."""
    call, behaviour = np.nonzero(np.broadcast_to(centre.audited[:, None], centre.applies.shape))
    truth = np.where(centre.applies, np.where(centre.truth, "met", "not_met"), "not_applicable")
    return _write(
        path,
        conversation_id=call_names(centre)[call],
        behaviour=np.array(centre.behaviour_names)[behaviour],
        verdict=truth[call, behaviour],
        reviewer=np.full(len(call), "reviewer"),
        sampling_probability=np.full(len(call), centre.plan.audit_share),
    )


def call_names(centre: Centre) -> NDArray[np.str_]:
    """Under which keys the files know the calls, shape (calls,)."""
    return np.char.add("c-", np.char.zfill(np.arange(len(centre)).astype(str), 7))


def _started(centre: Centre) -> NDArray[np.str_]:
    """Calls of one agent and day follow each other by a quarter of an hour, as far as the day is long."""
    first = np.searchsorted(
        centre.agent * centre.plan.days + centre.day_index, centre.agent * centre.plan.days + centre.day_index
    )
    minute = (np.arange(len(centre)) - first) * 15 % (14 * 60)
    at = centre.day.astype("datetime64[m]") + np.timedelta64(8, "h") + minute.astype("timedelta64[m]")
    return np.asarray(np.char.add(np.datetime_as_string(at, unit="s"), "+00:00"), str)


def _write(path: Path, **columns: NDArray[np.generic]) -> int:
    import polars as pl  # noqa: PLC0415 -- a tenth of a second that only files need

    frame = pl.DataFrame(columns)
    frame.write_csv(path)
    return len(frame)
