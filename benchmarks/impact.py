"""Impact and focus on simulated centres whose truth is known, beside the unadjusted difference of means in the same run.

usage: python benchmarks/impact.py [--centres 200] [--seed 0]

For each kind of centre: how often the 95 % interval holds the true effect, how often a behaviour without effect is called
effective, the error of the estimate and that of the rival. For the focus: how many agents are told to work on what brings at least
nine tenths of the best possible gain. For what moves first: how often the true distance is inside, and what is said to lead.
"""

import argparse
import time

import numpy as np

from coachloop.core.insight.focus import Circumstances, choose
from coachloop.core.insight.impact import Observed, discoveries, impact, shrunken, unadjusted
from coachloop.core.insight.rates import rates
from coachloop.core.stats.calls import Calls
from coachloop.core.stats.impact import impacts
from coachloop.simulation.centre import Centre, Plan, simulate

KINDS = {
    "60 agents, 30 days": Plan(days=30),
    "the abler the more of everything": Plan(days=30, ability_spread=1.0, ability_on_outcome=1.2),
    "24 agents, few calls": Plan(agents=24, days=20, calls_a_day=5),
    "10 calls an agent": Plan(days=10, calls_a_day=1, ability_spread=1.0, ability_on_outcome=1.5),
    "behaviours that seldom apply": Plan(days=30, applies=(1.0, 0.3, 0.5)),
    "hard queues": Plan(days=30, queue_effects=(0.0, -1.0, -2.0), queue_on_outcome=1.0),
    "nothing does anything": Plan(days=30, outcome_effects=(0.0,), ability_on_outcome=1.0),
}
FOCUS = Plan(days=80, applies=(1.0, 0.5, 0.9, 0.6, 1.0, 0.8))
LAGGED = Plan(days=100, form_spread=0.8, outcome_effects=(0.4, 0.2, 0.3, 0, 0, 0), outcome_lags=(10, 5, 0, 0, 0, 0))


def calls_of(centre: Centre) -> Calls:
    """What the judge says of the centre's calls."""
    codes = np.where(centre.applies, centre.verdict.astype(np.int8), 2).astype(np.int8)
    return Calls(codes, centre.outcome, centre.agent, centre.queue[:, None])


def effects(name: str, plan: Plan, seeds: range) -> None:
    """One line: ours and the rival's."""
    true = plan.by_behaviour(plan.outcome_effects)
    inside, called, single, ours, theirs = [], [], [], [], []
    for seed in seeds:
        calls = calls_of(simulate(plan, np.random.default_rng(seed)))
        said, naive = impacts(calls), unadjusted(calls)
        inside.append((said.low <= true) & (true <= said.high))
        called.append(((discoveries(said.p_value) <= 0.05) & (said.low > 0))[true == 0])
        single.append((said.low > 0)[true == 0])
        ours.append(said.effect - true)
        theirs.append(naive - true)
    wrong, seeming = (f"{100 * np.mean(one):5.1f} %" for one in (called, single))
    print(
        f"{name:34} {100 * np.mean(inside):5.1f} %   {wrong}  {seeming}   {100 * np.mean(ours):+5.1f}  "
        f"{100 * np.sqrt(np.mean(np.square(ours))):4.1f}   {100 * np.mean(theirs):+5.1f}  "
        f"{100 * np.sqrt(np.mean(np.square(theirs))):4.1f}"
    )


def shares(plan: Plan, seed: int) -> np.ndarray:
    """What each agent who is told to work on something would gain, as a share of the best possible."""
    centre = simulate(plan, np.random.default_rng(seed))
    said = impacts(calls_of(centre))
    met, asked = centre.counts(first=plan.days - 20)
    calls = np.bincount(centre.agent[centre.day_index >= plan.days - 20], minlength=plan.agents)
    around = Circumstances(
        unscored=np.zeros(asked.shape),
        conversations=calls[:, None] * np.ones(asked.shape),
        worth=np.full(plan.behaviours, 1 / plan.behaviours),
        taken=np.zeros(asked.shape, bool),
        impact=shrunken(said.effect, said.error),
    )
    chosen = choose(rates(met, asked, target=np.full(plan.behaviours, 0.9)), around).behaviour
    gap = np.maximum(0.9 - np.nan_to_num(centre.true_rate(first=plan.days - 20)), 0)
    gain = plan.by_behaviour(plan.applies) * gap * plan.by_behaviour(plan.outcome_effects)
    told = np.flatnonzero(chosen >= 0)
    return gain[told, chosen[told]] / gain.max(axis=1)[told]


def leads(plan: Plan, seeds: range) -> None:
    """What moves first."""
    lag = plan.by_behaviour(plan.outcome_lags)
    found = []
    for seed in seeds:
        centre = simulate(plan, np.random.default_rng(seed))
        found.append(impact(Observed(calls_of(centre), centre.day), rng=np.random.default_rng(seed)))
    inside = np.mean([(one.leads_by.low <= lag) & (lag <= one.leads_by.high) for one in found], axis=0)
    said = np.mean([one.leads for one in found], axis=0)
    print("\nwhat moves first: behaviour, true distance, inside the interval, said to lead")
    for b, distance in enumerate(lag):
        moves = plan.by_behaviour(plan.outcome_effects)[b] > 0
        print(f"{b + 1}  {f'{distance:3.0f} days' if moves else '   never'}   {inside[b]:6.2f}   {said[b]:6.2f}")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description="Impact and focus on centres whose truth is known.")
    parser.add_argument("--centres", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.centres)
    print("target: 90 to 98 % inside, at most 5 % called effective; errors in points")
    print(f"{'':34} inside   idle called effective    ours: bias, rms   unadjusted: bias, rms")
    print(f"{'':34}          of all     by one interval")
    for name, plan in KINDS.items():
        effects(name, plan, seeds)
    some = np.concatenate([shares(FOCUS, seed) for seed in seeds[: max(1, len(seeds) // 5)]])
    print(
        f"\nfocus: {100 * np.mean(some >= 0.9):.1f} % of {len(some)} agents (target: 80 %) at 0.9 of the best possible gain"
    )
    leads(LAGGED, seeds[: max(1, len(seeds) // 10)])
    large = simulate(Plan(agents=500, behaviours=20, days=40), np.random.default_rng(0))
    started = time.perf_counter()
    impacts(calls_of(large))
    print(f"\n{len(large):,} calls x 20 behaviours of 500 agents: {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
