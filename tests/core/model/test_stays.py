"""Stays in teams: never two at once, and everybody is where they were said to be."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coachloop.core.model.stays import ALWAYS, FOR_GOOD, Stay, ended, joined, team_on, without

DAY_0 = date(2026, 1, 1)
days = st.integers(0, 40).map(lambda n: DAY_0 + timedelta(n))
moves = st.tuples(st.integers(1, 3), days | st.just(ALWAYS), st.none() | st.integers(0, 20) | st.just("for good"))


def day(n: int) -> date:
    """A day of January 2026."""
    return DAY_0 + timedelta(n - 1)


@example([(1, DAY_0, 2), (1, DAY_0 + timedelta(3), 2)], DAY_0)  # one after the other in the same team
@given(st.lists(moves, max_size=8), days)
def test_nobody_is_ever_in_two_teams(told: list[tuple[int, date, int | str | None]], end: date) -> None:
    stays: tuple[Stay, ...] = ()
    for team, first, length in told:
        last = FOR_GOOD if length == "for good" else first + timedelta(length) if isinstance(length, int) else None
        stays = joined(stays, team=team, first=first, last=last)
        assert team_on(stays, first) == team
        assert last is None or last == FOR_GOOD or team_on(stays, last) == team
    for rows in (stays, ended(stays, end), *(without(stays, gone) for gone in stays)):
        assert all(stay.first <= stay.last for stay in rows)
        assert all(before.last < after.first for before, after in pairwise(rows))


@given(st.lists(moves, max_size=6), moves)
def test_the_same_again_changes_nothing(
    told: list[tuple[int, date, int | str | None]], last: tuple[int, date, int]
) -> None:
    stays: tuple[Stay, ...] = ()
    for team, first, _ in [*told, last]:
        stays = joined(stays, team=team, first=first)
    assert joined(stays, team=last[0], first=last[1]) == stays


def test_the_one_before_ends_the_day_before() -> None:
    stays = joined(joined((), team=1, first=ALWAYS), team=2, first=day(10))
    assert stays == (Stay(ALWAYS, day(9), 1), Stay(day(10), FOR_GOOD, 2))
    assert (team_on(stays, day(9)), team_on(stays, day(10)), team_on(stays, None)) == (1, 2, 2)
    assert team_on((), None) is None


def test_what_comes_earlier_gives_way_to_what_is_later() -> None:
    stays = joined(joined((), team=2, first=day(10)), team=1, first=day(3))
    assert stays == (Stay(day(3), day(9), 1), Stay(day(10), FOR_GOOD, 2))


def test_a_visit_ends_and_they_are_back() -> None:
    stays = joined(joined((), team=1, first=day(1)), team=2, first=day(5), last=day(6))
    assert [team_on(stays, day(n)) for n in (4, 5, 6, 7)] == [1, 2, 2, 1]


def test_taken_out_the_one_before_goes_on() -> None:
    before = joined((), team=1, first=day(1))
    stays = joined(before, team=2, first=day(5))
    assert without(stays, stays[1]) == before
    assert without(before, before[0]) == ()


def test_nothing_lasts_beyond_the_end() -> None:
    stays = joined(joined((), team=1, first=day(1)), team=2, first=day(5))
    assert ended(stays, day(4)) == (Stay(day(1), day(4), 1),)
    assert ended(stays, day(7))[-1] == Stay(day(5), day(7), 2)


def test_days_in_the_wrong_order_are_no_stay() -> None:
    with pytest.raises(ValueError, match="must not be before the first, 2026-01-05"):
        joined((), team=1, first=day(5), last=day(4))
