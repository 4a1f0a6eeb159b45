import numpy as np
import pytest

from coachloop.core.stats import calls as module
from coachloop.core.stats.calls import Calls, Design, Left


def calls(codes, *, outcome=None, agent=None, factors=None) -> Calls:
    codes = np.asarray(codes, np.int8)
    n = len(codes)
    return Calls(
        codes,
        np.arange(n) % 3 == 0 if outcome is None else np.asarray(outcome, bool),
        np.arange(n) % 5 if agent is None else np.asarray(agent),
        np.zeros((n, 1), int) if factors is None else np.asarray(factors),
    )


@pytest.fixture
def drawn(rng):
    return rng.integers(0, 2, (400, 3)).astype(np.int8)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_arrays_must_be_about_the_same_calls():
    with pytest.raises(ValueError, match="same calls"):
        Calls(np.zeros((3, 1), np.int8), np.zeros(3, bool), np.zeros(2, int), np.zeros((3, 1), int))
    with pytest.raises(ValueError, match=r"codes must be in 0\.\.3, got 0\.\.7"):
        calls([[0], [7]])


def test_columns_are_made_in_blocks_and_their_means_are_the_agents_own(drawn, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 64)
    design = Design(calls(drawn))
    blocks = list(design.blocks())
    assert len(blocks) == 7
    whole = np.concatenate([block.columns for block in blocks])
    assert (whole == drawn).all()
    sums = sum(block.whose @ block.columns for block in blocks)
    assert np.allclose(sums, 80 * design.means)
    assert design.met.tolist() == design.behaviours.tolist() == [0, 1, 2]


def test_what_says_nothing_is_left_out_with_its_reason(drawn, rng):
    codes = np.column_stack([
        drawn[:, 0], np.ones(400), np.arange(400) < 5, drawn[:, 0],
        np.arange(400) % 5 == 0, np.full(400, 2), drawn[:, 1],
    ])  # fmt: skip
    design = Design(calls(codes))
    assert design.left.tolist() == [
        Left.NOTHING, Left.NEVER_VARIES, Left.TOO_RARE, Left.MOVES_WITH_OTHERS, Left.FEW_AGENTS, Left.NEVER_VARIES,
        Left.NOTHING,
    ]  # fmt: skip
    assert design.varied[0] == 5
    assert design.varied[4] == 0
    queue = rng.integers(0, 2, 400)
    assert Design(calls(queue[:, None], factors=queue[:, None])).left.tolist() == [Left.MOVES_WITH_OTHERS]
    assert Design(calls(drawn, outcome=np.ones(400))).left.tolist() == [Left.OUTCOME_NEVER_VARIES] * 3
    assert Design(calls(np.zeros((0, 2)))).left.tolist() == [Left.OUTCOME_NEVER_VARIES] * 2


def test_what_else_a_call_may_say_has_a_column_of_its_own(drawn, rng):
    """Not applicable and unscored; two that never apply together share one column."""
    drawn[rng.random(400) < 0.3, :2] = 2
    drawn[rng.random(400) < 0.2, 2] = 3
    names = [(column.of, column.value) for column in Design(calls(drawn)).columns]
    assert names == [(0, 2), (2, 3), (0, 1), (1, 1), (2, 1)]


def test_rare_levels_go_together(drawn, monkeypatch):
    """The most common level is the one that others are compared with."""
    level = np.r_[np.repeat([3, 1], [250, 100]), np.arange(50) + 4]
    design = Design(calls(drawn, factors=level[:, None]))
    assert [column.value for column in design.columns if column.factor] == [1, 2]
    monkeypatch.setattr(module, "MOST_LEVELS", 1)
    assert [column.value for column in Design(calls(drawn, factors=level[:, None])).columns if column.factor] == [1]
