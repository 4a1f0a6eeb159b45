import numpy as np
import pytest

from coachloop.core.insight.focus import (
    RESPONSE,
    Case,
    Choice,
    Circumstances,
    choose,
    per_cent,
    points,
    reason,
    why_not,
)
from coachloop.core.insight.rates import rates


def choice(met, asked, *, target=0.9, unscored=0, conversations=None, worth=None, taken=None, impact=None) -> Choice:
    """The choice among behaviours that differ in what is given."""
    met, asked = np.array(met, float), np.array(asked, float)
    shape = asked.shape
    around = Circumstances(
        unscored=np.broadcast_to(unscored, shape).astype(float),
        conversations=asked if conversations is None else np.broadcast_to(conversations, shape).astype(float),
        worth=np.full(shape[1], 0.5) if worth is None else np.array(worth, float),
        taken=np.zeros(shape, bool) if taken is None else np.array(taken),
        impact=None if impact is None else np.array(impact, float),
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
    assert often.gain[0] == pytest.approx((0.9 - shrunken) * 0.5 * RESPONSE)


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


def test_what_comes_second():
    """The runner-up has the next largest gain; nothing else certain, none."""
    found = choice([[2, 10, 39]], [[40, 40, 40]])
    assert found.behaviour.tolist() == [0]
    assert found.runner_up.tolist() == [1]
    assert 0 < found.runner_up_gain[0] < found.gain[0]
    assert choice([[2]], [[40]]).runner_up.tolist() == [-1]
    assert not found.by_impact[0]


def test_what_moves_the_outcome_goes_before_a_larger_gap():
    """A small gap in what matters, a large one in what does nothing."""
    found = choice([[20, 2]], [[40, 40]], impact=[0.2, 0.01])
    assert found.behaviour.tolist() == [0]
    assert found.by_impact.tolist() == [True]
    shrunken = rates([[20, 2]], [[40, 40]], target=[0.9, 0.9]).shrunken
    assert found.gain[0] == pytest.approx((0.9 - shrunken[0, 0]) * 0.2 * RESPONSE)


def test_what_seems_to_harm_counts_as_doing_nothing():
    assert choice([[20, 2]], [[40, 40]], impact=[0.1, -0.3]).behaviour.tolist() == [0]
    idle = choice([[20, 2]], [[40, 40]], impact=[0.1, np.nan])
    assert (idle.behaviour.tolist(), idle.runner_up.tolist(), idle.runner_up_gain.tolist()) == ([0], [1], [0])


def test_ties_and_tiny_gains_go_to_the_centres_own_order():
    assert choice([[10, 10]], [[40, 40]], impact=[0.1, 0.098], worth=[0.2, 0.8]).behaviour.tolist() == [1]
    assert choice([[10, 10]], [[40, 40]], impact=[0.1, 0.05], worth=[0.2, 0.8]).behaviour.tolist() == [0]
    tiny = choice([[10, 10]], [[40, 40]], impact=[0.001, 0.0], worth=[0.2, 0.8])
    assert tiny.behaviour.tolist() == [1]
    assert tiny.by_impact.tolist() == [False]


def test_the_reason_says_the_numbers():
    """A sentence with its n, its interval and its target."""
    found = rates([[31]], [[52]], target=[0.9])
    said = reason(Case((0, 0), "States the purpose", 1.0, None), found, 0.1)
    assert said.startswith("“States the purpose” was met in 31 of 52 conversations (likely between 46 and 72 %;")
    assert "target 90 %" in said
    assert per_cent(0.456) == "46 %"


def test_the_reason_says_what_it_may_bring():
    found = rates([[31]], [[52]], target=[0.9])
    said = reason(Case((0, 0), "States the purpose", 1.0, 0.112, "sold"), found, 0.0123)
    assert "it moves “sold” by about 11 points, so coaching may bring 1.2 more in 100 conversations" in said


def test_why_the_runner_up_lost():
    """By what it falls behind most, and where it is ahead."""
    found = rates([[20, 2]], [[40, 40]], target=[0.9, 0.9])
    first, second = Case((0, 0), "Recap", 1.0, 0.2, "sold"), Case((0, 1), "Uses the name", 0.5, 0.03, "sold")
    said = why_not(second, first, found)
    assert said.startswith(
        "“Uses the name” came second: it moves “sold” by 3 points against 20 points, although its gap is "
    )
    less = why_not(Case((0, 1), "Uses the name", 0.5, None), Case((0, 0), "Recap", 1.0, None), found)
    assert "it comes up in 50 % of conversations against 100 %" in less
    alike = why_not(first, first, found)
    assert alike == "“Recap” came second: it weighs no more."
    assert points(0.01) == "1 point"
