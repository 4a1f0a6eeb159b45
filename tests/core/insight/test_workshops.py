import numpy as np
import pytest

from coachloop.core.insight.rates import rates
from coachloop.core.insight.workshops import need, time


def test_only_a_gap_that_is_certain_needs_a_workshop():
    """2 of 40 is certain; 1 of 3 too few; 30 of 40 no gap; 2 of 40 with 20 unscored says nothing."""
    met, asked = np.array([[2], [1], [30], [2], [0]]), np.array([[40], [3], [40], [40], [0]])
    found = need(rates(met, asked, target=[0.7]), np.array([[0.0], [0], [0], [20], [0]]))
    assert found.needs[:, 0].tolist() == [True, False, False, False, False]
    assert found.seen[:, 0].tolist() == [True, True, True, True, False]


def test_a_behaviour_nobody_has_data_on_needs_nothing():
    assert not need(rates(np.zeros((3, 1)), np.zeros((3, 1)), target=[np.nan]), np.zeros((3, 1))).needs.any()


def test_hours_for_some_against_hours_for_all():
    """Four of twenty, and one who leads it, for three quarters of an hour."""
    took = time(4, 20, minutes=45)
    assert (took.needed, took.everybody) == pytest.approx((3.75, 15.75))
    assert took.saved == pytest.approx(12)
    assert time(0, 20, minutes=45).needed == 0


@pytest.mark.parametrize(("needing", "everybody", "minutes"), [(-1, 2, 45), (3, 2, 45), (1, 2, -1)])
def test_no_more_than_there_are(needing, everybody, minutes):
    with pytest.raises(ValueError, match="needing must be"):
        time(needing, everybody, minutes=minutes)
