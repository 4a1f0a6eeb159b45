import numpy as np
import pytest

from coachloop.core.insight.bridge import Decision, Rescored, bridges
from coachloop.core.model.verdict import Outcome, Verdict

MET, NOT, AWAY, OPEN = Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE, Outcome.UNSCORED


def sample(*pairs, old_keys=("a",), new_keys=("a",)):
    return [
        Rescored(
            f"c-{n}", f"g-{n % 12}", [Verdict(k, pair[0]) for k in old_keys], [Verdict(k, pair[1]) for k in new_keys]
        )
        for n, pair in enumerate(pairs)
    ]


def bridge(*pairs, **more):
    return bridges(sample(*pairs, **more), rng=np.random.default_rng(1))


def test_the_same_verdicts_carry_over():
    [found] = bridge(*[(MET, MET), (NOT, NOT)] * 150)
    assert (found.decision, found.difference, found.kappa, found.changes) == (Decision.CARRIES_OVER, 0, 1, ())
    assert (found.old_rate, found.new_rate) == (0.5, 0.5)


def test_a_shift_restarts_the_baseline_and_names_the_calls():
    [found] = bridge(*[(NOT, MET)] * 30, *[(MET, NOT)] * 6, *[(MET, MET), (NOT, NOT)] * 130, (AWAY, MET), (MET, OPEN))
    assert found.decision is Decision.RESTARTS
    assert found.moves == {(NOT, MET): 30, (MET, NOT): 6, (AWAY, MET): 1, (MET, OPEN): 1}
    assert (found.old_met, found.old_n, found.new_met, found.new_n) == (137, 297, 161, 297)
    assert found.difference == pytest.approx((161 - 137) / 297)
    assert 0 < found.low < found.difference < found.high
    assert found.kappa_low < found.kappa < found.kappa_high < 1
    assert (found.old_unscored, found.new_unscored) == (0, 1)
    assert found.changes[0].conversation_id == "c-0"


def test_too_few_calls_restart():
    """Nothing changed in 40, which does not show that nothing changes."""
    [found] = bridge(*[(MET, MET), (NOT, NOT)] * 20)
    assert found.decision is Decision.RESTARTS


def test_nothing_decided_restarts_without_numbers():
    [found] = bridge((OPEN, MET), (OPEN, NOT))
    assert (found.decision, found.old_rate, found.difference, found.kappa) == (Decision.RESTARTS, None, None, None)
    assert found.new_rate == 0.5


def test_what_is_new_and_what_is_gone_is_said():
    found = bridge((MET, MET), old_keys=("gone", "a"), new_keys=("new", "a"))
    assert [(one.behaviour, one.decision) for one in found] == [
        ("new", Decision.ADDED),
        ("a", Decision.RESTARTS),
        ("gone", Decision.REMOVED),
    ]
    assert bridge() == ()
