"""METHODS 5, 6 and 10 on simulated centres: what moves the outcome, what to work on, who needs the workshop."""

from collections.abc import Iterator

import numpy as np
from impact import LAGGED, calls_of, shares
from method_table import Figure, Run, Share, percent, points

from coachloop.core.insight.impact import Observed, discoveries, impact, unadjusted
from coachloop.core.insight.rates import rates
from coachloop.core.insight.workshops import need
from coachloop.core.stats.impact import impacts
from coachloop.simulation.centre import Plan, simulate

ABLE = {"ability_spread": 0.8, "ability_on_outcome": 1.0}


def moves_the_outcome(run: Run) -> Iterator[Figure]:
    """Able agents do everything more, and reach the outcome more often."""
    plans = {
        "60 agents, 7 calls a day, 30 days": (Plan(days=30, **ABLE), 80),
        "20 agents, 2 a day, 60 days": (Plan(agents=20, teams=2, days=60, calls_a_day=2.0, **ABLE), 80),
        "300 agents, 5 a day, three queues, other rates": (
            Plan(
                agents=300,
                days=20,
                calls_a_day=5.0,
                queue_effects=(0.3, -0.6, -1.4),
                base_rates=(0.35, 0.85, 0.55, 0.25),
                outcome_base=0.35,
                **ABLE,
            ),
            20,
        ),
    }
    for name, (plan, many) in plans.items():
        yield from _impact(name, plan, run.centres(many))
    wrong = Plan(days=30, sensitivity=0.92, specificity=0.85, **ABLE)
    yield from _impact("the first, with a judge of .92 and .85", wrong, run.centres(40), judged=True)
    yield from _leads(run)


def _impact(name: str, plan: Plan, centres: Iterator[np.random.Generator], *, judged: bool = False) -> Iterator[Figure]:
    true = plan.by_behaviour(plan.outcome_effects)
    idle, inside, called, naive, size = true == 0, [], [], [], []
    for rng in centres:
        calls = calls_of(simulate(plan, rng))
        said = impacts(calls)
        inside.append((said.low <= true) & (true <= said.high))
        called.append((discoveries(said.p_value) <= 0.05) & (said.low > 0))
        naive.append(unadjusted(calls))
        size.append(said.effect)
    n, cover = f"{len(inside)} centres", Share.of([one.mean() for one in inside])
    false = Share.of([one[idle].mean() for one in called])
    must = "90 to 98 %" if not judged else ""
    yield Figure(name, "intervals cover the true effect", must, str(cover), n, judged or cover.within(0.9, 0.98))
    yield Figure(
        name, "a behaviour without effect is called effective", "5 % or less", str(false), n, false.within(0, 0.05)
    )
    worth = percent(float(np.mean([one[~idle] for one in called])))
    yield Figure(name, "one with an effect is (power)", "", worth, n)
    if judged:
        share = float(np.mean(size, axis=0)[0] / true[0])
        yield Figure(name, "estimate as a share of a true effect of 10 points", "", percent(share, 0), n)
    gap = points(float(np.mean([one[idle] for one in naive])))
    yield Figure(name, "rival: difference of means, of behaviours without effect", "", gap, n)


def _leads(run: Run) -> Iterator[Figure]:
    plan = LAGGED
    lag, leads, inside = plan.by_behaviour(plan.outcome_lags), [], []
    for rng in run.centres(12):
        centre = simulate(plan, rng)
        said = impact(Observed(calls_of(centre), centre.day), rng=rng)
        leads.append(said.leads)
        inside.append((said.leads_by.low <= lag)[:3] & (lag <= said.leads_by.high)[:3])
    name, n = "two lead by 10 and 5 days", f"{len(leads)} centres"
    yield Figure(name, "those that lead are said to", "", percent(np.mean([one[:2] for one in leads]), 0), n)
    false = float(np.mean([one[2:] for one in leads]))
    yield Figure(name, "others are said to lead", "5 % or less", percent(false), n, false <= 0.05)
    yield Figure(name, "intervals of the days cover", "", percent(np.mean(inside), 0), n)


def work_on(run: Run) -> Iterator[Figure]:
    """What is suggested, against the best that anybody who knew the truth could have suggested."""
    often = (1.0, 0.5, 0.9, 0.6, 1.0, 0.8)
    plans = {
        "60 agents, 7 calls a day": (Plan(days=80, applies=often), 12),
        "20 agents, 20 a day": (Plan(agents=20, teams=2, days=80, calls_a_day=20.0, applies=often), 12),
        "200 agents, 3 a day, three queues, other rates": (
            Plan(
                agents=200,
                days=100,
                calls_a_day=3.0,
                applies=often,
                queue_effects=(0.3, -0.6, -1.4),
                base_rates=(0.35, 0.8, 0.55, 0.6),
            ),
            4,
        ),
    }
    for name, (plan, many) in plans.items():
        reached, agents = [], 0
        for rng in run.centres(many):
            reached += shares(plan, int(rng.integers(1 << 31))).tolist()
            agents += plan.agents
        good = float(np.mean(np.array(reached) >= 0.9))
        yield Figure(
            name,
            "agents told to work on 90 % or more of the best possible gain",
            "80 % or more",
            percent(good),
            f"{len(reached)} agents",
            good >= 0.8,
        )
        yield Figure(
            name,
            "agents with a gap certain enough to be told anything",
            "",
            percent(len(reached) / agents),
            f"{agents} agents",
        )


def workshop(run: Run) -> Iterator[Figure]:
    """Of those who are invited, how many need it; of those who need it, how many are invited."""
    right, reached, invited, many = [], [], [], 0
    for rng in run.centres(12):
        centre = simulate(Plan(agents=150, days=20), rng)
        met, asked = centre.counts()
        found = need(rates(met, asked, target=np.full(centre.plan.behaviours, 0.7)), np.zeros(asked.shape)).needs
        below = centre.true_rate() < 0.7
        right.append(below[found].mean())
        reached.append(found[below].mean())
        invited.append(found.mean())
        many += 1
    name, n = "150 agents, 7 calls a day, target 70 %", f"{many} centres"
    yield Figure(name, "invited, and truly below the target", "", percent(np.mean(right)), n)
    yield Figure(name, "truly below the target, and invited", "", percent(np.mean(reached)), n)
    yield Figure(name, "left alone", "", percent(1 - np.mean(invited)), n)
