"""How honest the shrunken rates' intervals are when there are few peers, on simulated centres whose truth is known.

usage: python benchmarks/few_peers.py

The rival is the raw rate. Agents differ as a beta distribution says; each has 3 to 59 opportunities.
"""

import time

import numpy as np

from coachloop.core.stats.proportions import shrink

CENTRES = 200
SPREADS = ((0.5, 10), (0.8, 10), (0.9, 30), (0.2, 4), (0.6, 80))


def main() -> None:
    """Print the share of true rates that 95 % intervals cover, and the squared error against the raw rate's."""
    rng = np.random.default_rng(1)
    began = time.perf_counter()
    shrink(rng.integers(0, 80, (500, 20)), np.full((500, 20), 80)).interval()
    print(f"500 agents x 20 behaviours: {time.perf_counter() - began:.2f} s")
    print("peers  mean rate  covered  squared error  raw rate's  ratio")
    for peers in (1, 2, 3, 5, 10, 20, 50, 150, 500):
        for mean, weight in SPREADS:
            truth = rng.beta(mean * weight, (1 - mean) * weight, (peers, CENTRES))
            asked = rng.integers(3, 60, (peers, CENTRES))
            met = rng.binomial(asked, truth)
            posterior = shrink(met, asked)
            ends = posterior.interval()
            covered = ((ends.low <= truth) & (truth <= ends.high)).mean()
            ours, raw = ((posterior.mean - truth) ** 2).mean(), ((met / asked - truth) ** 2).mean()
            print(f"{peers:5}  {mean:9}  {covered:7.3f}  {ours:13.5f}  {raw:10.5f}  {ours / raw:5.2f}")


if __name__ == "__main__":
    main()
