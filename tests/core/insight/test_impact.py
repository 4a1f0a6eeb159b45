import numpy as np
import pytest

from coachloop.core.insight.impact import WHY_LEFT, Impact, Observed, discoveries, impact, shrunken, unadjusted
from coachloop.core.stats.calls import Calls, Left
from coachloop.simulation.centre import Plan, simulate

PLAN = Plan(agents=30, days=40, calls_a_day=5, applies=(1.0, 0.5), outcome_effects=(0.2, 0.1, 0.0))


@pytest.fixture(scope="module")
def observed() -> Observed:
    centre = simulate(PLAN, np.random.default_rng(2))
    codes = np.where(centre.applies, centre.truth.astype(np.int8), 2).astype(np.int8)
    codes[::7, 2] = 3
    return Observed(Calls(codes, centre.outcome, centre.agent, centre.queue[:, None]), centre.day)


@pytest.fixture(scope="module")
def found(observed: Observed) -> Impact:
    return impact(observed, rng=np.random.default_rng(0))


def test_what_survives_is_what_moves_it(found):
    assert found.survives[:2].all()
    assert found.effects.low[0] < 0.2 < found.effects.high[0]
    assert (found.q_value >= found.effects.p_value).all()
    assert found.naive[0] > 0


def test_nothing_is_said_from_more_than_a_tenth_unscored(found):
    assert found.unscored[2] > 0.1
    assert not found.survives[2]
    assert not found.leads[2]


def test_what_moves_it_in_the_same_call_does_not_lead(found):
    assert not found.leads[0]
    assert found.leads_by.low[0] <= 0


def test_without_calls_nothing_is_found():
    none = np.zeros(0, int)
    calls = Calls(np.zeros((0, 2), np.int8), none.astype(bool), none, np.zeros((0, 1), int))
    empty = impact(Observed(calls, np.zeros(0, "datetime64[D]")), rng=np.random.default_rng(0))
    assert empty.survives.tolist() == empty.leads.tolist() == [False, False]
    assert empty.shrunken.tolist() == [0, 0]


def test_every_reason_has_its_words():
    assert set(WHY_LEFT) == set(Left) - {Left.NOTHING}


def test_many_trials_raise_the_bar():
    """Benjamini and Hochberg's own example: of fifteen, four are rejected at 0.05."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert (discoveries(np.array([*p, np.nan])) <= 0.05).sum() == 4
    assert np.isnan(discoveries(np.array([np.nan]))).all()


def test_uncertain_effects_are_pulled_towards_none():
    kept = shrunken(np.array([0.1, 0.1, np.nan]), np.array([0.001, 0.1, np.nan]))
    assert kept[0] == pytest.approx(0.1, rel=0.01)
    assert 0 < kept[1] < 0.06
    assert kept[2] == 0
    assert shrunken(np.array([0.01]), np.array([0.1])).tolist() == [0]
    assert shrunken(np.array([np.nan]), np.array([np.nan])).tolist() == [0]


def test_the_unadjusted_difference_is_one_of_means(observed):
    calls = observed.calls
    met, not_met = (calls.outcome[calls.codes[:, 1] == code].mean() for code in (1, 0))
    assert unadjusted(calls)[1] == pytest.approx(met - not_met)
