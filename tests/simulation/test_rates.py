"""Rates where the truth is known: agents drawn from a population, conversations drawn from the agents."""

import numpy as np
import pytest

from coachloop.core.insight.rates import CONFIDENT
from coachloop.core.stats.proportions import shrink, wilson

CENTRE = 150


def population(mean, worth, *, agents, columns, seed):
    """True rates, and counts of 3 to 59 conversations an agent."""
    rng = np.random.default_rng(seed)
    truth = rng.beta(mean * worth, (1 - mean) * worth, (agents, columns))
    asked = rng.integers(3, 60, truth.shape)
    return truth, rng.binomial(asked, truth), asked


@pytest.mark.parametrize(("mean", "worth"), [(0.5, 10), (0.8, 10), (0.2, 4), (0.9, 30)])
def test_shrunken_rates_of_a_centre_are_nearer_the_truth_and_their_intervals_hold_it(mean, worth):
    """In a centre of 150: smaller squared error than the raw rate, and 95 % intervals that cover 93 to 97 %."""
    truth, met, asked = population(mean, worth, agents=CENTRE, columns=200, seed=11)
    found = shrink(met, asked)
    raw, shrunken = ((met / asked - truth) ** 2).mean(), ((found.mean - truth) ** 2).mean()
    assert shrunken < 0.75 * raw
    low, high = found.interval()
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.97


@pytest.mark.parametrize("peers", [3, 10, 30])
@pytest.mark.parametrize(("mean", "worth"), [(0.5, 10), (0.8, 10), (0.2, 4), (0.9, 30)])
def test_small_centres_are_told_no_less_honestly(mean, worth, peers):
    """Few peers say little about how much they differ; the intervals know it, and the squared error is smaller still."""
    truth, met, asked = population(mean, worth, agents=peers, columns=3600 // peers, seed=14)
    found = shrink(met, asked)
    assert ((found.mean - truth) ** 2).mean() < 0.95 * ((met / asked - truth) ** 2).mean()
    low, high = found.interval()
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.97


@pytest.mark.parametrize(("mean", "worth"), [(0.5, 10), (0.8, 10), (0.2, 4), (0.9, 30)])
def test_confident_is_right_nine_times_in_ten(mean, worth):
    """Of the gaps to a target that a centre of 150 is told are certain, at least nine in ten are real."""
    truth, met, asked = population(mean, worth, agents=CENTRE, columns=200, seed=12)
    target = np.quantile(truth, 0.75, axis=0)
    sure = shrink(met, asked).below(target) >= CONFIDENT
    assert sure.mean() > 0.1
    assert (truth < target)[sure].mean() >= 0.9


def test_wilson_intervals_hold_the_truth_at_small_counts():
    """Averaged over true rates, 95 % intervals from 3 to 59 conversations cover about 95 %."""
    truth, met, asked = population(0.7, 5, agents=CENTRE, columns=200, seed=13)
    low, high = wilson(met, asked)
    assert 0.94 <= ((low <= truth) & (truth <= high)).mean() <= 0.97
