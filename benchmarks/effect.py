"""What is said of coaching whose worth is known: the effect of coachloop, and what people do today, on the same centres.

    python benchmarks/effect.py [CENTRES]

Agents are coached because of their lowest rates in about twenty calls of the last fortnight: able and less able agents, two queues,
five behaviours. In half of the centres coaching is worth nothing, in the other half 15 points.
"""

import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.effect import Contacts, Effect, Sessions, effects, pooled
from coachloop.simulation.centre import Centre, Coached, Plan, simulate

DAY, LATELY, CHOSEN = 60, 10, 10
PLAN = Plan(agents=100, behaviours=5, days=82, calls_a_day=2.0)
NAMES = ("coachloop", "before and after", "unmatched peers")
type Pairs = list[tuple[int, int]]


def main(centres: int) -> None:
    """Print each rival's mean estimate and how often it is off by more than it may be."""
    for points in (0.0, 0.15):
        rows = [_centre(points, seed) for seed in range(centres)]
        table = np.array([row[:3] for row in rows])
        said = np.mean([row[3] for row in rows])
        held = np.mean([row[4] for row in rows])
        print(
            f"\ncoaching worth {100 * points:.0f} points, {centres} centres of {PLAN.agents} agents, {CHOSEN * 5} sessions each"
        )
        for name, column in zip(NAMES, table.T, strict=True):
            print(f"  {name:18} {100 * column.mean():+6.2f} points on average (one centre: ± {100 * column.std():.1f})")
        print(
            f"  'worked' said of {100 * said:.1f} % of sessions; the pooled interval holds the truth in {100 * held:.0f} %"
        )


def _centre(points: float, seed: int) -> tuple[float, float, float, float, bool]:
    seen = simulate(PLAN, np.random.default_rng(seed))
    met, asked = seen.counts(first=DAY - LATELY, last=DAY - 1)
    lowest = np.argsort((met + 0.5) / (asked + 1), axis=0)[:CHOSEN]
    chosen = [(int(agent), b) for b in range(PLAN.behaviours) for agent in lowest[:, b]]
    told = replace(PLAN, coached=tuple(Coached(*pair, DAY, points) for pair in chosen))
    centre = simulate(told, np.random.default_rng(seed))
    change = _change(centre)
    mine = np.zeros(change.shape, bool)
    mine[tuple(np.array(chosen).T)] = True
    naive, others = np.nanmean(change[mine]), np.nanmean(change[~mine])
    effect, low, high, said = _ours(centre, chosen, seed)
    return effect, float(naive), float(naive - others), said, low <= points <= high


def _change(centre: Centre) -> NDArray[np.float64]:
    """The rate of the days after less that of the fortnight before."""
    before, after = (
        np.divide(*centre.counts(first=first, last=last)) for first, last in ((DAY - LATELY, DAY - 1), (DAY + 1, 81))
    )
    return np.asarray(after - before)


def _ours(centre: Centre, chosen: Pairs, seed: int) -> tuple[float, float, float, float]:
    agent, behaviour = np.array(chosen).T
    days = np.repeat(PLAN.working_days[[DAY]], len(chosen))
    nobody = Contacts(agent[:0], agent[:0], days[:0])
    found = effects(
        centre.daily(),
        Sessions(agent, behaviour, days, np.full(len(chosen), np.datetime64("NaT", "D"))),
        contacts=Contacts(agent, behaviour, days),
        reports=nobody,
        as_of=PLAN.working_days[-1],
        rng=np.random.default_rng(seed),
    )
    whole = pooled(found, agent)
    said = float(np.mean([one is Effect.WORKED for one in found.verdicts]))
    return whole.effect, whole.low, whole.high, said


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
