from datetime import timedelta
from itertools import accumulate

import pytest

from coachloop.core.model.event import MOST_TRIES, EventKind, next_try, rest


def test_every_kind_has_words():
    assert len({kind.words for kind in EventKind}) == len(EventKind)


def test_ten_tries_take_about_three_days_and_each_wait_is_longer():
    waits = [next_try(tries, chance=0.5) for tries in range(1, MOST_TRIES)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=10)
    assert timedelta(days=2.5) < list(accumulate(waits, initial=timedelta()))[-1] < timedelta(days=3.5)
    assert next_try(MOST_TRIES, chance=0.5) is None


@pytest.mark.parametrize(("chance", "share"), [(0, 0.75), (0.999999, 1.25)])
def test_chance_spreads_what_failed_together(chance, share):
    assert next_try(2, chance=chance).total_seconds() == pytest.approx(40 * share, rel=1e-4)


def test_an_address_rests_longer_the_more_often_it_failed_and_never_long():
    assert [rest(n) for n in (1, 2, 3)] == [timedelta(seconds=s) for s in (5, 10, 20)]
    assert rest(9) == rest(500) == timedelta(minutes=15)
