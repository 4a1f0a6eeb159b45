"""The migrated, empty database, kept from one run to the next: migrating takes seconds, copying it none.

It is kept by what made it, so that a changed migration or model is migrated anew: an SQLite file in pytest's cache, on PostgreSQL a database
of the same server. Of several workers the first migrates, and the others wait for it and copy.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.db import Error, connection

from house import alone

APP = Path(__file__).parents[1] / "src" / "coachloop" / "app"
FEW = 5
"""Files kept at most: those of the branches that one goes to and fro between. Of a server's databases the last alone is kept."""

TABLES_OF = ("django", "django-ox", "django-allauth", "django-axes")


def _made_of() -> str:
    """A name for all that decides what the tables are."""
    seen = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version} {[version(name) for name in TABLES_OF]}".encode())
    for path in sorted([*APP.glob("migrations/*.py"), *APP.glob("models/**/*.py")]):
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:20]


class _File:
    """SQLite's."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}.sqlite3"

    def restore(self) -> bool:
        """Whether it was there."""
        if not self._path.exists():
            return False
        connection.ensure_connection()
        source = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)
        source.backup(connection.connection)
        source.close()
        return True

    def keep(self) -> None:
        """Whole or not at all."""
        mine = self._path.with_suffix(f".{os.getpid()}")
        target = sqlite3.connect(mine)
        connection.connection.backup(target)
        target.close()
        mine.replace(self._path)
        for old in sorted(self._path.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-FEW]:
            old.unlink(missing_ok=True)


class _Template:
    """PostgreSQL's: a database that others are copies of."""

    KEPT = "test_migrated_"

    def __init__(self, folder: Path, name: str) -> None:  # noqa: ARG002 -- as a file's
        self._name = f"{self.KEPT}{name}"

    def restore(self) -> bool:
        """Whether it was there."""
        mine = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._name])
            if cursor.fetchone() is None:
                return False
            cursor.execute(f'DROP DATABASE "{mine}"')
            cursor.execute(f'CREATE DATABASE "{mine}" TEMPLATE "{self._name}"')
        return True

    def keep(self) -> None:
        """In the place of those before it."""
        mine = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.KEPT])
            for (old,) in cursor.fetchall():
                with suppress(Error):  # somebody else's, who copies it at the moment
                    cursor.execute(f'DROP DATABASE "{old}"')
            cursor.execute(f'CREATE DATABASE "{self._name}" TEMPLATE "{mine}"')


@pytest.fixture(scope="session")
def _kept(request: pytest.FixtureRequest, django_db_keepdb: bool) -> Iterator[pytest.MonkeyPatch]:  # noqa: FBT001 -- a fixture
    """While the test database is made, `migrate` copies what it did the last time."""
    really, cache = management.call_command, getattr(request.config, "cache", None)
    kinds = {"sqlite": _File, "postgresql": _Template}

    def call(name: Any, *args: Any, **options: Any) -> Any:
        if name != "migrate":
            return really(name, *args, **options)
        folder = cache.mkdir("migrated")
        with alone(folder / "lock"):
            kept = kinds[connection.vendor](folder, _made_of())
            if not kept.restore():
                really(name, *args, **options)
                kept.keep()
        return None

    with pytest.MonkeyPatch.context() as patch:
        if cache and connection.vendor in kinds and not django_db_keepdb:
            patch.setattr(management, "call_command", call)
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(_kept: pytest.MonkeyPatch, django_db_setup: None) -> None:  # noqa: ARG001 -- the plugin's own, which makes it
    """As pytest-django makes it; after that `migrate` migrates."""
    _kept.undo()
