"""A PostgreSQL database copied as it is at one moment, by the server's own tools; and put back in one transaction."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from coachloop.adapters.backup.store import BLOCK, BackupError, Progress

if TYPE_CHECKING:
    from psycopg import Connection

FILE = "database.dump"
NEEDED = ("pg_dump", "pg_restore", "psql")
LOOKS_EVERY = 0.2
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps one version beside the other."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the database is; the password goes by the environment, where no list of processes shows it."""

    info: str
    password: str = field(default="", repr=False)

    def environment(self) -> dict[str, str]:
        """For the tools."""
        return os.environ | ({"PGPASSWORD": self.password} if self.password else {})


def copy(
    server: Server, target: Path, progress: Progress = lambda _: None, *, begun: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Dump what is committed now.

    Args:
        server: the database that is in use.
        target: a new file.
        progress: told how many of a hundred parts are done; guessed, for a dump is smaller than its database.
        begun: called with the name of the snapshot when the moment is fixed.

    Returns:
        Rows by table at that moment.
    """
    with _connected(server) as connection:
        tool = _tool("pg_dump", connection.info.server_version)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = _one(connection, "SELECT pg_export_snapshot()")
        begun(str(snapshot))
        command = [
            tool,
            "--format=custom",
            "--no-owner",
            "--no-acl",
            f"--snapshot={snapshot}",
            f"--file={target}",
            f"--dbname={server.info}",
        ]
        (size,) = _one(connection, "SELECT pg_database_size(current_database())")
        _run(command, server, looked=lambda: progress(min(99, round(400 * _size(target) / max(int(str(size)), 1)))))
        return _counts(connection)


def put(server: Server, source: Path) -> None:
    """Replace everything in the database by a dump, in one transaction: all of it, or nothing has changed.

    Its end is written when all was read: whoever is killed before that leaves the database as it was.
    """
    with _connected(server) as connection:
        version = connection.info.server_version
    read = [_tool("pg_restore", version), "--no-owner", "--no-acl", "--file=-", str(source)]
    settings = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"]
    write = [_tool("psql", version), *settings, f"--dbname={server.info}"]
    with TemporaryFile() as said, TemporaryFile() as refused:
        reading = subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said)  # noqa: S603 -- the server's tools
        writing = subprocess.Popen(write, stdin=subprocess.PIPE, stderr=refused, env=server.environment())  # noqa: S603
        with reading, writing, suppress(BrokenPipeError):  # what was refused is said below
            if reading.stdout and writing.stdin:
                writing.stdin.write(b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n")
                shutil.copyfileobj(reading.stdout, writing.stdin, BLOCK)
                if reading.wait() == 0:
                    writing.stdin.write(b"\nCOMMIT;\n")
                writing.stdin.close()
                writing.wait()
        if writing.returncode or reading.returncode:
            raise BackupError(f"the database is as it was: {_last(_read(refused)) or _last(_read(said))}")


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def damage(source: Path) -> list[str]:
    """What the tools find wrong in a dump: all of it is read."""
    tool = _tool("pg_restore", 0)
    done = subprocess.run([tool, "--file=/dev/null", str(source)], capture_output=True, text=True, check=False)  # noqa: S603
    return [] if done.returncode == 0 else [_last(done.stderr)]


@contextmanager
def _connected(server: Server) -> Iterator["Connection[tuple[object, ...]]"]:
    import psycopg  # noqa: PLC0415 -- an extra

    with psycopg.connect(server.info, password=server.password or None, autocommit=True) as connection:
        yield connection


def _one(connection: "Connection[tuple[object, ...]]", asked: str) -> tuple[object, ...]:
    return connection.execute(asked.encode()).fetchone() or ()


def _counts(connection: "Connection[tuple[object, ...]]") -> dict[str, int]:
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return {str(name): int(str(_one(connection, f'SELECT count(*) FROM "{name}"')[0])) for (name,) in names.fetchall()}  # noqa: S608 -- names of its own


def _tool(name: str, server_version: int) -> str:
    """The newest of its kind that is installed; it must not be older than the server."""
    folders = sorted(
        INSTALLED.glob("*/bin"),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
    )
    found = [str(path / name) for path in reversed(folders) if (path / name).is_file()] + list(
        filter(None, [shutil.which(name)])
    )
    if not found:
        raise BackupError(f"{name} is not installed; PostgreSQL's client tools bring it (postgresql-client)")
    said = subprocess.run([found[0], "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    mine = re.search(r"\b(\d+)[.\d]*", said)
    if mine and int(mine[1]) < server_version // 10_000:
        raise BackupError(
            f"{name} is of version {mine[1]}, the server of {server_version // 10_000}: install postgresql-client-{server_version // 10_000}"
        )
    return found[0]


def _run(command: list[str], server: Server, *, looked: Callable[[], None]) -> None:
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=server.environment()) as running:  # noqa: S603 -- the server's tools
        while running.poll() is None:
            looked()
            time.sleep(LOOKS_EVERY)
        said = running.stderr.read() if running.stderr else ""
    if running.returncode:
        raise BackupError(f"{Path(command[0]).name} could not: {_last(said)}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _last(said: str) -> str:
    """The last line that a tool said; it holds no rows."""
    lines = [line for line in said.splitlines() if "ERROR" in line or "error" in line] or said.splitlines()
    return lines[0][:300] if lines else ""
