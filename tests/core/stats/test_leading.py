import numpy as np
import pytest

from coachloop.core.stats.leading import leading


def sums(lag: int, *, agents: int = 30, days: int = 120, seed: int = 2):
    """Two behaviours that come and go, and an outcome that follows the first of them `lag` days later."""
    rng = np.random.default_rng(seed)
    form = np.zeros((agents, days + 40, 2))
    for day in range(1, days + 40):
        form[:, day] = 0.9 * form[:, day - 1] + rng.normal(0, 0.05, (agents, 2))
    n = rng.poisson(6, (agents, days)).astype(float)
    behaviour = form[:, 40:] + rng.normal(0, 0.15, (agents, days, 2))
    outcome = 0.6 * form[:, 40 - lag : days + 40 - lag, 0] + rng.normal(0, 0.1, (agents, days))
    return (behaviour * n[..., None], np.repeat(n[..., None], 2, axis=2)), (outcome * n, n)


def test_what_comes_first_and_by_how_many_days():
    found = leading(*sums(8), rng=np.random.default_rng(0))
    assert found.low[0] <= 8 <= found.high[0]
    assert found.high[0] - found.low[0] <= 6
    assert found.p_value[0] < 0.01
    assert found.p_value[1] > 0.05


def test_what_comes_at_once_leads_by_nothing():
    found = leading(*sums(0), rng=np.random.default_rng(0))
    assert found.days[0] == pytest.approx(0, abs=1)
    assert found.low[0] <= 0


def test_the_same_draws_give_the_same():
    first, second = (leading(*sums(3), rng=np.random.default_rng(4), draws=50) for _ in range(2))
    assert first.low.tolist() == second.low.tolist()
    assert first.p_value.tolist() == second.p_value.tolist()


def test_too_short_or_nobody_says_nothing():
    behaviour, outcome = sums(0, days=8)
    assert np.isnan(leading(behaviour, outcome, rng=np.random.default_rng(0)).days).all()
    one = [tuple(values[:1] for values in pair) for pair in sums(0)]
    assert np.isnan(leading(*one, rng=np.random.default_rng(0)).p_value).all()


def test_shapes_must_fit():
    behaviour, outcome = sums(0)
    with pytest.raises(ValueError, match="shapes must be alike"):
        leading(behaviour, (outcome[0][:, 1:], outcome[1][:, 1:]), rng=np.random.default_rng(0))
