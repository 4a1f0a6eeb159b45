"""An hour of a stereo call through `coachloop ingest`: memory, time, and what is done again after somebody was killed.

usage: python benchmarks/long_recording.py CALLS [--minutes 60] [--models FOLDER] [--kill-after PARTS]

CALLS is a folder of stereo recordings of one rate (WAV, 16 bits), put one behind the other until they are long enough. `ingest` runs
in a site of its own and is killed (SIGKILL) once so many parts are stored; `transcribe` goes on. Printed are the peak of the resident
memory of either, the seconds by the clock, of sound and of cores, and how much was listened to twice.
"""

import argparse
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("calls", type=Path)
    asked.add_argument("--minutes", type=float, default=60)
    asked.add_argument("--models", type=Path)
    asked.add_argument("--kill-after", type=int, default=7)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="long-recording-") as folder:
        measure(Path(folder), given)


def measure(folder: Path, given: argparse.Namespace) -> None:
    """One run: killed, and gone on."""
    home, recording = folder / "home", folder / "long.wav"
    seconds = write(recording, given.calls, given.minutes * 60)
    home.mkdir()
    if given.models:
        (home / "models").symlink_to(given.models.resolve())
    told = {**os.environ, "COACHLOOP_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", RUN, "init"], env=told, check=True, stdout=subprocess.DEVNULL)
    first = listen(["ingest", str(recording), "--agent", "a-1", "--json"], told, home, kill_after=given.kill_after)
    before = parts(home)
    second = listen(["transcribe", "--json"], told, home, kill_after=None)
    done = json.loads(second["out"])
    turns = turn_count(home)
    print(f"a stereo recording of {seconds / 60:.1f} minutes")
    print(
        f"killed after {len(before)} parts, {sum(end - start for start, end in before) / 60:.1f} minutes of a channel stored"
    )
    print(
        f"  until then: {first['clock']:.0f} s by the clock, {first['cores']:.0f} s of cores, peak memory {first['mb']:.0f} MB"
    )
    print(
        f"  afterwards: {second['clock']:.0f} s by the clock, {second['cores']:.0f} s of cores, peak memory {second['mb']:.0f} MB"
    )
    print(f"transcribed: {done['transcribed']}, turns: {turns}, parts left over: {len(parts(home))}")
    assert done["transcribed"] == 1, done
    assert max(first["mb"], second["mb"]) < 2000, "more than 2 GB"


RUN = "import sys; from coachloop.project.main import main; sys.argv[0] = 'coachloop'; main()"


def write(target: Path, calls: Path, seconds: float) -> float:
    """The calls one behind the other, at least this long; returns how long."""
    written = 0
    with wave.open(str(target), "wb") as out:
        for number, path in enumerate(cycle(sorted(calls.glob("*.wav")))):
            with wave.open(str(path), "rb") as call:
                if number == 0:
                    out.setparams(call.getparams())
                    rate = call.getframerate()
                out.writeframes(call.readframes(call.getnframes()))
                written += call.getnframes()
            if written >= seconds * rate:
                return written / rate
    raise AssertionError("unreachable")


def listen(arguments: list[str], told: dict[str, str], home: Path, *, kill_after: int | None) -> dict[str, float | str]:
    """A command's time and memory; killed once so many parts are stored."""
    began = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments], env=told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        if kill_after is not None and len(parts(home)) >= kill_after:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.2)
    out, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cores = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return {"clock": time.perf_counter() - began, "cores": cores, "mb": peak, "out": out}


def memory(pid: int) -> float:
    """Megabytes that a process holds, at most so far."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def parts(home: Path) -> list[tuple[float, float]]:
    """The stretches that are stored now."""
    return list(asked(home, "SELECT start, end FROM coachloop_audiopart"))


def turn_count(home: Path) -> int:
    """Turns of the conversation."""
    return int(next(asked(home, "SELECT turn_count FROM coachloop_conversation"))[0])


def asked(home: Path, query: str) -> Iterator[tuple[float, ...]]:
    """Rows of the site's database, while somebody writes to it."""
    path = home / "coachloop.sqlite3"
    if not path.exists():
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        yield from database.execute(query).fetchall()


if __name__ == "__main__":
    main()
