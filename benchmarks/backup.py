"""Copies a site while calls come in and are scored, and puts it back: how large, how long, and how far apart.

usage: python benchmarks/backup.py [--conversations N] [--megabytes N] [--postgres URL]

Real commands in processes of their own: `ingest` and `score` fill a fresh site, and go on in the background while `backup` runs twice,
`backup --check` reads it and `restore` puts it into another fresh site. SQLite in a folder, or with --postgres two databases of its own
on that server, dropped afterwards. Recordings are files of chance.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from kill import PLAYBOOKS, fresh_database, write_calls

COACHLOOP = str(Path(sys.executable).with_name("coachloop"))


class Site:
    """A folder and a database, and commands there."""

    def __init__(self, home: Path, database: str) -> None:
        self.home, self.database = home, database

    def run(self, *arguments: object) -> str:
        """A command; its output, or the end of this."""
        told = {
            name: value for name, value in os.environ.items() if not name.startswith(("COACHLOOP_", "DATABASE_URL"))
        }
        told |= {"COACHLOOP_HOME": str(self.home)} | ({"DATABASE_URL": self.database} if self.database else {})
        done = subprocess.run([COACHLOOP, *map(str, arguments)], env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def fill(self, path: Path) -> None:
        """Calls come in and are scored."""
        self.run("ingest", path)
        self.run("score")


def main() -> None:
    """Fill, copy, check, put back; a line of a table each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--postgres")
    told = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coachloop-backup-")))
        here = Site(folder / "here", stack.enter_context(fresh_database(told.postgres)))
        _set_up(here, folder, conversations=told.conversations, megabytes=told.megabytes)
        enough = threading.Event()
        working = threading.Thread(target=_go_on, args=(here, folder, enough))
        working.start()
        try:
            first = _timed("backup, the first", here, "backup", folder / "kept", "--json")
            _timed("backup, the next", here, "backup", folder / "kept", "--json")
        finally:
            enough.set()
            working.join()
        _timed("backup --check", here, "backup", folder / "kept", "--check", "--json")
        there = Site(folder / "there", stack.enter_context(fresh_database(told.postgres, "elsewhere")))
        _timed("restore", there, "restore", folder / "kept", "--json")
        size = f"{first['rows']:,} rows in {first['bytes'] / 1e6:,.0f} MB, {first['recordings_bytes'] / 1e6:,.0f} MB of recordings"
        print(f"\n{size}")


def _set_up(here: Site, folder: Path, *, conversations: int, megabytes: int) -> None:
    rng = np.random.default_rng(1)
    here.run("init")
    for name in ("first-30-seconds", "discovery"):
        here.run("template", "add", PLAYBOOKS / f"{name}.yaml")
        here.run("template", "publish", name)
    write_calls(folder / "calls.jsonl", conversations, rng)
    here.fill(folder / "calls.jsonl")
    for number in range(megabytes):
        path = here.home / "media" / "audio" / f"{number % 256:02x}" / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.bytes(1_000_000))


def _go_on(here: Site, folder: Path, enough: threading.Event) -> None:
    rng, number = np.random.default_rng(2), 0
    while not enough.is_set():
        number += 1
        write_calls(folder / "more.jsonl", 200, rng, prefix=f"more-{number}")
        here.fill(folder / "more.jsonl")


def _timed(name: str, site: Site, *arguments: object) -> dict[str, int]:
    begun = time.monotonic()
    said: dict[str, int] = json.loads(site.run(*arguments))
    print(f"| {name} | {time.monotonic() - begun:.1f} s | {said['rows']:,} rows |", flush=True)
    return said


if __name__ == "__main__":
    main()
