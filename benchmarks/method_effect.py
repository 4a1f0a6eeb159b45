"""METHODS 7 and 8 on simulated centres: what coaching moved, and what that is worth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from effect import DAY, LATELY
from effect import PLAN as SMALL
from impact import calls_of
from method_table import Figure, Run, Share, percent, points

from coachloop.core.insight.effect import Contacts, Effect, Effects, Sessions, effects, pooled
from coachloop.core.insight.worth import Price, Stake, worth
from coachloop.core.stats.pooling import shared_error, shrink_effects
from coachloop.core.stats.worth import Range
from coachloop.simulation.centre import Centre, Coached, Move, Plan, simulate


@dataclass(frozen=True, slots=True)
class Trial:
    """A tenth of the agents, those with the lowest rate of the last two weeks, were coached on day 60 on each behaviour."""

    centre: Centre
    found: Effects
    agent: np.ndarray
    behaviour: np.ndarray
    plain: float
    unmatched: float


def trial(plan: Plan, value: float, rng: np.random.Generator) -> Trial:
    """Coach those who lately did worst, and measure it in three ways."""
    seed = int(rng.integers(1 << 31))
    seen = simulate(plan, np.random.default_rng(seed))
    met, asked = seen.counts(first=DAY - LATELY, last=DAY - 1)
    lowest = np.argsort((met + 0.5) / (asked + 1), axis=0)[: max(3, plan.agents // 10)]
    agent, behaviour = lowest.T.ravel(), np.repeat(np.arange(plan.behaviours), len(lowest))
    told = tuple(Coached(int(a), int(b), DAY, value) for a, b in zip(agent, behaviour, strict=True))
    centre = simulate(replace(plan, coached=told), np.random.default_rng(seed))
    days = np.repeat(plan.working_days[[DAY]], len(agent))
    nobody = np.zeros(0, np.int64)
    found = effects(
        centre.daily(),
        Sessions(agent, behaviour, days, np.full(len(agent), np.datetime64("NaT", "D"))),
        contacts=Contacts(agent, behaviour, days),
        reports=Contacts(nobody, nobody, days[:0]),
        as_of=plan.working_days[-1],
        rng=np.random.default_rng(seed),
    )
    return Trial(centre, found, agent, behaviour, *_naive(centre, agent, behaviour))


def _naive(centre: Centre, agent: np.ndarray, behaviour: np.ndarray) -> tuple[float, float]:
    """Rate after less rate in the two weeks before, of the coached; and that less the same of everybody else."""
    rates = [
        np.divide(met, asked, out=np.full(met.shape, np.nan), where=asked > 0)
        for met, asked in (centre.counts(first=DAY - LATELY, last=DAY - 1), centre.counts(first=DAY + 1))
    ]
    gain = rates[1] - rates[0]
    coached = np.zeros(gain.shape, bool)
    coached[agent, behaviour] = True
    plain = float(np.nanmean(gain[coached]))
    return plain, plain - float(np.nanmean(gain[~coached]))


def worked(run: Run) -> Iterator[Figure]:
    """Coaching that does nothing, and coaching worth 15 points."""
    moves = tuple(Move(agent, DAY + 1, 1) for agent in range(0, 100, 2))
    plans = {
        "100 agents, 20 calls in two weeks": (SMALL, 40),
        "40 agents, 8 calls a day": (Plan(agents=40, teams=4, behaviours=5, days=82, calls_a_day=8.0), 40),
        "300 agents, 3 a day, three queues, other rates": (
            Plan(
                agents=300,
                behaviours=4,
                days=82,
                calls_a_day=3.0,
                queue_effects=(0.3, -0.6, -1.4),
                base_rates=(0.35, 0.85, 0.55, 0.25),
            ),
            8,
        ),
        "100 agents, half moved to a harder queue that day": (replace(SMALL, moves=moves), 20),
    }
    for name, (plan, many) in plans.items():
        for value in (0.0, 0.15):
            trials = [trial(plan, value, rng) for rng in run.centres(many)]
            yield from _judged(f"{name}; coaching worth {100 * value:.0f} points", value, trials)


def _judged(centre: str, value: float, trials: list[Trial]) -> Iterator[Figure]:
    whole = [pooled(one.found, one.agent) for one in trials]
    mean = float(np.mean([one.effect for one in whole]))
    within = 0.03 if value else 0.015
    n, true = f"{len(trials)} centres", _true(trials)
    yield Figure(
        centre,
        "estimate, all sessions pooled",
        f"{100 * value:.0f} ± {100 * within:g} points",
        points(mean),
        n,
        abs(mean - value) <= within,
    )
    cover = float(np.mean([one.low <= t <= one.high for one, t in zip(whole, true, strict=True)]))
    yield Figure(centre, "its 95 % intervals cover what it truly moved", "", percent(cover, 0), n)
    said = [verdict is Effect.WORKED for one in trials for verdict in one.found.verdicts]
    must = "" if value else "5 % or less"
    yield Figure(
        centre,
        "sessions of which “worked” is said",
        must,
        percent(float(np.mean(said))),
        f"{len(said):,} sessions",
        bool(value) or np.mean(said) <= 0.05,
    )
    if value:
        return
    yield Figure(centre, "rival: before and after", "", points(float(np.mean([one.plain for one in trials]))), n)
    yield Figure(
        centre, "rival: less that of unmatched peers", "", points(float(np.mean([one.unmatched for one in trials]))), n
    )


def _true(trials: list[Trial]) -> list[float]:
    """What was moved: less than was planned where a rate can go no higher."""
    return [float(np.mean(_moved(one)[0])) for one in trials]


def _moved(one: Trial) -> tuple[np.ndarray, np.ndarray]:
    """What each session truly moved, and its agent's calls since: with the same draws, had nobody been coached."""
    centre, since = one.centre, one.centre.day_index > DAY
    value = centre.plan.coached[0].points
    calls = np.bincount(centre.agent[since], minlength=centre.plan.agents)[one.agent]
    moved = np.empty(len(one.agent))
    for at, (agent, behaviour) in enumerate(zip(one.agent, one.behaviour, strict=True)):
        rows = since & (centre.agent == agent)
        now = centre.chance[rows, behaviour]
        moved[at] = np.mean(now - np.maximum(now - value, 0)) if not np.isclose(now, 0.98).any() else np.nan
    return np.where(np.isnan(moved), value, moved), calls


def worth_of_it(run: Run) -> Iterator[Figure]:
    """Extra outcomes of the coached agents' calls since: pooled effects and impacts by behaviour, with their intervals."""
    plans = {
        "100 agents, 4 calls a day, coaching worth 15 points": (replace(SMALL, calls_a_day=4.0), 0.15),
        "100 agents, 4 calls a day, coaching worth nothing": (replace(SMALL, calls_a_day=4.0), 0.0),
        "60 agents, 8 a day, three queues, worth 10 points": (
            replace(SMALL, agents=60, calls_a_day=8.0, queue_effects=(0.3, -0.6, -1.4)),
            0.1,
        ),
    }
    for name, (plan, value) in plans.items():
        inside, sure = [], []
        for rng in run.centres(60):
            one = trial(plan, value, rng)
            said, true = _worth(one, rng)
            inside.append(said.extra.low <= true <= said.extra.high)
            sure.append(said.extra.low > 0)
        share, n = Share.of(inside), f"{len(inside)} centres"
        good = share.within(0.93, 1.0)
        yield Figure(name, "95 % intervals of extra outcomes cover the truth", "93 % or more", str(share), n, good)
        yield Figure(
            name,
            "said to be above nothing for certain",
            "" if value else "5 % or less",
            percent(np.mean(sure), 0),
            n,
            bool(value) or np.mean(sure) <= 0.05,
        )


def _worth(one: Trial, rng: np.random.Generator) -> tuple[object, float]:
    from coachloop.core.stats.impact import impacts

    plan = one.centre.plan
    moved, calls = _moved(one)
    effect = plan.by_behaviour(plan.outcome_effects)
    true = float((moved * calls * effect[one.behaviour]).sum())
    said = impacts(calls_of(one.centre))
    each = [pooled(one.found, one.agent, keep=one.behaviour == b) for b in range(plan.behaviours)]
    means, variances = [p.effect for p in each], [p.error**2 for p in each]
    pulled, shared = shrink_effects(means, variances), shared_error(means, variances)
    stakes = [
        Stake(
            str(b),
            Range(*(float(part[b]) for part in pulled)),
            Range(float(said.effect[b]), float(said.low[b]), float(said.high[b])),
            float(calls[one.behaviour == b].sum()),
            float(shared[b]),
        )
        for b in range(plan.behaviours)
        if not np.isnan(said.effect[b])
    ]
    return worth(stakes, minutes=0.0, price=Price(0.0, 0.0), rng=rng), true
