import numpy as np
import pytest

from coachloop.core.insight.matrix import MIX, Matrix, joined, packed, unpacked

SALES, HELP = ("sales", "in", "voice", "en", ""), ("help", "in", "voice", "en", "")


def matrix(day: str = "2026-05-04", **change) -> Matrix:
    whole = {
        "agent": np.array([7, 7, 9, 9]),
        "mix": np.array([0, 1, 0, 0]),
        "day": np.full(4, day, "datetime64[D]"),
        "codes": np.array([[1, 0], [0, 0], [1, 3], [0, 1]], np.int8),
        "outcomes": np.array([[1, 5], [0, np.nan], [1, 2], [0, 1]], np.float32),
        "behaviours": np.array([3, 8]),
        "mixes": (SALES, HELP),
        "names": ("sold", "amount"),
    }
    return Matrix(**{**whole, **change})


def same(one: Matrix, other: Matrix) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "outcomes")
        for name in ("agent", "mix", "day", "codes", "outcomes", "behaviours")
    )
    return arrays and (one.mixes, one.names) == (other.mixes, other.names)


def test_what_is_packed_comes_out_again():
    assert same(unpacked(packed(matrix())), matrix())


def test_days_are_joined_whatever_each_knows():
    later = matrix(
        "2026-05-05",
        behaviours=np.array([5, 8]),
        mixes=(HELP, SALES),
        names=("amount", "kept"),
        mix=np.array([0, 0, 0, 1]),
    )
    both = joined([matrix(), later])
    assert len(both) == 8
    assert both.behaviours.tolist() == [3, 5, 8]
    assert both.codes[:, 0].tolist() == [1, 0, 1, 0, 2, 2, 2, 2]
    assert both.codes[:, 1].tolist() == [2, 2, 2, 2, 1, 0, 1, 0]
    assert [both.mixes[i] for i in both.mix[4:]] == [HELP, HELP, HELP, SALES]
    assert both.names == ("sold", "amount", "kept")
    assert np.isnan(both.outcomes[4:, 0]).all()
    assert both.outcomes[4:, 1].tolist() == [1, 0, 1, 0]
    with pytest.raises(ValueError, match="at least one"):
        joined([])


def test_outcomes_that_can_be_asked_about():
    """Yes or no, with both in the data; the best known first."""
    assert matrix().binary() == ["sold"]
    assert matrix(outcomes=np.array([[1, 1], [1, 0], [1, 1], [0, 0]], np.float32)).binary() == ["amount"]
    three = matrix(outcomes=np.array([[1, 1], [0, np.nan], [1, 0], [0, 0], [0, 1]], np.float32)[:, ::-1])
    assert three.binary() == ["amount", "sold"]


def test_conversations_whose_outcome_is_known():
    observed, differ = matrix().observed("amount")
    assert observed.calls.agent.tolist() == [0, 1, 1]
    assert observed.calls.codes.tolist() == [[1, 0], [1, 3], [0, 1]]
    assert observed.calls.factors.shape == (3, len(MIX))
    assert differ == ()
    assert matrix().observed("sold")[1] == ("queue",)
