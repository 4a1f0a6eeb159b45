import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from coachloop.core.stats.levels import expected, levels, mix_of


def drawn(rng, *, agents=80, calls=400, offset=(0.0, -1.0), middle=0.3, spread=0.5):
    """Levels, and counts by agent and mix with shares of their own."""
    level = rng.normal(middle, spread, agents)
    asked = rng.multinomial(calls, [1 / len(offset)] * len(offset), agents).astype(float)
    met = rng.binomial(asked.astype(int), special.expit(level[:, None] + np.array(offset))).astype(float)
    return level, met, asked


def test_offsets_are_those_of_a_logistic_regression_with_a_dummy_an_agent():
    _, met, asked = drawn(np.random.default_rng(1), agents=12, calls=2000)
    ours = mix_of(met, asked)
    agent, mix = np.indices(met.shape)
    design = np.column_stack([agent.ravel() == a for a in range(12)] + [mix.ravel() == 1]).astype(float)
    both = np.column_stack([met.ravel(), (asked - met).ravel()])
    theirs = sm.GLM(both, design, family=sm.families.Binomial()).fit().params[-1]
    assert ours.offset[1] - ours.offset[0] == pytest.approx(theirs, abs=0.01)


def test_it_finds_the_mix_the_mean_and_the_spread_it_was_made_with():
    _, met, asked = drawn(np.random.default_rng(2), agents=300)
    ours = mix_of(met, asked)
    assert ours.offset[1] - ours.offset[0] == pytest.approx(-1.0, abs=0.05)
    assert ours.mean == pytest.approx(0.3 - 0.5, abs=0.1)
    assert ours.spread == pytest.approx(0.25, abs=0.06)


def test_the_kind_keeps_its_total():
    """Those who were chosen for being low are pulled towards each other, not towards everybody."""
    rng = np.random.default_rng(3)
    _, met, asked = drawn(rng, calls=40)
    mix = mix_of(met, asked)
    low = np.argsort(met.sum(axis=1) / asked.sum(axis=1))[:15]
    own = levels(met[low], asked[low], mix)
    rate, _ = expected(own.level, asked[low], mix)
    assert (rate * asked[low].sum(axis=1)).sum() == pytest.approx(met[low].sum(), rel=0.02)
    assert own.level.std() < special.logit((met[low].sum(axis=1) + 0.5) / 41).std()


def test_a_harder_mix_is_expected_to_go_worse():
    _, met, asked = drawn(np.random.default_rng(4))
    mix = mix_of(met, asked)
    own = levels(met, asked, mix)
    easy, _ = expected(own.level, np.tile([10.0, 0.0], (80, 1)), mix)
    hard, slope = expected(own.level, np.tile([0.0, 10.0], (80, 1)), mix)
    assert (hard < easy).all()
    assert (slope > 0).all()


def test_without_calls_nothing_is_known():
    nothing = np.zeros((3, 2))
    mix = mix_of(nothing, nothing)
    own = levels(nothing, nothing, mix)
    assert own.level == pytest.approx([mix.mean] * 3)
    assert np.isnan(expected(own.level, nothing, mix)[0]).all()
    assert levels(np.zeros((0, 2)), np.zeros((0, 2)), mix).level.size == 0


def test_one_who_never_did_it_stays_finite():
    mix = mix_of(*drawn(np.random.default_rng(6))[1:])
    own = levels(np.zeros((1, 2)), np.array([[5.0, 5.0]]), mix)
    assert -6 <= own.level[0] < mix.mean


def test_kinds_side_by_side_are_each_by_itself():
    """Each stops when it is close; whoever was asked nothing has the mean of their kind."""
    rng = np.random.default_rng(6)
    _, met, asked = drawn(rng)
    mix = mix_of(met, asked)
    here = met.sum(axis=1) / asked.sum(axis=1) > 0.5
    kinds = np.stack([np.ones(80, bool), here, ~here, np.zeros(80, bool)])[..., None]
    whole = levels(met * kinds, asked * kinds, mix)
    for at, keep in enumerate((np.ones(80, bool), here, ~here)):
        own = levels(met[keep], asked[keep], mix)
        assert whole.level[at, keep] == pytest.approx(own.level, abs=1e-9)
        assert whole.variance[at, keep] == pytest.approx(own.variance, abs=1e-9)
    assert whole.level[3] == pytest.approx(mix.mean)
    assert whole.variance[3] == pytest.approx(mix.spread)
