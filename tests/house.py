"""A furnished database, built once and copied for whoever moves in, and the moment at which everybody in it lives.

Building the standing cast takes seconds, copying its SQLite file none; so one of the processes that run the tests builds it for all. Time stands still at START: a thousandth of a second
passes whenever somebody looks at the clock, so that whatever happens later is later, however slow the machine is.
"""

import fcntl
import itertools
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

START = datetime(2026, 6, 9, 8, 30, tzinfo=UTC)
"""A Tuesday, half past ten in Berlin; no public holiday is near."""


class Clock:
    """What `timezone.now` says, in every thread."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._looks = start, itertools.count()

    def __call__(self) -> datetime:
        return self._start + timedelta(milliseconds=next(self._looks))

    def jump(self, to: datetime) -> None:
        """Go on from another moment."""
        self._start = to


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def living_at(clock: Clock) -> Iterator[Clock]:
    """Everybody's time is the clock's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", clock)
        yield clock


class Houses:
    """Databases by what is in them; each is furnished when it is first asked for."""

    def __init__(self, folder: Path, common: Path, blocker: Any) -> None:
        self._folder, self._common, self._blocker, self._numbers = folder, common, blocker, itertools.count()
        self._bare = self._new()
        self._build()

    @contextmanager
    def living_in[T](self, name: str, furnish: Callable[[], T], *, after: str = "") -> Iterator[T]:
        """Every new connection goes to a fresh copy of the named house until the end; given is what furnishing it gave.

        `after` names a house that is furnished already, from which this one is furnished further. What furnishing gives is
        pickled: another process may move in.
        """
        with alone(self._common / f"{name}.lock"):
            if not self._found(name).exists():
                self._furnish(name, furnish, start=self._rows(after) if after else self._bare)
        copy = self._new()
        shutil.copyfile(self._rows(name), copy)
        with self.moved_to(copy):
            yield pickle.loads(self._found(name).read_bytes())  # noqa: S301 -- our own, of a moment ago

    def empty(self, path: Path) -> Path:
        """A database with its tables and nothing in them, for a process of its own: it has not to migrate."""
        shutil.copyfile(self._bare, path)
        return path

    def _furnish(self, name: str, furnish: Callable[[], Any], *, start: Path) -> None:
        shutil.copyfile(start, self._rows(name))
        with self.moved_to(self._rows(name)), living_at(Clock()):
            found = furnish()
        self._found(name).write_bytes(pickle.dumps(found))

    def _rows(self, name: str) -> Path:
        return self._common / f"{name}.sqlite3"

    def _found(self, name: str) -> Path:
        return self._common / f"{name}.pickle"

    def _new(self) -> Path:
        return self._folder / f"house-{next(self._numbers)}.sqlite3"

    def _build(self) -> None:
        """The tables, as the test database has them, before a test's transaction is open."""
        import sqlite3  # noqa: PLC0415 -- only where the database is one

        connection = connections["default"]
        with self._blocker.unblock():
            connection.ensure_connection()
            assert not connection.in_atomic_block, "a transaction that is open would hold up the copy for ever"
            target = sqlite3.connect(self._bare)
            connection.connection.backup(target)
            target.close()

    @contextmanager
    def moved_to(self, path: Path) -> Iterator[None]:
        """Every new connection goes to this file until the end; the test database waits meanwhile, as it is."""
        before, waiting = connections.settings["default"], connections["default"]
        connections.settings["default"] = {**before, "NAME": str(path)}
        connections["default"] = connections.create_connection("default")
        try:
            with self._blocker.unblock():
                yield
        finally:
            with self._blocker.unblock():
                connections["default"].close()
            connections.settings["default"], connections["default"] = before, waiting


@pytest.fixture(scope="session")
def houses(
    django_db_setup: None,  # noqa: ARG001 -- fixtures come as arguments
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Houses:
    """Databases to live in; they are files, so nobody waits for an in-memory database's one connection.

    A test that asks for nothing else of the database is marked `django_db`: alone, it would find none made.
    """
    if connections["default"].vendor != "sqlite":
        pytest.skip("the furnished databases are SQLite files: run these tests without DATABASE_URL")
    base = tmp_path_factory.getbasetemp()
    common = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "furnished"
    common.mkdir(exist_ok=True)
    return Houses(tmp_path_factory.mktemp("houses"), common, django_db_blocker)
