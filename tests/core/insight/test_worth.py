import numpy as np
import pytest

from coachloop.core.insight.worth import Price, Stake, worth
from coachloop.core.stats.worth import Range

CERTAIN = Stake("one", Range(0.1, 0.1, 0.1), Range(0.05, 0.05, 0.05), 2000)


def found(*stakes: Stake, minutes: float = 600, outcome: float = 100, hour: float = 30):
    """The worth of these."""
    return worth(stakes, minutes=minutes, price=Price(outcome, hour), rng=np.random.default_rng(1))


def test_what_is_certain_is_arithmetic():
    """2,000 opportunities, 10 points more, each worth 5 points of an outcome: 10 outcomes, 1,000 in money, for 10 hours at 30."""
    got = found(CERTAIN)
    assert got.extra == pytest.approx((10, 10, 10))
    assert got.gain.mean == pytest.approx(1000)
    assert (got.hours, got.cost) == (10, 300)
    assert got.net == pytest.approx((700, 700, 700))
    assert got.sure == 1


def test_both_intervals_are_carried_through():
    got = found(CERTAIN._replace(effect=Range(0.1, 0.0, 0.2), impact=Range(0.05, -0.05, 0.15)))
    assert got.extra.low < 0 < got.extra.high
    assert got.net.low < -300 < got.net.mean < got.net.high
    assert 0.5 < got.sure < 0.9


def test_without_sessions_nothing_is_gained_and_time_still_costs():
    got = found(minutes=60)
    assert got.net == (-30, -30, -30)
    assert got.sure == 0


@pytest.mark.parametrize("wrong", [{"minutes": -1}, {"outcome": -1}, {"hour": -1}])
def test_nothing_may_be_negative(wrong):
    with pytest.raises(ValueError, match="must be 0 or more, got -1"):
        found(CERTAIN, **wrong)


def test_opportunities_may_not_be_negative_either():
    with pytest.raises(ValueError, match="opportunities of one"):
        found(CERTAIN._replace(opportunities=-1))
