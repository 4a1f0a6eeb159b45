"""What is allowed in a span of time, by all together."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection

from builders import NOW
from coachloop.app.models import Allowance
from coachloop.app.services.allowance import forget_past, take, taker


@pytest.mark.django_db
def test_what_is_left_is_given_and_then_the_wait_is_told():
    assert [take("a", limit=2, seconds=60, now=NOW) for _ in range(2)] == [0.0, 0.0]
    wait = take("a", limit=2, seconds=60, now=NOW)
    assert 0 < wait <= 60
    assert take("b", limit=2, seconds=60, now=NOW) == 0.0
    assert take("a", limit=2, seconds=60, now=NOW + timedelta(seconds=wait)) == 0.0


@pytest.mark.django_db
def test_an_amount_is_taken_whole_or_not_at_all():
    assert take("a", limit=5, seconds=60, now=NOW, amount=4) == 0.0
    assert take("a", limit=5, seconds=60, now=NOW, amount=2) > 0
    assert take("a", limit=5, seconds=60, now=NOW, amount=1) == 0.0
    assert Allowance.objects.get().used == 5


@pytest.mark.parametrize(
    ("limit", "seconds", "amount"), [(5, 60, 6), (5, 60, 0), (0, 60, 1), (5, 0, 1), (5, 90_000, 1)]
)
def test_what_could_never_be_taken_is_a_mistake(limit: int, seconds: float, amount: int):
    with pytest.raises(ValueError, match="can't be counted"):
        take("a", limit=limit, seconds=seconds, now=NOW, amount=amount)


@pytest.mark.django_db
@pytest.mark.parametrize(("a_minute", "in_a_minute"), [(30, 30), (60, 60), (90, 90), (7, 7), (600, 600)])
def test_so_many_a_minute_are_spread_evenly(a_minute: int, in_a_minute: int):
    now, taken = NOW.replace(second=0, microsecond=0), 0
    take_one = taker("a", a_minute=a_minute, now=lambda: now)
    while now < NOW.replace(second=0, microsecond=0) + timedelta(seconds=59.99):
        wait = take_one()
        taken += not wait
        now += timedelta(seconds=wait)
    assert taken == pytest.approx(in_a_minute, abs=2)


def test_no_limit_counts_nothing():
    assert taker("a", a_minute=0, now=lambda: NOW)() == 0.0  # and asks no database: this test has none


@pytest.mark.django_db
def test_spans_that_are_over_are_forgotten():
    take("a", limit=1, seconds=60, now=NOW - timedelta(days=2))
    take("a", limit=1, seconds=60, now=NOW)
    forget_past(now=NOW)
    assert Allowance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more_than_there_is():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection: run with tests/with_postgres.py")
    got: list[float] = []

    def ask() -> None:
        got.extend([take("a", limit=17, seconds=60, now=NOW) for _ in range(10)])
        close_old_connections()
        connection.close()

    _all_at_once(ask, 4)
    assert (got.count(0.0), len(got)) == (17, 40)


def _all_at_once(what: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=what) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
