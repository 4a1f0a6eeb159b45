"""One template on recordings and on people's transcripts of the same calls: how often both give the same verdict.

usage: python benchmarks/recording_chain.py CALLS [--models FOLDER] [--template benchmarks/bank_calls.yaml] [--mono]

CALLS holds `stereo/*.wav` and `reference/*.json` as ../shared/data/harper_valley does. In a site of their own the recordings
are ingested, and the people's segments as JSON Lines, turns and times as they are; the template is published and both are scored,
through the command line. With --mono the two channels are mixed into one first, so that voices have to be told apart as well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import wave
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from coachloop.core.stats.agreement import kappa

RUN = "import sys; from coachloop.project.main import main; sys.argv[0] = 'coachloop'; main()"
WRITTEN = "written-"
DECIDED = ("met", "not_met")
ROLES = {"agent": "agent", "caller": "customer"}


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("calls", type=Path)
    asked.add_argument("--models", type=Path)
    asked.add_argument("--template", type=Path, default=Path(__file__).with_name("bank_calls.yaml"))
    asked.add_argument("--mono", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="recording-chain-") as folder:
        verdicts = score(Path(folder), given)
    show(verdicts)


def score(folder: Path, given: argparse.Namespace) -> dict[tuple[str, str], dict[str, str]]:
    """Verdicts by call and behaviour, of the recording (`heard`) and of the people's transcript (`written`)."""
    home = folder / "home"
    home.mkdir()
    if given.models:
        (home / "models").symlink_to(given.models.resolve())
    written, heard = folder / "written.jsonl", folder / "heard"
    heard.mkdir()
    for path in sorted((given.calls / "stereo").glob("*.wav")):
        put(path, heard / path.name, mono=given.mono)
    references = sorted((given.calls / "reference").glob("*.json"))
    written.write_text("".join(json.dumps(line_of(path)) + "\n" for path in references))
    told = {**os.environ, "COACHLOOP_HOME": str(home)}
    key = yaml.safe_load(given.template.read_text())["key"]
    for command in (
        ["init"],
        ["template", "add", str(given.template)],
        ["template", "publish", key],
        ["ingest", str(written), str(heard)],
        ["score"],
    ):
        coachloop(command, told)
    rows = [json.loads(line) for line in coachloop(["export", "verdicts"], told).splitlines()]
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        call = row["conversation_id"].removeprefix(WRITTEN)
        side = "heard" if call == row["conversation_id"] else "written"
        found[call, row["behaviour"]][side] = row["verdict"]
    return found


def put(source: Path, target: Path, *, mono: bool) -> None:
    """The recording itself, or both channels of it in one."""
    if not mono:
        target.symlink_to(source.resolve())
        return
    with wave.open(str(source), "rb") as call, wave.open(str(target), "wb") as out:
        samples = np.frombuffer(call.readframes(call.getnframes()), "<i2").reshape(-1, 2).astype(np.int32)
        out.setparams(call.getparams()._replace(nchannels=1))
        out.writeframes((samples.sum(axis=1) // 2).astype("<i2").tobytes())


def line_of(path: Path) -> dict[str, Any]:
    """What people wrote down, as a line of the native format."""
    call = json.loads(path.read_text())
    turns = [
        {"speaker": ROLES[one["role"]], "start": one["start"], "end": one["end"], "text": one["text"]}
        for one in sorted(call["segments"], key=lambda one: one["start"])
    ]
    return {"id": f"{WRITTEN}{path.stem}", "channel": "voice", "turns": turns}


def coachloop(arguments: list[str], told: dict[str, str]) -> str:
    """What a command prints."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=told, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def show(verdicts: dict[tuple[str, str], dict[str, str]]) -> None:
    """By behaviour: both met, both not met, only one of the two, and the same in all."""
    pairs: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for (_, behaviour), said in verdicts.items():
        pairs[behaviour][said["written"], said["heard"]] += 1
    print(f"{'behaviour':32}{'calls':>6}{'same':>6}   differ (written, heard)")
    for behaviour, counts in sorted(pairs.items()):
        same = sum(n for (a, b), n in counts.items() if a == b)
        rest = ", ".join(f"{a} → {b}: {n}" for (a, b), n in counts.items() if a != b)
        print(f"{behaviour:32}{counts.total():6}{same:6}   {rest}")
    together = sum(pairs.values(), Counter())
    same = sum(n for (a, b), n in together.items() if a == b)
    table = np.array([[together[a, b] for b in DECIDED] for a in DECIDED], float)
    print(f"Cohen's kappa of met and not met, where both decide (n = {table.sum():.0f}): {kappa(table[None])[0]:.2f}")


if __name__ == "__main__":
    main()
