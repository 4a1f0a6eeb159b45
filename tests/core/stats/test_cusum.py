import numpy as np
import pytest
from scipy import stats

from coachloop.core.stats.cusum import A_DAY, RATES, limits, run_length, weights

STANDARD = np.linspace(-8, 8, 2001)
CHANCES = stats.norm.pdf(STANDARD) / stats.norm.pdf(STANDARD).sum()


def both_sides(moved, limit):
    """The run length of a two-sided CUSUM of normal values with reference value 1/2."""
    one, other = (run_length(STANDARD + to - 0.5, CHANCES, limit=limit, step=0.02) for to in (moved, -moved))
    return 1 / (1 / one + 1 / other)


@pytest.mark.parametrize(
    ("moved", "limit", "published"),
    [(0, 4, 168), (0.25, 4, 74.2), (0.5, 4, 26.6), (1, 4, 8.38), (2, 4, 3.34), (0, 5, 465), (1, 5, 10.4)],
)
def test_published_run_lengths_of_the_tabular_cusum(moved, limit, published):
    """Montgomery, Introduction to Statistical Quality Control, table of ARLs for k = 1/2 (after Lucas & Crosier 1982)."""
    assert both_sides(moved, limit) == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(("up", "limit"), [(0.4, 5), (0.3, 4), (0.6, 6)])
def test_a_walk_of_single_steps_takes_as_long_as_its_closed_formula(up, limit):
    """Feller, An Introduction to Probability Theory I, chapter XIV: duration of play with a wall at zero."""
    down = 1 - up
    exact = limit / (up - down) - down / (up - down) ** 2 * (1 - (down / up) ** limit)
    assert run_length([1, -1], [up, down], limit=limit, step=1) == pytest.approx(exact)


def test_weights_are_the_log_likelihood_ratio_of_steiner():
    """Steiner et al. (2000), equation 2.2, at risk .1 and an odds ratio of 1/2: what a death and a survival add."""
    met, missed = weights(0.1, odds_ratio=0.5)
    assert met == pytest.approx(np.log(0.5 / 0.95))
    assert missed == pytest.approx(np.log(1 / 0.95))
    assert np.exp(met) * 0.1 + np.exp(missed) * 0.9 == pytest.approx(1)


@pytest.mark.parametrize(("rate", "a_day", "run"), [(0.6, 7.0, 400.0), (0.85, 2.0, 300.0), (0.3, 15.0, 300.0)])
def test_limits_keep_the_run_length_they_promise(rate, a_day, run):
    """Between the points of the grid: 1,500 streams in which nothing changes, followed day by day."""
    rng = np.random.default_rng(5)
    limit, (met, missed) = limits(rate, a_day, run), weights(rate)
    total, alarms = np.zeros(1500), 0
    for _ in range(800):
        good, bad = rng.poisson(a_day * rate, 1500), rng.poisson(a_day * (1 - rate), 1500)
        total = np.maximum(total + good * met + bad * missed, 0)
        alarms += (total >= limit).sum()
        total[total >= limit] = 0
    assert 0.95 * run <= 1500 * 800 / alarms <= 1.25 * run


def test_limits_grow_with_the_run_and_end_with_the_grid():
    found = limits(0.6, 7.0, [50, 500, 5000])
    assert (np.diff(found) > 1).all()
    assert limits(0.0001, 1000.0, 500) == limits(RATES[0], A_DAY[-1], 500)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: weights(0.5, odds_ratio=1.5), "odds_ratio"),
        (lambda: run_length([1, -1], [1.0], limit=4), "equal"),
        (lambda: run_length([1, -1], [0.4, 0.6], limit=0.01), "at least one step"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
