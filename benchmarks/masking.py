"""What masking finds in conversations, how long it takes, and what it makes of an import.

usage: python benchmarks/masking.py FILE... [--samples N] [--ingest N]

FILE is a file of conversations in the native format (.jsonl, .jsonl.gz), or a folder of reference transcripts as
`harper_valley/reference` has them. By file: turns, microseconds a turn, places by kind; with --samples some of them to be looked at.
With --ingest the first N conversations of each file are taken in five times masked and five times not, in turn, into fresh SQLite
files: the least seconds of a core each way.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from coachloop.core.masking.find import find_in

type Talk = tuple[list[tuple[str, str]], tuple[str, ...]]


def raw_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def talks(path: Path) -> Iterator[Talk]:
    """Speaker and text of every turn, and the customer's name where the record gives it."""
    if path.is_dir():
        for file in sorted(path.glob("*.json")):
            yield [(part["role"], part["text"]) for part in json.loads(file.read_text())["segments"]], ()
        return
    for line in raw_lines(path):
        call = json.loads(line)
        names = (call["customer_name"],) if call.get("customer_name") else ()
        yield [(turn["speaker"], turn["text"]) for turn in call["turns"] or ()], names


def report(path: Path, samples: int) -> None:
    """What is found in one file."""
    read = list(talks(path))
    turns = sum(len(said) for said, _ in read)
    begun = time.process_time()
    found = [find_in(said, names=names) for said, names in read]
    took = time.process_time() - begun
    shown = defaultdict(list)
    for (said, _), places in zip(read, found, strict=True):
        for turn, some in places.items():
            for one in some:
                text = said[turn][1]
                shown[one.kind].append(
                    f"{text[max(0, one.start - 40) : one.start]}<<{text[one.start : one.end]}>>{text[one.end :][:30]}"
                )
    kinds = Counter({kind: len(places) for kind, places in shown.items()})
    masked = sum(map(bool, found))
    print(
        f"{path.parent.name}/{path.name}: {turns:,} turns, {took / max(1, turns) * 1e6:.1f} us a turn, masked in {masked:,} of {len(read):,}"
    )
    print("   ", ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common()) or "nothing found")
    for kind, places in sorted(shown.items()):
        for text in np.random.default_rng(7).permutation(places)[:samples]:
            print(f"      {kind:14} {str(text)!r}")


INGEST = """
import sys, time
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.ingest import ingest
from coachloop.app.services.people import Place, set_up_site
from coachloop.core.model.receipt import Line
call_command("migrate", verbosity=0)
set_up_site(viewer=OPERATOR, name="x", place=Place("UTC", "", ""), now=timezone.now())
lines = [Line("f", number, raw) for number, raw in enumerate(open(sys.argv[1], "rb"), 1)]
begun = time.process_time()
ingest(lines, viewer=OPERATOR, now=timezone.now())
print(time.process_time() - begun)
"""


def timed(path: Path, masking: str) -> float:
    """Seconds of a core that one import takes."""
    with tempfile.TemporaryDirectory() as home:
        ours = {
            "COACHLOOP_HOME": home,
            "COACHLOOP_MASKING": masking,
            "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
        }
        command = [sys.executable, "-c", INGEST, str(path)]
        return float(subprocess.run(command, env=os.environ | ours, check=True, capture_output=True, text=True).stdout)


def ingest_report(path: Path, most: int) -> None:
    """What masking adds to an import."""
    native = {"id", "agent_id", "customer_id", "customer_name", "started_at", "outcome", "turns"}
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for line, _ in zip(raw_lines(path), range(most), strict=False):
            file.write(json.dumps({key: value for key, value in json.loads(line).items() if key in native}) + "\n")
        file.flush()
        pairs = [(timed(Path(file.name), "off"), timed(Path(file.name), "display")) for _ in range(5)]
    off, on = (min(times) for times in zip(*pairs, strict=True))
    print(f"    ingest of {most:,}: {off:.2f} s unmasked, {on:.2f} s masked: {100 * (on / off - 1):+.0f} %")


def main() -> None:
    """Report on each file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--ingest", type=int, default=0)
    asked = parser.parse_args()
    for path in asked.paths:
        report(path, asked.samples)
        if asked.ingest and not path.is_dir():
            ingest_report(path, asked.ingest)


if __name__ == "__main__":
    main()
