"""How soon slides are found, and how often steady agents are suspected, on simulated centres whose truth is known.

usage: python benchmarks/drift.py [centres]

A tenth of the streams (agent x behaviour) fall by 25 points over ten days; a third of the agents are moved to the harder queue on some
day. Rivals in the same run: the same CUSUM without the mix, a rule of thumb (ten points below the week before), and river's ADWIN and
Page-Hinkley where `pip install river` has put them; both look for any change, and count where the rate fell.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from coachloop.core.insight.daily import Daily
from coachloop.core.insight.drift import Ruler, drift
from coachloop.simulation.centre import Centre, Move, Plan, Slide, simulate

MONTH = 21.74
Alerts = list[tuple[tuple[int, int], int]]
"""(agent, behaviour) and the working day of each alert."""

CENTRES = {
    "60 agents, 7 a day": Plan(),
    "30 agents, 80 days": Plan(agents=30, days=80),
    "2 a day, 160 days": Plan(calls_a_day=2.0, days=160),
    "20 a day": Plan(calls_a_day=20.0),
    "3 queues, far apart": Plan(queue_effects=(0.5, -1.5, 0.0)),
    "high and low rates": Plan(base_rates=(0.9, 0.95, 0.85, 0.3, 0.5, 0.2)),
    "agents very unlike": Plan(ability_spread=1.2),
    "form comes and goes": Plan(form_spread=0.2),
}


def centre(plan: Plan, seed: int) -> Centre:
    """The plan with its slides and moves."""
    rng = np.random.default_rng(seed)
    who = np.argwhere(rng.random((plan.agents, plan.behaviours)) < 0.1)
    starts = rng.integers(35, plan.days - 35, len(who))
    slides = tuple(
        Slide(int(a), int(b), int(first), days=10, points=0.25) for (a, b), first in zip(who, starts, strict=True)
    )
    moves = tuple(Move(a, int(rng.integers(25, plan.days - 20)), queue=1) for a in range(0, plan.agents, 3))
    return simulate(replace(plan, slides=slides, moves=moves), rng)


def ours(found: Centre, *, mixed: bool = True) -> Alerts:
    """Drift as coachloop finds it; without the mix, all calls are of one kind."""
    daily = found.daily()
    slips = drift(daily if mixed else replace(daily, mix=np.zeros_like(daily.mix))).slips
    days = [np.searchsorted(found.plan.working_days, np.datetime64(slip.signalled_on)) for slip in slips]
    return [((slip.agent, slip.behaviour), int(day)) for slip, day in zip(slips, days, strict=True)]


def week_on_week(found: Centre) -> Alerts:
    """Ten points below the week before, with five calls or more in each."""
    plan = found.plan
    shape = (plan.agents, plan.behaviours, plan.days // 5)
    met, asked = np.zeros(shape), np.zeros(shape)
    kept = found.day_index < shape[2] * 5
    for b in range(plan.behaviours):
        at = (found.agent[kept], b, found.day_index[kept] // 5)
        np.add.at(asked, at, found.applies[kept, b])
        np.add.at(met, at, found.verdict[kept, b])
    enough = (asked[..., 1:] >= 5) & (asked[..., :-1] >= 5)
    rate = met / np.maximum(asked, 1)
    fallen = enough & (rate[..., 1:] < rate[..., :-1] - 0.1)
    return [((int(a), int(b)), int(week + 1) * 5 + 4) for a, b, week in np.argwhere(fallen)]


def streaming(found: Centre, detector: Callable[[], object]) -> Alerts:
    """A detector of river, call by call; a change counts where the last thirty calls are below those before."""
    out: Alerts = []
    for agent in range(found.plan.agents):
        rows = np.flatnonzero(found.agent == agent)
        for b in range(found.plan.behaviours):
            of = rows[found.applies[rows, b]]
            out += [((agent, b), day) for day in _falls(found.verdict[of, b], found.day_index[of], detector())]
    return out


def _falls(met: np.ndarray, day: np.ndarray, watcher: object) -> Iterator[int]:
    for i, value in enumerate(met):
        watcher.update(float(value))
        if watcher.drift_detected and i >= 30 and met[i - 29 : i + 1].mean() < met[: i - 29].mean():
            yield int(day[i])


def figures(found: Centre, alerts: Alerts) -> np.ndarray:
    """Slides, found ones, their delays' median; false alerts and months of 100 steady streams: all, and moved agents alone."""
    plan = found.plan
    begun = {(slide.agent, slide.behaviour): slide.first_day for slide in plan.slides}
    first = {who: [day for one, day in alerts if one == who and day >= begun[who]] for who in begun}
    delays = [min(days) - begun[who] for who, days in first.items() if days]
    moved, months = {move.agent for move in plan.moves}, plan.days / MONTH / 100
    wrong = [who for who, _ in alerts if who not in begun]
    steady = plan.agents * plan.behaviours - len(begun)
    steady_moved = len(moved) * plan.behaviours - sum(agent in moved for agent, _ in begun)
    middle = np.median(delays) if delays else np.nan
    of_moved = sum(agent in moved for agent, _ in wrong)
    return np.array([len(begun), len(delays), middle, len(wrong), steady * months, of_moved, steady_moved * months])


def rivals() -> dict[str, Callable[[Centre], Alerts]]:
    """What is compared, by name."""
    some: dict[str, Callable[[Centre], Alerts]] = {
        "coachloop": ours,
        "CUSUM, any mix": lambda found: ours(found, mixed=False),
        "10 points a week": week_on_week,
    }
    try:
        from river.drift import ADWIN, PageHinkley
    except ImportError:
        print("river is not installed: ADWIN and Page-Hinkley are left out (pip install river)")
        return some
    return some | {
        "ADWIN": lambda found: streaming(found, ADWIN),
        "Page-Hinkley": lambda found: streaming(found, lambda: PageHinkley(mode="down")),
    }


def speed() -> None:
    """500 agents x 20 behaviours x 250 days."""
    rng = np.random.default_rng(1)
    agents, behaviours, days = 500, 20, 250
    cell = np.arange(agents * behaviours * days)
    asked = rng.poisson(7, len(cell))
    met, zeros = rng.binomial(asked, 0.6), np.zeros(len(cell), np.int64)
    dates = np.busday_offset(np.datetime64("2026-01-05"), np.arange(days))
    agent, queue = cell // (behaviours * days), rng.integers(0, 4, len(cell))
    names = tuple((f"queue-{n}", "") for n in range(4))
    daily = Daily(
        agent, cell // days % behaviours, agent % 40, queue, zeros, dates[cell % days], met, asked - met, zeros, names
    )
    began, used = time.perf_counter(), time.process_time()
    found = drift(daily, rulers={(b, 0): Ruler(0) for b in range(behaviours)})
    print(
        f"500 agents x 20 behaviours x 250 days in 4 queues: {time.perf_counter() - began:.1f} s "
        f"({time.process_time() - used:.1f} s of one core); {len(found.slips)} false alerts, "
        f"allowed {found.allowed * days / MONTH:.0f}"
    )


def main() -> None:
    """Print both tables."""
    speed()
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    compared = rivals()
    print("target: found >= 90 %, median delay <= 17 working days, <= 1 false alert a month for 100 steady streams\n")
    print(f"{'centre':22}{'':18}{'slides':>7}{'found':>7}{'delay':>7}{'false':>7}{'moved':>7}")
    for name, plan in CENTRES.items():
        found = [centre(plan, seed) for seed in range(100, 100 + many)]
        for who, look in compared.items() if name == next(iter(CENTRES)) else [("coachloop", ours)]:
            rows = np.array([figures(one, look(one)) for one in found])
            total = rows.sum(axis=0)
            false, moved = total[3] / total[4], total[5] / total[6]
            share, delay = total[1] / total[0], np.nanmedian(rows[:, 2])
            print(f"{name:22}{who:18}{total[0]:7.0f}{share:7.1%}{delay:7.1f}{false:7.2f}{moved:7.2f}", flush=True)


if __name__ == "__main__":
    main()
