import os
import subprocess
import sys
from pathlib import Path

import pytest

from house import Houses

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
def test_killed_in_the_middle_and_started_again_nothing_is_lost_and_nothing_twice(
    houses: Houses, tmp_path: Path
) -> None:
    """SIGKILL to `ingest` and to `score` at random moments, and then a look at everything; benchmarks/kill.py kills more."""
    sizes = ["--kills", "2", "--conversations", "700", "--worker-kills", "0", "--forked"]
    tables = houses.empty(tmp_path / "tables.sqlite3")
    told = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "COACHLOOP_"))}
    ran = subprocess.run(  # noqa: S603 -- our own script
        [sys.executable, "-W", "ignore", ROOT / "benchmarks" / "kill.py", *sizes, "--tables", tables],
        cwd=ROOT, env=told, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("nothing lost, nothing twice")
    assert ran.stdout.count("  yes  ") == 7
