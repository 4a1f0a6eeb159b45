"""Worth on simulated centres: the interval holds the extra outcomes that coaching really brought."""

import numpy as np
import pytest

from coachloop.core.insight.worth import Price, Stake, Worth, worth
from coachloop.core.stats.pooling import pool, shared_error, shrink_effects
from coachloop.core.stats.worth import Range

BEHAVIOURS, SESSIONS = 5, 12
Z = 1.959964


def measured(seed: int) -> tuple[Worth, float]:
    """Coaching on five behaviours whose effects and impacts differ, each as a study would see it; and what it truly brought."""
    rng = np.random.default_rng(seed)
    response, impact = rng.normal(0.12, 0.04, BEHAVIOURS), rng.uniform(0, 0.15, BEHAVIOURS)
    opportunities = rng.integers(200, 3000, BEHAVIOURS)
    error = rng.uniform(0.04, 0.12, (BEHAVIOURS, SESSIONS))
    whole = [pool(rng.normal(response[b], np.hypot(error[b], 0.03)), error[b] ** 2) for b in range(BEHAVIOURS)]
    means, variances = [one.effect for one in whole], [one.error**2 for one in whole]
    seen, spread = rng.normal(impact, 0.02), 0.02
    known = [Range(one, one - Z * spread, one + Z * spread) for one in seen]
    effects = [Range(*row) for row in zip(*shrink_effects(means, variances), strict=True)]
    columns = ("abcde", effects, known, opportunities, shared_error(means, variances))
    stakes = [Stake(*row) for row in zip(*columns, strict=True)]
    truth = float((response * impact * opportunities).sum())
    return worth(stakes, minutes=600, price=Price(100, 40), rng=rng), truth


@pytest.fixture(scope="module")
def many() -> list[tuple[Worth, float]]:
    """Two hundred centres."""
    return [measured(seed) for seed in range(200)]


def test_the_interval_holds_what_coaching_brought(many: list[tuple[Worth, float]]) -> None:
    assert np.mean([found.extra.low <= truth <= found.extra.high for found, truth in many]) >= 0.93


def test_so_does_the_money_that_remains(many: list[tuple[Worth, float]]) -> None:
    net = [(found.net, 100 * truth - 400) for found, truth in many]
    assert np.mean([one.low <= truth <= one.high for one, truth in net]) >= 0.93


def test_it_is_not_off_on_average(many: list[tuple[Worth, float]]) -> None:
    off = [found.extra.mean - truth for found, truth in many]
    assert np.mean(off) == pytest.approx(0, abs=3 * np.std(off) / np.sqrt(len(off)))
