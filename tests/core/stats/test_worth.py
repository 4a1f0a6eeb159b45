import numpy as np
import pytest

from coachloop.core.stats.worth import Uncertain, draw, product_sum, range_of


def figure(*rows: tuple[float, float]) -> Uncertain:
    """Estimates with these standard errors."""
    mean, error = np.array(rows, float).reshape(-1, 2).T
    return Uncertain(mean, mean - 1.959964 * error, mean + 1.959964 * error)


def test_draws_have_the_interval_they_were_given():
    drawn = draw(figure((0.1, 0.02), (-3.0, 1.0)), rng=np.random.default_rng(1))
    assert drawn.mean(axis=0) == pytest.approx([0.1, -3.0], abs=0.03)
    assert drawn.std(axis=0) == pytest.approx([0.02, 1.0], rel=0.03)


def test_a_crooked_interval_stays_crooked():
    drawn = draw(Uncertain(np.array([0.0]), np.array([-1.0]), np.array([3.0])), rng=np.random.default_rng(1))
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([-1.0, 3.0], abs=0.1)


def test_the_variance_of_a_product_of_two():
    """Goodman (1960), JASA 55:708-713: the exact variance of a product of independent figures."""
    drawn = product_sum(figure((2.0, 0.5)), figure((3.0, 0.4)), [10.0], rng=np.random.default_rng(2))
    exact = 2.0**2 * 0.4**2 + 3.0**2 * 0.5**2 + 0.5**2 * 0.4**2
    assert drawn.mean() == pytest.approx(60, rel=0.01)
    assert drawn.var() == pytest.approx(100 * exact, rel=0.03)


def test_nothing_is_worth_nothing():
    found = range_of(product_sum(figure(), figure(), [], rng=np.random.default_rng(3)))
    assert found == (0, 0, 0)


def test_errors_that_are_one_do_not_cancel():
    """Four estimates with the same error: their sum has four times it where it is one error, twice it where there are four."""
    four, certain, once = figure(*[(0.1, 0.02)] * 4), figure(*[(1.0, 0.0)] * 4), np.ones(4)
    for shared, times in ((1.0, 4), (0.0, 2), (0.5, np.sqrt(4 * (0.75 + 4 * 0.25)))):
        drawn = product_sum(four, certain, once, rng=np.random.default_rng(4), shared=np.full(4, shared))
        assert drawn.std() == pytest.approx(0.02 * times, rel=0.03)
