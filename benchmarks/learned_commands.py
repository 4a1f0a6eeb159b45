"""From fifty labelled calls to scores, through the ordinary commands; prints a table.

usage: python benchmarks/learned_commands.py FOLDER [SEED]

FOLDER holds p4g, conversations with human labels beside the turns and its groups of agents. A fresh site takes all calls in; people
have labelled fifty of the pool, and `train`, `score`, `evaluate` follow: the evaluated calls are those of agents that no model
has seen. Once always deciding, once passing where it is unsure. Models lie where COACHLOOP_EMBEDDINGS says, or nowhere: `off`.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

COACHLOOP = Path(sys.executable).with_name("coachloop")
BEHAVIOURS = (
    "asked_for_sale asked_discovery_question thanked greeted acknowledged praised_customer told_personal_story "
    "emotion_appeal"
).split()
LABELLED = 50
WAYS = {"always": {"abstain": False}, "sure": {}}


def run(home: Path, *args: object) -> tuple[Any, float]:
    """A command's JSON, and its seconds."""
    started = time.perf_counter()
    command = [str(COACHLOOP), *map(str, args), "--json"]
    done = subprocess.run(
        command, env=os.environ | {"COACHLOOP_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{args}: {done.stderr}")
    return json.loads(done.stdout), time.perf_counter() - started


def template(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """A template whose behaviours are learned and nothing else; JSON is YAML."""
    behaviours = [
        {"key": key, "title": key, "question": f"Label {key}?", "score_with": [{"learned": options}]}
        for key in BEHAVIOURS
    ]
    return {"key": name, "title": name, "behaviours": behaviours}


def labels(calls: list[dict[str, Any]], name: str) -> str:
    """The people's answers about these calls, as a label file."""
    rows = (
        {"conversation_id": call["id"], "template": name, "behaviour": key, "turns": call["labels"][key]["turns"],
         "verdict": "met" if call["labels"][key]["value"] else "not_met"}
        for call in calls for key in BEHAVIOURS if call["labels"][key]["value"] is not None
    )  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


def trial(home: Path, name: str, *, taught: list[dict[str, Any]], unseen: list[dict[str, Any]]) -> None:
    """One way of scoring, from its template to its agreement with people."""
    files = {part: home / f"{name}-{part}" for part in ("template", "taught", "unseen")}
    files["template"].write_text(json.dumps(template(name, WAYS[name])))
    files["taught"].write_text(labels(taught, name))
    files["unseen"].write_text(labels(unseen, name))
    for args in (
        ("template", "add", files["template"]),
        ("template", "publish", name),
        ("labels", "add", files["taught"]),
    ):
        run(home, *args)
    trained, training = run(home, "train", name)
    again, repeated = run(home, "train", name)
    assert [row["kappa"] for row in again] == [row["kappa"] for row in trained]
    tally, scoring = run(home, "score", "--template", name, "--all")
    found, _ = run(home, "evaluate", name, "--labels", files["unseen"])
    print(f"\n{name}: train {training:.1f} s, again {repeated:.1f} s; score {tally['conversations']} calls {tally['seconds']} s "
          f"({scoring:.1f} s with the start); decided {tally['decided_by']}; quotes that failed {tally['dropped_quotes']}")  # fmt: skip
    print(
        "| behaviour | labels | kappa by cross-validation | kappa on unseen agents | n | unscored |\n|---|---|---|---|---|---|"
    )
    for mine, its in zip(trained, found, strict=True):
        print(f"| {mine['behaviour']} | {mine['labels']} | {interval(mine, 'low', 'high')} | "
              f"{interval(its, 'kappa_low', 'kappa_high')} | {its['n']} | {its['unscored']} |")  # fmt: skip
    kappas = [row["kappa"] for row in found if row["kappa"] is not None]
    print(f"mean kappa on unseen agents: {sum(kappas) / len(kappas):.3f} over {len(kappas)} behaviours")


def interval(row: dict[str, Any], low: str, high: str) -> str:
    """Kappa with its interval."""
    numbers = (row["kappa"], row[low], row[high])
    return "–" if None in numbers else "{:.2f} ({:.2f} to {:.2f})".format(*numbers)


def main(folder: Path, seed: str) -> None:
    """Print what comes of each way."""
    if not (folder / "p4g").is_dir():
        sys.exit(f"skipped: {folder / 'p4g'} is not there")
    with gzip.open(folder / "p4g/conversations.jsonl.gz", "rt") as lines:
        calls = {call["id"]: call for call in map(json.loads, lines)}
    split = json.loads((folder / "p4g/splits_group.json").read_text())[seed]
    drawn = np.random.default_rng(int(seed)).choice(sorted(split["pool"]), LABELLED, replace=False)
    home = Path(tempfile.mkdtemp(prefix="coachloop-learned-"))
    run(home, "init")
    receipt, seconds = run(home, "ingest", folder / "p4g/conversations.jsonl.gz")
    print(
        f"{receipt['accepted']} calls taken in {seconds:.1f} s; {LABELLED} labelled, {len(split['test'])} of other agents"
    )
    for name in WAYS:
        trial(home, name, taught=[calls[key] for key in drawn], unseen=[calls[key] for key in split["test"]])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"), sys.argv[2] if len(sys.argv) > 2 else "1000")
