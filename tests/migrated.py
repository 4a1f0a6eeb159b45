"""The migrated, empty SQLite database, kept from one run to the next: migrating takes seconds, copying it none.

It is kept in pytest's cache by what made it, so that a changed migration or model is migrated anew.
"""

import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.core import management
from django.db import connection

APP = Path(__file__).parents[1] / "src" / "coachloop" / "app"
FEW = 5
"""Kept at most: those of the branches that one goes to and fro between."""


def _made_of() -> str:
    """A name for all that decides what the tables are."""
    seen = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version} {version('django')} {version('django-ox')}".encode())
    for path in sorted([*APP.glob("migrations/*.py"), *APP.glob("models/**/*.py")]):
        seen.update(path.name.encode() + path.read_bytes())
    return seen.hexdigest()[:20]


def _keep(kept: Path) -> None:
    """Whole or not at all, whoever else keeps it at the same time."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    mine = kept.with_suffix(f".{os.getpid()}")
    target = sqlite3.connect(mine)
    connection.connection.backup(target)
    target.close()
    mine.replace(kept)
    for old in sorted(kept.parent.glob("*.sqlite3"), key=lambda path: path.stat().st_mtime)[:-FEW]:
        old.unlink(missing_ok=True)


def _restore(kept: Path) -> None:
    connection.ensure_connection()
    source = sqlite3.connect(f"{kept.as_uri()}?mode=ro", uri=True)
    source.backup(connection.connection)
    source.close()


@pytest.fixture(scope="session")
def _kept(request: pytest.FixtureRequest, django_db_keepdb: bool) -> Iterator[pytest.MonkeyPatch]:  # noqa: FBT001 -- a fixture
    """While the test database is made, `migrate` copies what it did the last time."""
    really, cache = management.call_command, getattr(request.config, "cache", None)
    kept = cache.mkdir("migrated") / f"{_made_of()}.sqlite3" if cache else None

    def call(name: Any, *args: Any, **options: Any) -> Any:
        if name == "migrate" and kept and kept.exists():
            return _restore(kept)
        done = really(name, *args, **options)
        if name == "migrate" and kept:
            _keep(kept)
        return done

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite" and not django_db_keepdb:
            patch.setattr(management, "call_command", call)
        yield patch


@pytest.fixture(scope="session")
def django_db_setup(_kept: pytest.MonkeyPatch, django_db_setup: None) -> None:  # noqa: ARG001 -- the plugin's own, which makes it
    """As pytest-django makes it; after that `migrate` migrates."""
    _kept.undo()
