import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from coachloop.core.stats.pooling import pool, shared_error, shrink_effects

BCG = np.array(
    [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173]
)
BCG_VARIANCE = np.array(
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
)
"""Log risk ratios of thirteen trials of a vaccine, as metafor prints them."""


def test_the_thirteen_trials_of_a_vaccine():
    """Mean, interval and variance between trials as statsmodels has them (Paule-Mandel, Hartung-Knapp), and near metafor's 0.318."""
    ours = pool(BCG, BCG_VARIANCE)
    theirs = combine_effects(BCG, BCG_VARIANCE, method_re="iterated", use_t=True)
    low, high = theirs.conf_int(use_t=True)[1]
    assert ours.between == pytest.approx(theirs.tau2, rel=1e-4)
    assert ours.between == pytest.approx(0.318, abs=0.003)
    assert ours.effect == pytest.approx(theirs.mean_effect_re, abs=1e-5)
    factor = max(1.0, theirs.scale_hksj_re) / theirs.scale_hksj_re
    assert (ours.low, ours.high) == pytest.approx(
        (ours.effect - (ours.effect - low) * factor**0.5, ours.effect + (high - ours.effect) * factor**0.5), abs=1e-3
    )


def test_effects_that_agree_have_nothing_between_them():
    ours = pool([0.1, 0.1, 0.1], [0.01, 0.02, 0.04])
    assert ours.between == 0
    assert ours.effect == pytest.approx(0.1)
    assert ours.error == pytest.approx((1 / (1 / 0.01 + 1 / 0.02 + 1 / 0.04)) ** 0.5)


def test_one_effect_keeps_its_own_interval_and_none_says_nothing():
    one, none = pool([0.1], [0.01]), pool([], [])
    assert (one.low, one.high) == pytest.approx((0.1 - 0.196, 0.1 + 0.196), abs=1e-3)
    assert none.units == 0
    assert np.isnan(none.effect)


def test_an_error_that_all_share_is_not_averaged_away():
    alone, shared = pool([0.1] * 50, [0.01] * 50), pool([0.1] * 50, [0.01] * 50, shared=0.01)
    assert shared.error == pytest.approx((alone.error**2 + 0.01) ** 0.5)


@pytest.mark.parametrize("variances", [[0.1, 0.0], [0.1]])
def test_variances_must_be_there(variances):
    with pytest.raises(ValueError, match="variances"):
        pool([0.1, 0.2], variances)


def test_what_is_uncertain_is_pulled_further():
    effects, variances = np.array([0.3, 0.3, -0.1, -0.1, 0.1]), np.array([0.001, 0.1, 0.001, 0.1, 0.001])
    pulled = shrink_effects(effects, variances)
    mean = pool(effects, variances).effect
    assert abs(pulled.effect[1] - mean) < abs(pulled.effect[0] - mean) < 0.3 - mean
    assert (pulled.low < pulled.effect).all()
    assert (pulled.effect < pulled.high).all()
    assert shrink_effects([], []).effect.size == 0


def test_intervals_cover_unlike_effects():
    """A thousand pools of ten unlike sessions: the interval holds the mean 93 to 98 times in a hundred."""
    rng = np.random.default_rng(5)
    truth = rng.normal(0.1, 0.06, (1000, 10))
    variance = rng.uniform(0.002, 0.02, (1000, 10))
    seen = rng.normal(truth, np.sqrt(variance))
    inside = [one.low <= 0.1 <= one.high for one in map(pool, seen, variance)]
    assert 0.93 <= np.mean(inside) <= 0.98


def test_effects_pulled_the_whole_way_err_as_one():
    """Alike effects are all the mean and share its whole error; unlike ones, well measured, hardly share any."""
    assert shared_error([0.1, 0.1, 0.1], [0.01, 0.02, 0.03]) == pytest.approx([1, 1, 1])
    assert shared_error([-1.0, 0.0, 1.0], [1e-4] * 3).max() < 0.05
    assert shared_error([], []).shape == (0,)
