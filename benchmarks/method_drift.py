"""METHODS 4 and 11 on simulated centres: slides, steady agents, agents moved to a harder queue, and new versions."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from drift import MONTH, Alerts, centre, ours, rivals
from method_table import Figure, Run, percent

from coachloop.core.insight.daily import Daily
from coachloop.core.insight.drift import Ruler, drift
from coachloop.simulation.centre import Centre, Plan, simulate


@dataclass
class Tally:
    """What a detector found in some centres: slides and steady streams, in hundreds of stream months, all and moved agents alone."""

    delays: list[int] = field(default_factory=list)
    slides: int = 0
    false: int = 0
    months: float = 0
    false_moved: int = 0
    months_moved: float = 0

    def add(self, found: Centre, alerts: Alerts) -> None:
        """One more centre."""
        plan = found.plan
        begun = {(one.agent, one.behaviour): one.first_day for one in plan.slides}
        movers = {one.agent for one in plan.moves}
        first = {
            who: [day - start for one, day in alerts if one == who and day >= start] for who, start in begun.items()
        }
        self.slides += len(begun)
        self.delays += [min(days) for days in first.values() if days]
        wrong = [who for who, _ in alerts if who not in begun]
        months, moved = (
            plan.days / MONTH / 100,
            len(movers) * plan.behaviours - sum(agent in movers for agent, _ in begun),
        )
        self.false += len(wrong)
        self.months += (plan.agents * plan.behaviours - len(begun)) * months
        self.false_moved += sum(agent in movers for agent, _ in wrong)
        self.months_moved += moved * months


KINDS = {
    "60 agents, 7 calls a day": (Plan(), 12),
    "three queues, other rates": (Plan(queue_effects=(0.4, -1.2, 0.0), base_rates=(0.85, 0.5, 0.7, 0.35)), 12),
    "20 agents, 20 calls a day": (Plan(agents=20, teams=2, calls_a_day=20.0), 16),
    "500 agents, 7 calls a day": (Plan(agents=500, teams=40), 2),
    "agents very unlike": (Plan(ability_spread=1.2), 12),
    "form that comes and goes": (Plan(form_spread=0.2), 12),
}
SLOW = Plan(calls_a_day=2.0, days=200)


def drifted(run: Run) -> Iterator[Figure]:
    """Ours on all kinds of centres, and the rivals on the first."""
    for at, (name, (plan, many)) in enumerate(KINDS.items()):
        chosen = {"coachloop": ours} if at else rivals()
        tallies: dict[str, Tally] = defaultdict(Tally)
        for number, _ in enumerate(run.centres(many)):
            one = centre(plan, 1000 * run.seed + number)
            for who, look in chosen.items():
                tallies[who].add(one, look(one))
        for who, tally in tallies.items():
            yield from _said(name, "" if who == "coachloop" else f"rival {who}: ", tally, target=who == "coachloop")
    slow = Tally()
    for number, _ in enumerate(run.centres(8)):
        one = centre(SLOW, 1000 * run.seed + number)
        slow.add(one, ours(one))
    yield from _said("60 agents, 2 calls a day (the target is for 7)", "", slow, target=False)


def _said(name: str, who: str, tally: Tally, *, target: bool) -> Iterator[Figure]:
    found, delay = len(tally.delays) / tally.slides, float(np.median(tally.delays or [np.nan]))
    false, moved = tally.false / tally.months, tally.false_moved / tally.months_moved
    slides, streams = f"{tally.slides} slides", f"{100 * tally.months:,.0f} stream months"
    musts = ("90 % or more", "17 working days or less", "1 or less", "1 or less") if target else ("",) * 4
    rows = (
        ("slides found", percent(found), slides, found >= 0.9),
        ("median delay", f"{delay:.0f} days", slides, delay <= 17),
        ("false alerts of 100 steady streams a month", f"{false:.2f}", streams, false <= 1),
        (
            "the same, of agents moved to a harder queue",
            f"{moved:.2f}",
            f"{100 * tally.months_moved:,.0f} stream months",
            moved <= 1,
        ),
    )
    for (what, reached, n, good), must in zip(rows, musts, strict=True):
        yield Figure(name, who + what, must, reached, n, good or not target)


def new_version(run: Run) -> Iterator[Figure]:
    """From the middle on a stricter version calls a fifth less met; nobody changes."""
    ways: dict[str, Callable[[Daily], dict[str, object]]] = {
        "the version restarts its baselines": lambda _: {},
        "the bridge says by how much it shifts": lambda daily: {"rulers": _rulers(daily)},
    }
    false, months = dict.fromkeys([*ways, "rival: a detector that knows no versions"], 0), 0.0
    for rng in run.centres(12):
        found = simulate(Plan(), rng)
        daily = _stricter(found, rng)
        months += found.plan.agents * found.plan.behaviours * found.plan.days / MONTH / 100
        for name, given in ways.items():
            false[name] += len(drift(daily, **given(daily)).slips)
        false["rival: a detector that knows no versions"] += len(
            drift(replace(daily, version=np.zeros_like(daily.version))).slips
        )
    for name, many in false.items():
        must = "" if name.startswith("rival") else "as without: 1 or less"
        rate = many / months
        yield Figure(
            "60 agents, a version that is 20 % stricter",
            f"{name}: alerts of 100 steady streams a month",
            must,
            f"{rate:.2f}",
            f"{100 * months:,.0f} stream months",
            not must or rate <= 1,
        )


STRICTER = 0.2


def _stricter(found: Centre, rng: np.random.Generator) -> Daily:
    daily = found.daily()
    later = daily.day >= found.plan.working_days[found.plan.days // 2]
    lost = np.where(later, rng.binomial(daily.met, STRICTER), 0)
    return replace(daily, version=later.astype(np.int64), met=daily.met - lost, not_met=daily.not_met + lost)


def _rulers(daily: Daily) -> dict[tuple[int, int], Ruler]:
    """One epoch; the shift is that of all verdicts of the behaviour, as a bridge would find it."""
    rulers = {}
    for behaviour in np.unique(daily.behaviour).tolist():
        here = (daily.behaviour == behaviour) & (daily.version == 1)
        now = daily.met[here].sum() / (daily.met[here] + daily.not_met[here]).sum()
        rulers |= {(behaviour, 0): Ruler(0), (behaviour, 1): Ruler(0, float(now - now / (1 - STRICTER)))}
    return rulers
