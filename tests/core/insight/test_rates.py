import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.insight.rates import MOST_UNSCORED, rates, reliable
from coachloop.core.stats.proportions import shrink, wilson

MET = np.array([[8, 2], [5, 0], [9, 1], [7, 3], [0, 0]])
ASKED = np.array([[10, 10], [10, 10], [10, 10], [10, 10], [0, 0]])


def test_a_rate_comes_with_its_interval_and_its_place_among_the_peers():
    found = rates(MET, ASKED, target=[0.9, 0.5])
    np.testing.assert_array_equal(found.met, MET)
    assert found.rate[0, 0] == 0.8
    assert np.isnan(found.rate[4]).all()
    np.testing.assert_allclose(found.low, wilson(MET, ASKED).low)
    np.testing.assert_allclose(found.shrunken, shrink(MET, ASKED).mean)
    np.testing.assert_allclose(found.p_below_target, shrink(MET, ASKED).below([0.9, 0.5]))
    assert ((found.shrunken_low < found.shrunken) & (found.shrunken < found.shrunken_high)).all()


def test_without_a_target_the_peers_upper_quartile_is_the_aim():
    """Agents without evidence are no peers: they do not pull the aim to the middle."""
    found = rates(MET, ASKED, target=[np.nan, 0.5])
    shrunken = shrink(MET, ASKED).mean[:4, 0]
    assert found.target[0] == pytest.approx(np.quantile(shrunken, 0.75))
    assert found.target[1] == 0.5


def test_a_behaviour_that_nobody_was_asked_about_has_no_aim():
    """No target and no evidence: there is nothing to be below of."""
    found = rates([[0], [0]], [[0], [0]], target=[np.nan])
    assert np.isnan(found.target).all()
    assert np.isnan(found.p_below_target).all()


@pytest.mark.parametrize("shape", [(0, 2), (0, 0), (3, 0)])
def test_an_empty_grid_stays_one(shape):
    found = rates(np.zeros(shape), np.zeros(shape), target=np.full(shape[1], np.nan))
    assert found.rate.shape == shape
    assert found.target.shape == (shape[1],)


@given(asked=st.integers(0, 1000), unscored=st.integers(0, 1000))
def test_more_than_one_in_ten_unscored_is_not_reliable(asked, unscored):
    """Exactly one in ten still is."""
    assert bool(reliable(asked, unscored)) == (10 * unscored <= asked + unscored)
    assert MOST_UNSCORED == 0.1
