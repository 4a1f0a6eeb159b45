"""Random order: drawn again it is the same, whoever draws it, and every team has its turn."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.roll_out import draw

DAY = date(2026, 5, 4)
TEAMS = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=12, unique=True)


@given(teams=TEAMS, weeks=st.integers(1, 12))
def test_every_team_has_one_turn_and_the_order_can_be_drawn_again(teams, weeks):
    order = draw("first-30-seconds", teams, first_day=DAY, weeks=weeks)
    assert sorted(step.team for step in order.steps) == sorted(teams)
    assert [step.starts_on for step in order.steps] == [DAY + timedelta(weeks=weeks * n) for n in range(len(teams))]
    again = draw("first-30-seconds", reversed(teams), first_day=DAY + timedelta(1), weeks=1)
    assert [step.team for step in again.steps] == [step.team for step in order.steps]
    assert again.seed == order.seed < 2**63


def test_no_team_is_first_more_often_than_chance():
    """Over many templates each of four teams comes first about as often."""
    firsts = Counter(draw(f"t{n}", "abcd", first_day=DAY, weeks=1).steps[0].team for n in range(400))
    assert all(70 < firsts[team] < 130 for team in "abcd")


@pytest.mark.parametrize(
    ("teams", "weeks", "said"), [("a", 1, "two teams at least, got 1"), ("ab", 0, "1 or more, got 0")]
)
def test_what_makes_no_order_is_refused(teams, weeks, said):
    with pytest.raises(ValueError, match=said):
        draw("t", teams, first_day=DAY, weeks=weeks)
