"""What each statistic must reach, and what it reaches on simulated centres whose truth is known, with its rivals in the same run.

usage: python benchmarks/methods.py [--quick] [--only 4 7] [--seed 1]

River's detectors take part where river is installed: `uv run --with river python benchmarks/methods.py`. Centres are drawn with
parameters that the methods were not tuned on as well: other base rates, 2 to 20 opportunities a day, three queues, 20 to 500 agents.
The table is Markdown; a figure that misses its target is marked.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from time import process_time

import method_drift
import method_effect
import method_impact
import method_rates
from method_table import Figure, Run

METHODS: dict[int, tuple[str, Callable[[Run], Iterator[Figure]]]] = {
    1: ("How often does this agent do it?", method_rates.how_often),
    2: ("Is the judge right?", method_rates.is_the_judge_right),
    3: ("The rate without the judge's errors", method_rates.corrected_rates),
    4: ("Has this agent drifted?", method_drift.drifted),
    5: ("Which behaviour moves the outcome?", method_impact.moves_the_outcome),
    6: ("What should this agent work on?", method_impact.work_on),
    7: ("Did the coaching work?", method_effect.worked),
    8: ("What is it worth?", method_effect.worth_of_it),
    9: ("Which calls should people audit?", method_rates.audits),
    10: ("Who needs the workshop?", method_impact.workshop),
    11: ("A new version", method_drift.new_version),
}


def main() -> None:
    """Print the table, a method at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the centres and less")
    parser.add_argument("--only", type=int, nargs="*", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print("| | centre | what | must reach | reached | n |\n|---|---|---|---|---|---|")
    missed = []
    for number in asked.only:
        title, of = METHODS[number]
        began = process_time()
        for at, figure in enumerate(of(Run(asked.quick, asked.seed))):
            print(figure.row(f"**{number}** {title}" if not at else ""), flush=True)
            missed += [] if figure.good else [f"{number}: {figure.centre}, {figure.what}: {figure.reached}"]
        print(f"{number}: {process_time() - began:.0f} s of cores", file=sys.stderr, flush=True)
    print("\nMissed: " + ("; ".join(missed) or "nothing") + ".")


if __name__ == "__main__":
    main()
