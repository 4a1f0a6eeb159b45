import numpy as np
import pytest
from scipy import special

from coachloop.core.stats.baseline import LEAST_SPREAD, Baseline

LEVELS = np.array([[0.8, -0.4, 0.1], [-0.5, -1.3, 0.6]])


def centre(seed, *, agents=150, calls=60.0):
    """Two behaviours in three mixes; whoever is able takes more of the hard calls."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 0.7, (2, agents))
    lean = 1 / (1 + np.exp(-own))
    share = np.stack([1 - lean, lean, np.full_like(lean, 0.5)], axis=-1)
    asked = rng.poisson(calls * share / share.sum(axis=-1, keepdims=True))
    met = rng.binomial(asked, special.expit(LEVELS[:, None, :] + own[:, :, None]))
    return np.repeat([0, 1], agents), own.ravel(), met.reshape(-1, 3).astype(float), asked.reshape(-1, 3).astype(float)


def learned(behaviour, met, asked):
    model = Baseline(behaviour, mixes=3)
    for _ in range(8):
        model.learn(met, asked, own_met=met, own_asked=asked)
    return model


def test_the_difficulty_of_a_mix_is_told_from_the_ability_of_those_who_take_it():
    behaviour, own, met, asked = centre(1)
    model = learned(behaviour, met, asked)
    truth = LEVELS - LEVELS.mean(axis=1, keepdims=True)
    assert model.level - model.level.mean(axis=1, keepdims=True) == pytest.approx(truth, abs=0.16)
    assert model.spread == pytest.approx(0.49, abs=0.15)
    assert np.corrcoef(model.offset, own)[0, 1] > 0.85


def test_its_variance_is_that_of_its_errors():
    """Standardised errors of the expected logit have a spread near one, in every mix."""
    behaviour, own, met, asked = centre(2, calls=25)
    model = learned(behaviour, met, asked)
    errors = (model.logit - (LEVELS[behaviour] + own[:, None])) / np.sqrt(model.variance)
    assert ((errors**2).mean(axis=0) < 1.2).all()
    assert ((errors**2).mean(axis=0) > 0.7).all()


def test_a_stream_without_calls_is_its_behaviours_average_and_uncertain():
    behaviour, _, met, asked = centre(3)
    met[0] = asked[0] = 0
    model = learned(behaviour, met, asked)
    assert model.offset[0] == 0
    assert (model.variance[0] > model.variance[1:150].mean(axis=0)).all()


def test_agents_who_are_all_alike_have_no_spread_to_speak_of():
    rng = np.random.default_rng(4)
    asked = np.full((200, 1), 80.0)
    model = Baseline(np.zeros(200, int), mixes=1)
    for _ in range(60):
        met = rng.binomial(80, 0.6, (200, 1)).astype(float)
        model.learn(met, asked, own_met=met, own_asked=asked)
    assert model.spread[0] == pytest.approx(LEAST_SPREAD, abs=0.05)


def test_streams_come_in_the_order_of_their_behaviours():
    with pytest.raises(ValueError, match="order"):
        Baseline([1, 0], mixes=1)
