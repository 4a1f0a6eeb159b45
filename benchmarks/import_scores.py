"""How fast scores of another tool come in, against polars and sqlite3 with nothing checked.

usage: python benchmarks/import_scores.py [ROWS]

The rows are a simulated centre's (simulation/centre.py, six behaviours a call). `coachloop import scores` runs as users run it: a process of its
own, into a fresh site, with the counts that every insight reads. The rival reads the file with polars and writes it into one table.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from coachloop.simulation.centre import Plan, simulate, write_scores

COACHLOOP = Path(sys.executable).with_name("coachloop")


def main(rows: int) -> None:
    """Print rows a second of both, and the memory ours took."""
    with tempfile.TemporaryDirectory() as folder:
        scores = Path(folder) / "scores.csv"
        plan = Plan(agents=max(20, rows // 6 // 840), days=120)
        written = write_scores(simulate(plan, np.random.default_rng(1)), scores)
        site = {**os.environ, "COACHLOOP_HOME": f"{folder}/var"}
        subprocess.run([COACHLOOP, "init"], env=site, check=True, capture_output=True)
        load, before = os.getloadavg()[0], resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = _timed(
            lambda: subprocess.run([COACHLOOP, "import", "scores", scores], env=site, check=True, capture_output=True)
        )
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        memory, cores = used.ru_maxrss / 1024, _cores(used) - _cores(before)
        rival = _timed(lambda: _bare(scores, Path(folder) / "rival.sqlite3"))
    print(f"{written:,} rows of {plan.agents} agents")
    print(f"coachloop import scores      {ours:6.1f} s  {written / ours:10,.0f} rows/s  {memory:,.0f} MB")
    print(f"seconds of cores, reader and writer together: {cores:.1f}; load before it began: {load:.1f}")
    print(f"polars + sqlite3, unchecked  {rival:6.1f} s  {written / rival:10,.0f} rows/s")
    print(f"ratio {ours / rival:.1f}")


def _cores(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare(scores: Path, database: Path) -> None:
    table = pl.read_csv(scores, infer_schema=False)
    places = ", ".join("?" * table.width)
    with sqlite3.connect(database) as connection:
        connection.execute(f"CREATE TABLE score ({', '.join(table.columns)})")
        connection.executemany(f"INSERT INTO score VALUES ({places})", table.iter_rows())  # noqa: S608 -- question marks


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
