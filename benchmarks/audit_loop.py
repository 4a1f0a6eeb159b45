"""Audits through the pages' own services, on a simulated centre with a judge that errs: what comes out beside what is true.

usage: python benchmarks/audit_loop.py [--agents 60] [--days 20] [--within 5] [--centres 10] [--seed 1]

The centre's scores are imported, calls are drawn for an interval of so many points up and down, truthful evaluators answer them blind
(of those that two answer, the second slips in one of ten, and a third decides); then rates are corrected and the judge is judged.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import django
import numpy as np

HOME = tempfile.TemporaryDirectory()
os.environ |= {"COACHLOOP_HOME": HOME.name, "DJANGO_SETTINGS_MODULE": "coachloop.project.settings"}
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
django.setup()

from django.core.management import call_command  # noqa: E402 -- Django is set up first

from coachloop.simulation.centre import Plan, simulate  # noqa: E402
from simulation.audit_loop import Ran, evaluators, run  # noqa: E402


def main() -> None:
    """One line a centre, and what all of them say together."""
    asked = _arguments()
    held: list[list[float]] = []
    print(
        "| centre | calls | audited | adjudicated | drawn again | raw intervals hold | corrected hold | their half width | kappa holds | agents raw | agents corrected | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for seed in range(asked.seed, asked.seed + asked.centres):
        call_command("migrate", verbosity=0)
        call_command("flush", verbosity=0, interactive=False)
        evaluators(6)
        rng, start = np.random.default_rng(seed), time.process_time()
        plan = Plan(
            agents=asked.agents,
            teams=max(1, asked.agents // 10),
            days=asked.days,
            behaviours=4,
            base_rates=(
                0.25,
                0.35,
                0.45,
                0.9,
            ),  # as in tests/simulation/test_correction.py: where the judge's two errors differ in sum
            queue_effects=(0.0, -0.4),
            sensitivity=0.92,
            specificity=0.85,
        )
        with tempfile.TemporaryDirectory() as folder:
            found = run(simulate(plan, rng), Path(folder), within=asked.within / 100, rng=rng, careless=0.1)
        held.append(_held(found))
        _print(seed, found, held[-1], seconds=time.process_time() - start)
    print("all:", ", ".join(f"{one:.3f}" for one in np.mean(held, axis=0)))


def _held(found: Ran) -> list[float]:
    rows = found.behaviours
    return [
        np.mean([one.raw[0] <= one.truth <= one.raw[1] for one in rows]),
        np.mean([one.corrected[0] <= one.truth <= one.corrected[1] for one in rows]),
        np.mean([(one.corrected[1] - one.corrected[0]) / 2 for one in rows]),
        np.mean([one.kappa[0] <= one.true_kappa <= one.kappa[1] for one in rows]),
        found.agents_raw,
        found.agents_corrected,
    ]  # fmt: skip


def _print(seed: int, found: Ran, held: list[float], *, seconds: float) -> None:
    raw, corrected, half, kappa, agents_raw, agents = held
    print(
        f"| {seed} | {found.calls:,} | {found.audited} | {found.adjudicated} | {'holds' if found.holds else 'DIFFERS'} | {raw:.0%} | "
        f"{corrected:.0%} | ± {100 * half:.1f} points | {kappa:.0%} | {agents_raw:.0%} | {agents:.0%} | {seconds:.0f} |",
        flush=True,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"agents": 60, "days": 20, "within": 5.0, "centres": 10, "seed": 1}.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main()
