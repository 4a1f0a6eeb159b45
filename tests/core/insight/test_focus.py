import numpy as np
import pytest

from coachloop.core.insight.focus import Choice, Circumstances, choose, per_cent, reason
from coachloop.core.insight.rates import rates


def choice(met, asked, *, target=0.9, unscored=0, conversations=None, worth=None, taken=None) -> Choice:
    """The choice among behaviours that differ in what is given."""
    met, asked = np.array(met, float), np.array(asked, float)
    shape = asked.shape
    around = Circumstances(
        unscored=np.broadcast_to(unscored, shape).astype(float),
        conversations=asked if conversations is None else np.broadcast_to(conversations, shape).astype(float),
        worth=np.full(shape[1], 0.5) if worth is None else np.array(worth, float),
        taken=np.zeros(shape, bool) if taken is None else np.array(taken),
    )
    return choose(rates(met, asked, target=np.full(shape[1], target)), around)


def test_the_largest_certain_gap_is_chosen():
    """Met in 2 of 40 goes before 20 of 40, and both before 39 of 40."""
    found = choice([[20, 2, 39]], [[40, 40, 40]])
    assert found.behaviour.tolist() == [1]
    assert 0 < found.gain[0] < 0.5


def test_gain_is_chance_times_gap_times_worth():
    """A gap that comes up in one conversation of ten is worth a tenth of one that always does."""
    often = choice([[10]], [[40]], conversations=40)
    seldom = choice([[10]], [[40]], conversations=400)
    assert often.gain[0] == pytest.approx(10 * seldom.gain[0])
    assert choice([[10]], [[40]], worth=[1.0]).gain[0] == pytest.approx(2 * often.gain[0])
    shrunken = rates([[10]], [[40]], target=[0.9]).shrunken[0, 0]
    assert often.gain[0] == pytest.approx((0.9 - shrunken) * 0.5)


def test_a_rare_large_gap_gives_way_to_a_common_smaller_one():
    assert choice([[0, 20]], [[10, 40]], conversations=[[100, 40]]).behaviour.tolist() == [1]


def test_what_is_worth_more_goes_first():
    assert choice([[10, 12]], [[40, 40]], worth=[0.1, 0.9]).behaviour.tolist() == [1]


def test_nobody_is_coached_on_noise():
    """5 of 6 is below 0.9, but not certainly."""
    found = choice([[5]], [[6]])
    assert found.behaviour.tolist() == [-1]
    assert found.gain.tolist() == [0]


def test_at_or_above_the_target_there_is_no_gap():
    assert choice([[40]], [[40]], target=0.5).behaviour.tolist() == [-1]


def test_cells_with_too_much_unscored_are_left_out():
    assert choice([[2, 10]], [[40, 40]], unscored=[[5, 4]]).behaviour.tolist() == [1]


def test_what_the_agent_works_on_already_is_left_out():
    assert choice([[2, 10]], [[40, 40]], taken=[[True, False]]).behaviour.tolist() == [1]
    assert choice([[2]], [[40]], taken=[[True]]).behaviour.tolist() == [-1]


def test_ties_go_to_the_first():
    assert choice([[5, 5]], [[40, 40]]).behaviour.tolist() == [0]


def test_without_evidence_or_behaviours_nothing_is_chosen():
    assert choice([[0]], [[0]]).behaviour.tolist() == [-1]
    assert choice(np.zeros((2, 0)), np.zeros((2, 0))).behaviour.tolist() == [-1, -1]
    assert choice(np.zeros((0, 1)), np.zeros((0, 1))).behaviour.tolist() == []


def test_the_reason_says_the_numbers():
    """A sentence with its n, its interval and its target."""
    found = rates([[31]], [[52]], target=[0.9])
    said = reason("States the purpose", found, (0, 0))
    assert said.startswith("“States the purpose” was met in 31 of 52 conversations (likely between 46 and 72 %;")
    assert "target 90 %" in said
    assert per_cent(0.456) == "46 %"
