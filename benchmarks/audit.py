"""What an audit of 3 in 100 says about a centre whose truth is known, and what its rivals say at the same cost.

usage: python benchmarks/audit.py [centres]

The judge has sensitivity 0.92 and specificity 0.85. Ways: the judge alone (Wilson), a simple random audit alone (Wilson), the same
corrected, and audits drawn by strata and corrected. `covered` is the share of intervals that hold the truth, `error` the root mean square.
"""

import sys
from collections import defaultdict

import numpy as np

from coachloop.core.stats.correction import NOT_AUDITED, Answers, predicted
from coachloop.core.stats.misclassification import accuracy, corrected
from coachloop.core.stats.proportions import wilson
from coachloop.core.stats.sampling import draw
from coachloop.simulation.centre import Plan, simulate

SHARE = 0.03
RATES = (0.2, 0.45, 0.9)


def main() -> None:
    """Print one line a true rate and way."""
    centres = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(f"{'rate':>5}  {'way':28}  {'covered':>7}  {'width':>6}  {'error':>6}  {'bias':>7}")
    for rate in RATES:
        plan = Plan(agents=60, behaviours=1, days=20, base_rates=(rate,), sensitivity=0.92, specificity=0.85)
        found = defaultdict(list)
        for seed in range(centres):
            for name, low, high, point, truth in _ways(plan, np.random.default_rng(seed)):
                found[name].append(
                    (np.mean((low <= truth) & (truth <= high)), np.mean(high - low), np.mean(point - truth))
                )
        for name, rows in found.items():
            covered, width, error = np.array(rows).T
            bias = error.mean()
            print(
                f"{rate:5}  {name:28}  {covered.mean():7.3f}  {width.mean():6.3f}  {np.sqrt((error**2).mean()):6.4f}  {bias:7.4f}"
            )


def _ways(plan, rng):
    centre = simulate(plan, rng)
    sure, truth, said = centre.probability(rng)[:, 0], centre.truth[:, 0], centre.verdict[:, 0].astype(int)
    many, size = len(centre), round(SHARE * len(centre))
    simple = np.isin(np.arange(many), rng.choice(many, size, replace=False))
    drawn = draw([f"c-{i}" for i in range(many)], sure, centre.agent, size=size, seed=str(rng.integers(1 << 30)))
    equal, real = np.full(many, size / many), centre.chance.mean()

    def answers(chosen, probability, stratum=None):
        return Answers(said, np.where(chosen, truth, NOT_AUDITED), probability, np.zeros(many, int), 1, stratum)

    for name, hits, asked in (("judge alone", said, many), ("simple audit alone", truth[simple], size)):
        yield name, *wilson(hits.sum(), asked), hits.sum() / asked, real
    for name, given in (
        ("simple audit, corrected", answers(simple, equal)),
        ("strata, corrected", answers(drawn.chosen, drawn.probability, drawn.stratum)),
    ):
        rate = predicted(given)
        yield name, rate.low[0], rate.high[0], rate.rate[0], real
    met, asked = centre.counts()
    agents = corrected(met, asked, accuracy(answers(drawn.chosen, drawn.probability)))
    yield "agents: judge alone", *wilson(met, asked), met / asked, centre.true_rate()
    yield "agents: corrected", agents.low, agents.high, agents.rate, centre.true_rate()


if __name__ == "__main__":
    main()
