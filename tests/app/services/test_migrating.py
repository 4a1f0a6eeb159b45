"""The tables are changed by one machine at a time, and nobody else waits for long."""

import threading
from pathlib import Path

import pytest
from django.db import connection

from coachloop.app.errors import RefusedError
from coachloop.app.services import migrating


@pytest.mark.django_db(transaction=True)
def test_machines_set_a_site_up_one_after_the_other(tmp_path: Path) -> None:
    entered, out = threading.Event(), []

    def other() -> None:
        with migrating.alone(tmp_path):
            out.append("other")
        entered.set()
        connection.close()

    with migrating.alone(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        assert not entered.wait(0.3)
        out.append("first")
    thread.join()
    assert out == ["first", "other"]


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no locks of tables: run with tests/with_postgres.py"
)
@pytest.mark.django_db(transaction=True)
def test_a_table_that_is_in_use_is_waited_for_and_no_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would have changed is not changed; whoever reads goes on."""
    locked, enough = threading.Event(), threading.Event()

    def reads() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; SELECT count(*) FROM coachloop_site")
            locked.set()
            enough.wait()
            cursor.execute("ROLLBACK")
        connection.close()

    def changes(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE coachloop_site ADD COLUMN something integer")

    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrating, "call_command", changes)
    thread = threading.Thread(target=reads)
    thread.start()
    locked.wait()
    try:
        with pytest.raises(RefusedError, match="at a quieter moment"):
            migrating.migrate()
    finally:
        enough.set()
        thread.join()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"
