"""What doctor finds in the database, broken for real."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_ox.models import OxTask

from builders import call, person, publish, take
from coachloop.app.models import Grant, Programme, Site, Team
from coachloop.app.queries import checks
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.backups import note_backup
from coachloop.core.model.people import Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


@contextmanager
def _closing(cursor: sqlite3.Cursor) -> Iterator[sqlite3.Cursor]:
    yield cursor
    cursor.close()


def test_clocks_that_are_apart() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has this machine's clock: run with tests/with_postgres.py")
    assert checks.clock(timezone.now()).ok
    assert "take each other for dead" in checks.clock(timezone.now() - timedelta(minutes=3)).seen


def test_a_zone_and_holidays_that_nobody_knows() -> None:
    Site.objects.create(name="North", timezone="Europe/Atlantis", country="QZ")
    assert "Europe/Atlantis: no page" in checks.zones(NOW).seen
    assert "none known for North (QZ)" in checks.public_holidays(NOW).seen


def test_work_that_waits_with_nobody_at_it() -> None:
    Site.objects.create(name="North")
    publish()
    assert checks.worker(NOW).ok, "nothing waits"
    take(call("c-1"))
    found = checks.worker(NOW + timedelta(hours=1))
    assert (found.ok, found.seen.startswith("never heard of; a call has waited for 1 hour")) == (False, True)
    done = NOW + timedelta(minutes=58)
    OxTask.objects.create(
        task_path="x", backend_name="default", status=OxTask.Status.SUCCESSFUL, enqueued_at=done, finished_at=done
    )
    assert checks.worker(NOW + timedelta(hours=1)).ok


def test_nobody_who_may_add_people() -> None:
    person("Lea Rossi", Role.AGENT)
    assert "nobody can add people" in checks.admins(NOW).seen
    Grant.objects.create(user=person("Ines Farkas"), role=Role.ADMIN)
    assert checks.admins(NOW).ok, "without a password nobody signs in with one"


def test_a_team_of_no_programme_on_a_divided_site() -> None:
    site = Site.objects.create(name="North")
    Team.objects.create(key="north", name="North", site=site)
    assert checks.programmes(NOW).ok, "the site is not divided"
    Programme.objects.create(key="acme", name="Acme", created_at=NOW)
    assert "1 teams belong to none" in checks.programmes(NOW).seen


def test_a_backup_that_is_old() -> None:
    note_backup(OPERATOR, "one", size=1, now=NOW)
    assert checks.backup(NOW + timedelta(days=1)).ok
    assert "would be lost" in checks.backup(NOW + timedelta(days=3)).seen


def test_a_database_of_other_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("another encoding needs a database of its own: run without DATABASE_URL")
    with sqlite3.connect(":memory:") as other:
        other.execute("PRAGMA encoding = 'UTF-16le'")
        with monkeypatch.context() as patch:
            patch.setattr(connection, "cursor", lambda: _closing(other.cursor()))
            assert "can't be stored" in checks.encoding(NOW).seen
    other.close()


def test_a_server_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "OLDEST_POSTGRES", 10**9)
    assert checks.server_version(NOW).ok == (connection.vendor == "sqlite")
