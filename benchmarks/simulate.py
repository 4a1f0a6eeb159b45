"""A centre whose truth is known, as files for `import scores`, `import coaching` and `labels add`, with the truth beside them.

usage: python benchmarks/simulate.py DIRECTORY [--seed 1] [--agents 60] [--behaviours 6] [--days 120] [--calls-a-day 7]
           [--sensitivity 0.92] [--specificity 0.85] [--audit-share 0.03] [--slides 6] [--moves 4] [--coached 20]

A third of the sessions do nothing, the rest are worth 15 points. truth.json says who slid, moved and was coached, and the true rates.
"""

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from coachloop.simulation import centre as simulator


def main() -> None:
    """Write the four files and say how large they are."""
    asked = _arguments()
    rng = np.random.default_rng(asked.seed)
    centre = simulator.simulate(_plan(asked, rng), rng)
    asked.directory.mkdir(parents=True, exist_ok=True)
    print(simulator.write_scores(centre, asked.directory / "scores.csv"), "scores")
    print(simulator.write_coaching(centre, asked.directory / "coaching.csv"), "sessions")
    print(simulator.write_labels(centre, asked.directory / "labels.csv"), "audited verdicts")
    (asked.directory / "truth.json").write_text(json.dumps(_truth(centre), indent=1, default=str), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    whole = {"seed": 1, "agents": 60, "behaviours": 6, "days": 120, "slides": 6, "moves": 4, "coached": 20}
    parts = {"calls-a-day": 7.0, "sensitivity": 0.92, "specificity": 0.85, "audit-share": 0.03}
    for name, default in {**whole, **parts}.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def _plan(asked: argparse.Namespace, rng: np.random.Generator) -> simulator.Plan:
    """Nobody slides, moves and is coached at once, as far as there are people enough."""
    sizes = (asked.slides, asked.moves, asked.coached)
    people = np.resize(rng.permutation(asked.agents), sum(sizes)).tolist()
    slid, moved, coached = np.split(np.array(people, int), np.cumsum(sizes)[:-1])
    middle, rows = asked.days // 2, range(asked.behaviours)
    return simulator.Plan(
        agents=asked.agents,
        teams=max(1, asked.agents // 10),
        behaviours=asked.behaviours,
        days=asked.days,
        calls_a_day=asked.calls_a_day,
        sensitivity=asked.sensitivity,
        specificity=asked.specificity,
        audit_share=asked.audit_share,
        slides=tuple(simulator.Slide(int(a), rows[i % len(rows)], middle, 10, 0.25) for i, a in enumerate(slid)),
        moves=tuple(simulator.Move(int(a), middle, 1) for a in moved),
        coached=tuple(
            simulator.Coached(int(a), rows[i % len(rows)], middle, 0.15 if i % 3 else 0.0)
            for i, a in enumerate(coached)
        ),
    )


def _truth(centre: simulator.Centre) -> dict[str, object]:
    return {
        "agents": centre.agent_names,
        "behaviours": centre.behaviour_names,
        "outcome_effects": centre.plan.by_behaviour(centre.plan.outcome_effects).tolist(),
        "met_rate": centre.met_rate().tolist(),
        **{
            name: [dataclasses.asdict(one) for one in getattr(centre.plan, name)]
            for name in ("slides", "moves", "coached")
        },
    }


if __name__ == "__main__":
    main()
