"""The same as tests/cli/test_backups.py where the site is on PostgreSQL: run with tests/with_postgres.py."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from builders import call, publish, score, take
from coachloop.adapters.backup import postgres
from coachloop.adapters.backup.store import BackupError
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import people
from house import START

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: run with tests/with_postgres.py"),
    pytest.mark.django_db(transaction=True),
]


def server(name: str) -> postgres.Server:
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 -- an extra

    told = connection.get_connection_params()
    return postgres.Server(make_conninfo("", host=told["host"], port=told["port"], user=told["user"], dbname=name))


@pytest.fixture
def elsewhere() -> Iterator[postgres.Server]:
    """An empty database beside the tests' own."""
    name = f"{connection.settings_dict['NAME']}_elsewhere"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield server(name)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def rows_of(reader) -> dict[str, list[str]]:
    names = reader.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    return {
        name: sorted(text for (text,) in reader.execute(f'SELECT t::text FROM "{name}" t').fetchall())  # noqa: S608
        for (name,) in names.fetchall()
    }


def test_taken_under_load_and_restored_elsewhere_it_is_what_was_there_at_one_moment(
    elsewhere: postgres.Server, tmp_path: Path
) -> None:
    """Row by row, all tables, against a reader of the same snapshot."""
    import psycopg  # noqa: PLC0415 -- an extra

    people.set_up_site(viewer=OPERATOR, name="North", place=people.Place("Europe/Berlin", "DE"), now=START)
    publish()
    numbers, enough, worked = itertools.count(), threading.Event(), threading.Event()

    def work(calls: int) -> None:
        take(*(call(f"c-{next(numbers)}", greets=number % 2 == 0) for number in range(calls)))
        score()

    def on_and_on() -> None:
        while not enough.is_set():
            work(2)
            if fixed.is_set():
                worked.set()
        connection.close()

    work(20)
    fixed, here = threading.Event(), server(connection.settings_dict["NAME"])
    reader = psycopg.connect(here.info, autocommit=True)
    reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begun(snapshot: str) -> None:
        reader.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
        fixed.set()
        worked.wait()

    thread = threading.Thread(target=on_and_on)
    thread.start()
    try:
        counted = postgres.copy(here, tmp_path / "dump", begun=begun)
    finally:
        enough.set()
        thread.join()
    expected = rows_of(reader)
    reader.close()
    assert counted == {name: len(rows) for name, rows in expected.items()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM coachloop_conversation")
        assert cursor.fetchone()[0] > counted["coachloop_conversation"], "somebody worked meanwhile"
    assert postgres.damage(tmp_path / "dump") == []
    postgres.put(elsewhere, tmp_path / "dump")
    with psycopg.connect(elsewhere.info) as restored:
        assert rows_of(restored) == expected
    (tmp_path / "half").write_bytes((tmp_path / "dump").read_bytes()[:-2000])
    assert postgres.damage(tmp_path / "half") != []
    with pytest.raises(BackupError, match="as it was"):
        postgres.put(elsewhere, tmp_path / "half")
    with psycopg.connect(elsewhere.info) as restored:
        assert rows_of(restored) == expected, "what was broken off has changed nothing"


def test_tools_that_are_missing_or_too_old_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="install postgresql-client-99"):
        postgres._tool("pg_dump", 990_000)
    monkeypatch.setattr(postgres, "INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed"):
        postgres._tool("pg_dump", 150_000)
