"""Runs a command against a PostgreSQL server of its own, or says that there is none here.

usage: with_postgres.py COMMAND...

Uses the server that DATABASE_URL names where it is set; else starts a fresh one from the installed binaries and removes it
afterwards. Without either it skips, with exit code 0.
"""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

FORGETFUL = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
    "autovacuum=off",
)
"""What is in it need not outlive the run, and the tests' rows are too few to compile a query for. Nor is anything cleaned or counted
meanwhile: what a test wrote and has not committed looks like nothing, and plans for empty tables take minutes.
"""


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    candidates = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((path for path in reversed(candidates) if (path / "pg_ctl").exists()), None)


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if getpass.getuser() == "root" else command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    """Run the command; its exit code is ours."""
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    binaries = _binaries()
    if binaries is None:
        print("skipped: no PostgreSQL on this machine (install it, or name a server in DATABASE_URL)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="coachloop-postgres-"))
    folder.chmod(0o777)
    data, port = folder / "data", _free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 " + " ".join(f"-c {one}" for one in FORGETFUL)
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "coachloop", "-A", "trust", "-E", "UTF8", "-N"]
    start = [str(binaries / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start"]
    stop = [str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
    subprocess.run(_as_server_user(initdb), **quiet)
    subprocess.run(_as_server_user(start), **quiet)
    try:
        url = f"postgres://coachloop@127.0.0.1:{port}/postgres"
        return subprocess.call(command, env=os.environ | {"DATABASE_URL": url})
    finally:
        subprocess.run(_as_server_user(stop), **quiet)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
