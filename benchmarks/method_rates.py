"""METHODS 1, 2, 3 and 9 on simulated centres: rates, agreement, corrected rates, audits."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from method_table import Figure, Run, Share, percent, points

from coachloop.core.stats.agreement import agreement, alpha
from coachloop.core.stats.correction import NOT_AUDITED, Answers, predicted
from coachloop.core.stats.misclassification import accuracy, corrected
from coachloop.core.stats.proportions import shrink, wilson
from coachloop.core.stats.sampling import draw
from coachloop.simulation.centre import Centre, Plan, simulate

OTHERS = (0.9, 0.15, 0.55, 0.3)
THREE = (0.3, -0.6, -1.4)


def _covered(interval: object, truth: np.ndarray) -> float:
    return float(np.mean((interval.low <= truth) & (truth <= interval.high)))


def how_often(run: Run) -> Iterator[Figure]:
    """Four weeks of centres of several sizes."""
    plans = {
        "60 agents, 7 calls a day": (Plan(days=20), 200),
        "20 agents, 2 a day, three queues": (
            Plan(agents=20, teams=2, days=20, calls_a_day=2, queue_effects=THREE),
            300,
        ),
        "500 agents, 20 a day, other rates": (Plan(agents=500, days=20, calls_a_day=20, base_rates=OTHERS), 12),
    }
    for centre, (plan, many) in plans.items():
        cover, plain, error, raw, cells = [], [], [], [], 0
        for rng in run.centres(many):
            one = simulate(plan, rng)
            (met, asked), truth = one.counts(), one.true_rate()
            found = shrink(met, asked)
            cover.append(_covered(found.interval(), truth))
            plain.append(_covered(wilson(met, asked), truth))
            error.append(np.mean((found.mean - truth) ** 2))
            raw.append(np.mean((met / np.maximum(asked, 1) - truth) ** 2))
            cells += truth.size
        n, ratio, (shrunken, single) = f"{cells:,} rates", np.mean(error) / np.mean(raw), map(Share.of, (cover, plain))
        good = shrunken.within(0.93, 0.97)
        yield Figure(centre, "95 % intervals of shrunken rates cover", "93 to 97 %", str(shrunken), n, good)
        yield Figure(centre, "their squared error, raw rates = 1", "below 1", f"{ratio:.2f}", n, ratio < 1)
        good = single.within(0.93, 0.97)
        yield Figure(centre, "Wilson intervals cover", "93 to 97 %", str(single), n, good)


CANONICAL = ("1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *")
"""Four observers, twelve units: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, where alpha is 0.743."""


def is_the_judge_right(run: Run) -> Iterator[Figure]:
    """Against statsmodels, a published example, and kappas that are known."""
    from statsmodels.stats.inter_rater import cohens_kappa

    apart, cover, rng = [], [], np.random.default_rng(run.seed)
    plan = Plan(
        agents=60, behaviours=1, days=40, base_rates=(0.55,), sensitivity=0.92, specificity=0.85, audit_share=0.1
    )
    whole = simulate(replace(plan, agents=600, days=200), rng)
    known = cohens_kappa(_table(whole.verdict[:, 0], whole.truth[:, 0]), return_results=False)
    centres = list(run.centres(400))
    for one in centres:
        centre = simulate(plan, one)
        said, true, who = (row[centre.audited] for row in (centre.verdict[:, 0], centre.truth[:, 0], centre.agent))
        ours = agreement(said.astype(int), true.astype(int), who, rng=one)
        apart.append(abs(ours.kappa - cohens_kappa(_table(said, true), return_results=False)))
        cover.append(ours.low <= known <= ours.high)
    n = f"{len(centres)} centres"
    worst = max(apart)
    yield Figure(
        "60 agents, 10 % audited", "kappa, furthest from statsmodels", "the same", f"{worst:.1e}", n, worst < 1e-9
    )
    share = Share.of(cover)
    good = share.within(0.93, 0.97)
    yield Figure("the same", "bootstrap intervals (by agent) cover the true kappa", "93 to 97 %", str(share), n, good)
    table = np.array([[-1 if cell == "*" else int(cell) - 1 for cell in row.split()] for row in CANONICAL])
    found = alpha(table, rng=rng).alpha
    good = abs(found - 0.743) < 0.0006
    yield Figure(
        "Krippendorff (2011)", "alpha of four raters, some answers missing", "0.743", f"{found:.3f}", "12 units", good
    )


def _table(said: np.ndarray, true: np.ndarray) -> np.ndarray:
    return np.bincount(2 * said.astype(int) + true, minlength=4).reshape(2, 2)


def corrected_rates(run: Run) -> Iterator[Figure]:
    """A judge with sensitivity .92 and specificity .85, three calls in a hundred audited at random, and another judge."""
    judged = {
        "behaviours": 3,
        "base_rates": (0.25, 0.45, 0.9),
        "sensitivity": 0.92,
        "specificity": 0.85,
        "audit_share": 0.03,
    }
    plans = {
        "60 agents, 7 calls a day": (Plan(agents=60, days=20, **judged), 400),
        "150 agents, 20 a day, three queues": (
            Plan(agents=150, days=15, calls_a_day=20, queue_effects=THREE, **judged),
            100,
        ),
        "60 agents, judge .80 and .95, 5 % audited": (
            Plan(days=20, **{**judged, "sensitivity": 0.8, "specificity": 0.95, "audit_share": 0.05}),
            400,
        ),
    }
    for centre, (plan, many) in plans.items():
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for rng in run.centres(many):
            one = simulate(plan, rng)
            ways: dict[str, list[tuple[float, float]]] = defaultdict(list)
            for behaviour in range(plan.behaviours):
                for name, cover, width in _ways(one, behaviour):
                    ways[name].append((cover, width))
            for name, rows in ways.items():
                found[name].append(np.mean(rows, axis=0))
        yield from _compared(centre, {name: np.array(rows) for name, rows in found.items()}, plan)


def _compared(name: str, found: dict[str, np.ndarray], plan: Plan) -> Iterator[Figure]:
    centres = len(found["centre"])
    for unit, size in (("centre", 1), ("team", plan.teams), ("agent", plan.agents)):
        n = f"{centres * size * plan.behaviours:,} rates"
        ours, judge = (Share.of(found[f"{kind}{unit}"][:, 0]) for kind in ("", "judge "))
        width = found[unit][:, 1].mean() / found[f"audit {unit}"][:, 1].mean()
        must = "below 10 %" if unit == "centre" and plan.specificity == 0.85 else ""
        good = not must or judge.within(0, 0.1)
        yield Figure(
            name, f"intervals of corrected rates cover, {unit}", "93 to 97 %", str(ours), n, ours.within(0.93, 0.97)
        )
        yield Figure(name, f"rival: judge alone, Wilson, {unit}", must, str(judge), n, good)
        yield Figure(name, f"their width, the audit's alone = 1, {unit}", "below 1", f"{width:.2f}", n, width < 1)


def _ways(centre: Centre, behaviour: int) -> Iterator[tuple[str, float, float]]:
    """Coverage and width by kind of unit: corrected, the judge alone, the audit alone."""
    plan, audited = centre.plan, centre.audited
    said, truth = centre.verdict[:, behaviour].astype(int), centre.truth[:, behaviour].astype(int)
    given, share = np.where(audited, truth, NOT_AUDITED), np.full(len(centre), plan.audit_share)
    chance = centre.chance[:, behaviour]
    kinds = {
        "centre": (np.zeros(len(centre), int), 1),
        "team": (centre.team, plan.teams),
        "agent": (centre.agent, plan.agents),
    }
    how_good = accuracy(Answers(said, given, share, np.zeros(len(centre), int), 1))
    for kind, (unit, units) in kinds.items():
        n = np.bincount(unit, minlength=units)
        true, met = (np.bincount(unit, some, units) for some in (chance, said))
        if kind == "agent":
            ours = corrected(met[:, None], n[:, None], how_good)
            rate = (true / n)[:, None]
        else:
            ours, rate = predicted(Answers(said, given, share, unit, units)), true / n
        alone = wilson(np.bincount(unit[audited], truth[audited], units), np.bincount(unit[audited], minlength=units))
        yield kind, _covered(ours, rate), np.mean(ours.high - ours.low)
        judge = wilson(met, n)
        yield f"judge {kind}", _covered(judge, true / n), np.mean(judge.high - judge.low)
        yield f"audit {kind}", _covered(alone, true / n), np.mean(alone.high - alone.low)


def audits(run: Run) -> Iterator[Figure]:
    """Audits of 3 in 100 drawn by strata, beside simple random ones at the same cost."""
    for rate, many in ((0.45, 200), (0.2, 200), (0.85, 200)):
        plan = Plan(agents=60, behaviours=1, days=20, base_rates=(rate,), sensitivity=0.92, specificity=0.85)
        ours, simple, errors = [], [], []
        for rng in run.centres(many):
            drawn, plain = _audited(simulate(plan, rng), rng)
            ours.append(drawn[1])
            simple.append(plain)
            errors.append(drawn[0])
        centre, n = f"met in {percent(rate, 0)}", f"{len(ours)} centres"
        bias, error = np.mean(errors), np.std(errors) / np.sqrt(len(errors))
        said = f"{points(bias)} (standard error {100 * error:.2f})"
        yield Figure(centre, "bias of the corrected rate", "none", said, n, abs(bias) < 3 * error)
        narrower = 1 - np.mean(ours) / np.mean(simple)
        yield Figure(
            centre, "narrower than a simple random audit", "30 % or more", percent(narrower, 0), n, narrower >= 0.3
        )


def _audited(centre: Centre, rng: np.random.Generator) -> tuple[tuple[float, float], float]:
    sure, truth, said = centre.probability(rng)[:, 0], centre.truth[:, 0], centre.verdict[:, 0].astype(int)
    many, size = len(centre), round(0.03 * len(centre))
    drawn = draw([f"c-{i}" for i in range(many)], sure, centre.agent, size=size, seed=str(rng.integers(1 << 30)))
    given = np.where(drawn.chosen, truth, NOT_AUDITED)
    rate = predicted(Answers(said, given, drawn.probability, np.zeros(many, int), 1, drawn.stratum))
    simple = rng.choice(many, size, replace=False)
    alone = wilson([truth[simple].sum()], [size])
    return (rate.rate[0] - truth.mean(), rate.high[0] - rate.low[0]), float(alone.high[0] - alone.low[0])
