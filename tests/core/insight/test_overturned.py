import pytest

from coachloop.core.insight.overturned import ENOUGH, OFTEN, challenged


@pytest.mark.parametrize(
    ("overturned", "decided", "often"),
    [(0, 0, False), (4, 4, False), (2, 5, False), (3, 5, True), (5, 5, True), (8, 40, False), (14, 40, True)],
)
def test_often_is_said_by_the_interval_alone(overturned, decided, often):
    """Four of four are too few; 8 of 40 is one in five, which may be chance; 14 of 40 is beyond it."""
    found = challenged(overturned, decided)
    assert found.often is often
    assert found.often is (decided >= ENOUGH and found.low > OFTEN)
    assert found.share == (overturned / decided if decided else None)


def test_the_interval_is_wilsons():
    """1 of 10: the textbook's 1.8 to 40.4 %."""
    found = challenged(1, 10)
    assert (found.low, found.high) == pytest.approx((0.0179, 0.4042), abs=1e-4)
    with pytest.raises(ValueError, match="exceed"):
        challenged(2, 1)
