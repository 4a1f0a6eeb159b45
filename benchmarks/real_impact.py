"""Impact on real conversations with outcomes, through the commands: what moves task success, and whether people give.

usage: python benchmarks/real_impact.py [--data ../shared/data]

`star`: 107 agents; asking for the name goes with failure (-0.12) and asking for details with success (+0.13), because tasks differ;
within a task there is hardly anything left. `p4g`: of 22 behaviours none survives multiple testing. Phrases score, and people's labels
count before them where there are any. Says so and stops where the data is missing.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COACHLOOP = Path(sys.executable).with_name("coachloop")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Set:
    """One set: its file, the outcome that is asked about, and which conversations."""

    name: str
    file: str
    outcome: str
    wanted: Callable[[Row], bool] = lambda _: True
    template: str = ""


SERVICE = "service_chat.yaml"
SETS = (
    Set("star", "star/conversations.jsonl.gz", "customer_says_task_done", template=SERVICE),
    Set(
        "star, happy path",
        "star/conversations.jsonl.gz",
        "customer_says_task_done",
        lambda row: bool(row["outcome"]["happy_path"]),
        SERVICE,
    ),
    Set("p4g", "p4g/conversations.jsonl.gz", "donated"),
)


class Site:
    """A fresh site and the commands run in it."""

    def __init__(self, home: Path) -> None:
        self._env = os.environ | {"COACHLOOP_HOME": str(home)}

    def __call__(self, *args: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command; stops where it can't."""
        done = subprocess.run([COACHLOOP, *args], env=self._env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{args}: {done.stderr or done.stdout}")
        return done


def rows_of(one: Set, folder: Path) -> Iterator[Row]:
    """The conversations that are wanted and whose outcome is known."""
    with gzip.open(folder / one.file, "rt") as lines:
        for row in map(json.loads, lines):
            if row["outcome"].get(one.outcome) is not None and one.wanted(row):
                yield row


def found(one: Set, folder: Path, home: Path) -> tuple[list[dict[str, Any]], str]:
    """What `insight impact` says, and what it remarks, of a site with these conversations and people's labels alone."""
    rows = list(rows_of(one, folder))
    site, template = Site(home), home / "template.yaml"
    calls, labels = home / "calls.jsonl", home / "labels.jsonl"
    known = ROOT / "benchmarks/real_data" / one.template
    template.write_text(known.read_text() if one.template else template_text(sorted(rows[0]["labels"])))
    text = template.read_text()
    key = next(line for line in text.splitlines() if line.startswith("key:")).split()[1]
    named = {line.split()[-1] for line in text.splitlines() if line.startswith("  - key:")}
    calls.write_text("".join(json.dumps(without_labels(row)) + "\n" for row in rows))
    labels.write_text("".join(json.dumps(label) + "\n" for row in rows for label in labels_of(row, named)))
    for command in (
        ("init",), ("template", "add", template), ("template", "publish", key), ("ingest", calls), ("score",),
        ("labels", "add", labels),
    ):  # fmt: skip
        site(*command)
    said = site("insight", "impact", "--outcome", one.outcome, "--json")
    return json.loads(said.stdout), said.stderr


def template_text(behaviours: list[str]) -> str:
    """A template whose verdicts are all people's in the end: every conversation is labelled."""
    lines = ["key: labelled", "title: What people labelled", "behaviours:"]
    for key in behaviours:
        words = key.replace("_", " ").capitalize()
        lines += [
            f"  - key: {key}",
            f"    title: {words}",
            f"    question: {words}?",
            f"    score_with: [{{phrases: {{any: [{words.lower()}]}}}}]",
        ]
    return "\n".join(lines) + "\n"


def without_labels(row: Row) -> Row:
    """The conversation as a tool would hand it in."""
    return {key: value for key, value in row.items() if key not in {"labels", "annotated_turns", "group_id"}}


def labels_of(row: Row, named: set[str]) -> Iterator[Row]:
    """People's answers; none where they did not look at every turn."""
    for behaviour, label in row["labels"].items():
        if behaviour in named and label["value"] is not None:
            verdict = "met" if label["value"] else "not_met"
            yield {"conversation_id": row["id"], "behaviour": behaviour, "verdict": verdict}


def main() -> None:
    """Print a table a set."""
    parser = argparse.ArgumentParser(description="Impact on real conversations, through the commands.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    folder = parser.parse_args().data
    for one in SETS:
        if not (folder / one.file).is_file():
            sys.exit(f"{folder / one.file}: not there; name the folder of the development sets with --data")
        with tempfile.TemporaryDirectory(prefix="coachloop-impact-") as home:
            rows, remarks = found(one, folder, Path(home))
        print(f"\n{one.name}: {one.outcome}\n{'behaviour':26} unadjusted   adjusted       between   q value  survives")
        for row in rows:
            print(
                f"{row['behaviour']:26} {row['naive']:+10.3f} {row['effect']:+10.3f} {row['low']:+7.3f} {row['high']:+6.3f} "
                f"{row['q_value']:9.3f}  {'yes' if row['survives'] else 'no'}"
                + (f"  ({row['unscored']:.0%} unscored)" if row["unscored"] > 0.1 else "")
            )
        print(remarks.strip())


if __name__ == "__main__":
    main()
