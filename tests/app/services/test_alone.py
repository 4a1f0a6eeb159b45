"""One at a time, whatever becomes of the one."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from coachloop.app.errors import RefusedError
from coachloop.app.queries import pooler
from coachloop.app.services import migrating
from coachloop.app.services.alone import alone
from servers.pooler import Pooler

on_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no sessions: run with tests/with_postgres.py"
)


HELD = """SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
          WHERE locktype = 'advisory' AND datname = current_database()"""
"""Others run tests on this server too."""


def held() -> int:
    """How many such locks there are."""
    with connection.cursor() as cursor:
        cursor.execute(f"{HELD} AND granted")
        return int(cursor.fetchone()[0])


class ThisError(Exception):
    """Ends a block."""


@on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [False, True])
def test_a_lock_is_given_back_however_the_block_ends(*, within: bool) -> None:
    def work() -> None:
        with alone("something") as mine:
            assert mine
            assert held() == 1
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT nothing FROM nowhere")  # in a transaction, that one is broken from here on
            raise ThisError

    with pytest.raises(ThisError):
        transaction.atomic(work)() if within else work()
    assert held() == 0


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_lock_goes_with_a_connection_that_is_lost() -> None:
    with alone("something"):
        connection.close()
    with alone("something") as mine, closing(connection.copy()) as other:
        assert mine
        with other.cursor() as cursor:
            cursor.execute(HELD)
            assert cursor.fetchone() == (1,)
    assert held() == 0


@pytest.fixture
def through_a_pooler() -> Iterator[None]:
    """The server by way of a proxy that shares sessions."""
    told = connection.settings_dict
    address = (told["HOST"], int(told["PORT"] or 5432))
    if told["PASSWORD"] or told["HOST"].startswith("/") or not told["HOST"]:
        pytest.skip("the proxy of this test knows no passwords or sockets: run with tests/with_postgres.py")
    connection.close()
    with closing(Pooler(address)) as proxy:
        told["HOST"], told["PORT"] = "127.0.0.1", proxy.port
        try:
            yield
        finally:
            connection.close()
            told["HOST"], told["PORT"] = address


@on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("through_a_pooler")
def test_a_proxy_that_shares_sessions_is_named(tmp_path: Path) -> None:
    found = pooler.pooler(timezone.now())
    assert (found.ok, "pool_mode = session" in found.way_out) == (False, True)
    with pytest.raises(RefusedError, match="gives a session to several clients"), migrating.alone(tmp_path):
        pass


@pytest.mark.django_db
def test_without_one_sessions_are_kept() -> None:
    assert pooler.pooler(timezone.now()).ok
