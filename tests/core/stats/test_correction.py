import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.stats.correction import MET, NEITHER, NOT_AUDITED, NOT_MET, Answers, predicted
from coachloop.core.stats.proportions import wilson

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "ppi.json").read_text(encoding="utf-8"))


def answers(said, truth, probability=None, *, unit=None, stratum=None):
    """One unit where none is named; every audit drawn with certainty where no probability is."""
    said, truth = np.asarray(said, int), np.asarray(truth, int)
    unit = np.zeros(len(said), int) if unit is None else np.asarray(unit)
    chance = np.ones(len(said)) if probability is None else np.broadcast_to(np.asarray(probability, float), said.shape)
    return Answers(said, truth, chance, unit, int(unit.max(initial=0)) + 1, stratum)


def golden(case):
    said = np.array([int(one) for one in case["said"]])
    truth, probability = np.full(len(said), NOT_AUDITED), np.full(len(said), np.nan)
    truth[case["audited"]], probability[case["audited"]] = case["truth"], case["probability"]
    return answers(said, truth, probability)


@pytest.mark.parametrize("case", GOLDEN["cases"])
@pytest.mark.parametrize("power", [0, 0.5, 1, None])
def test_rates_are_those_of_the_authors_own_package(case, power):
    """The same estimate for a given power; the chosen power and the interval nearly, for small audits are paid for here.

    Under unequal probabilities the package does not centre what it weights, which makes its intervals wider.
    """
    found = predicted(golden(case), power=power)
    rate, low, high = case[str(power)]
    assert found.rate[0] == pytest.approx(rate, abs=1e-6 if power is not None else 0.005)
    equal = len(set(case["probability"])) == 1
    assert found.high[0] - found.low[0] < 1.1 * (high - low)
    assert found.low[0] == pytest.approx(low, abs=0.02 if equal else 0.03)
    assert found.high[0] == pytest.approx(high, abs=0.02 if equal else 0.03)
    assert found.audited[0] == len(case["audited"])


def test_by_hand():
    """100 calls, the machine says met in 60; of 10 audited (6 met, 4 not) one of each kind is wrong: 0.6 + (6 - 6) / 10."""
    said = np.repeat([MET, NOT_MET], [60, 40])
    truth = np.full(100, NOT_AUDITED)
    truth[:6], truth[60:64] = [1, 1, 1, 1, 1, 0], [1, 0, 0, 0]
    found = predicted(answers(said, truth, 0.1), power=1)
    assert found.rate[0] == pytest.approx(0.6)
    assert predicted(answers(said, truth, 0.1), power=0).rate[0] == pytest.approx(0.6)
    truth[0] = 0
    assert predicted(answers(said, truth, 0.1), power=1).rate[0] == pytest.approx(0.5)


def test_what_was_drawn_rarely_stands_for_more():
    """The machine says met of all; audits of the first half were drawn with 0.5, of the second with 0.25, and differ."""
    said, truth = np.ones(40, int), np.full(40, NOT_AUDITED)
    truth[:10], truth[20:25] = 1, 0
    found = predicted(answers(said, truth, np.repeat([0.5, 0.25], 20)), power=1)
    assert found.rate[0] == pytest.approx(0.5)


def test_errors_about_what_applies_and_what_was_left_open_are_taken_out_too():
    """A machine that leaves half open and calls met what does not apply: the audit of all says what is true."""
    said = np.array([MET] * 50 + [NEITHER] * 50)
    truth = np.array([MET] * 20 + [NEITHER] * 30 + [NOT_MET] * 40 + [MET] * 10)
    found = predicted(answers(said, truth))
    assert found.rate[0] == pytest.approx(30 / 70)


def test_when_all_is_audited_only_the_conversations_own_number_is_left():
    truth = np.repeat([1, 0], [30, 70])
    found = predicted(answers(np.ones(100, int), truth))
    low, high = wilson(30, 100)
    assert found.rate[0] == pytest.approx(0.3)
    assert found.low[0] == pytest.approx(float(low), abs=0.01)
    assert found.high[0] == pytest.approx(float(high), abs=0.01)


def test_without_audits_nothing_is_said():
    found = predicted(answers([1, 0, 1], [NOT_AUDITED] * 3, np.nan))
    assert np.isnan(found.rate[0])
    assert (found.low[0], found.high[0], found.audited[0]) == (0, 1, 0)
    assert len(predicted(answers([], [])).rate) == 1


@pytest.mark.parametrize("audited", [1, 2, 3, 5])
def test_a_few_audits_that_agree_are_no_proof(audited):
    """The interval stays wide, and no machine is relied on wholly."""
    said = np.repeat([1, 0], [70, 30])
    truth = np.full(100, NOT_AUDITED)
    chosen = np.arange(audited) * 17
    truth[chosen] = said[chosen]
    found = predicted(answers(said, truth, 0.03))
    assert 0 <= found.low[0] < 0.55
    assert 0.8 < found.high[0] <= 1
    assert found.power[0] < 1


@given(seed=st.integers(0, 10_000), size=st.integers(1, 60), share=st.floats(0.02, 1))
def test_the_interval_holds_its_rate_whatever_was_audited(seed, size, share):
    rng = np.random.default_rng(seed)
    said, truth = rng.integers(0, 3, size), rng.integers(0, 3, size)
    truth[rng.random(size) > share] = NOT_AUDITED
    found = predicted(answers(said, truth, share, unit=rng.integers(0, 3, size), stratum=rng.integers(0, 4, size)))
    known = ~np.isnan(found.rate)
    assert ((found.low >= -1e-12) & (found.high <= 1 + 1e-12)).all()
    assert (found.low[known] - 1e-9 <= found.rate[known]).all()
    assert (found.rate[known] <= found.high[known] + 1e-9).all()
    assert (found.low < found.high).all()


def test_strata_that_were_drawn_apart_are_weighed_apart():
    """Two strata of equal size, one audited by chance less often than planned: each counts for its half."""
    said, truth = np.ones(200, int), np.full(200, NOT_AUDITED)
    truth[:20], truth[100:105] = 1, 0
    stratum = np.repeat([0, 1], 100)
    apart = predicted(answers(said, truth, 0.1, stratum=stratum))
    together = predicted(answers(said, truth, 0.1))
    assert apart.rate[0] == pytest.approx(0.5)
    assert together.rate[0] == pytest.approx(0.8)
    assert apart.high[0] - apart.low[0] < together.high[0] - together.low[0]


def test_strata_with_one_audit_are_taken_together():
    """One audited call says nothing about its stratum's spread; with all others thin as well, the unit is one stratum."""
    said, truth = np.ones(90, int), np.full(90, NOT_AUDITED)
    truth[[0, 30, 60, 61, 62]] = [1, 0, 1, 0, 1]
    stratum = np.repeat([0, 1, 2], 30)
    found = predicted(answers(said, truth, 0.1, stratum=stratum), power=0)
    assert found.rate[0] == pytest.approx((60 * 0.5 + 30 * 2 / 3) / 90)
    truth[[30, 61, 62]] = NOT_AUDITED
    thin = predicted(answers(said, truth, 0.1, stratum=stratum), power=0)
    assert thin.rate[0] == pytest.approx(1.0)
    assert thin.low[0] < 0.6


@pytest.mark.parametrize(
    ("said", "probability", "wrong"),
    [([1, 0, 1], 0.1, "shapes"), ([1, 0], 0, "probability"), ([1, 0], 1.5, "probability")],
)
def test_what_is_no_audit_is_refused(said, probability, wrong):
    with pytest.raises(ValueError, match=wrong):
        Answers(np.array(said), np.array([1, 0]), np.full(len(said), float(probability)), np.zeros(2, int), 1)
