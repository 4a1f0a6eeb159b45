import numpy as np
import pytest
from scipy import special

from coachloop.core.stats.correction import MET, NEITHER, NOT_AUDITED, NOT_MET, Answers
from coachloop.core.stats.misclassification import Accuracy, Share, accuracy, corrected
from coachloop.core.stats.proportions import wilson


def known(sensitivity, specificity, n=1e7):
    """An accuracy that is as good as known, for one behaviour."""
    return Accuracy(*(share(one, n) for one in (sensitivity, specificity)))


def share(mean, n):
    return Share(*(np.array([one]) for one in (mean * n, (1 - mean) * n, mean, mean, mean, n)))


def audit(table, probability=0.1):
    """Answers of one behaviour from counts by (said, truth)."""
    said, truth = (np.repeat([key[one] for key in table], list(table.values())) for one in (0, 1))
    chance = np.broadcast_to(np.asarray(probability, float), said.shape)
    return Answers(said, truth, chance, np.zeros(len(said), int), 1)


def test_accuracy_is_that_of_the_confusion():
    """46 of 50 met were found, 85 of 100 missed: beta posteriors with half a conversation on either side."""
    found = accuracy(audit({(1, 1): 46, (0, 1): 4, (0, 0): 85, (1, 0): 15, (2, 1): 9, (1, 2): 3}))
    assert found.sensitivity.n[0] == 50
    assert found.specificity.n[0] == 100
    assert found.sensitivity.mean[0] == pytest.approx(46.5 / 51)
    assert found.specificity.mean[0] == pytest.approx(85.5 / 101)
    assert found.sensitivity.a[0] == pytest.approx(46.5, rel=0.02)
    assert found.sensitivity.low[0] == pytest.approx(special.betaincinv(46.5, 4.5, 0.025), abs=0.005)


def test_rare_draws_count_for_more_and_make_less_sure():
    table = {(1, 1): 40, (0, 1): 10}
    said = np.repeat([1, 0], [40, 10])
    even, uneven = accuracy(audit(table)), accuracy(audit(table, np.where(said == 1, 0.05, 0.2)))
    assert uneven.sensitivity.mean[0] == pytest.approx(0.94, abs=0.01)
    mixed = accuracy(audit(table, np.tile([0.02, 0.5], 25)))
    assert mixed.sensitivity.high[0] - mixed.sensitivity.low[0] > 1.1 * (
        even.sensitivity.high[0] - even.sensitivity.low[0]
    )


@pytest.mark.parametrize("agreeing", [0, 1, 5])
def test_a_few_audits_that_agree_prove_little(agreeing):
    """Nobody is sure of the machine, nor of an agent's rate, after so few."""
    table = {(1, 1): agreeing, (0, 0): agreeing, (1, NOT_AUDITED): 3, (NEITHER, MET): 2}
    good = accuracy(audit(table))
    assert good.sensitivity.low[0] < 0.75
    found = corrected([[60]], [[100]], good)
    low, high = wilson(60, 100)
    assert found.high[0, 0] - found.low[0, 0] > 1.2 * float(high - low)
    if agreeing == 0:
        assert found.high[0, 0] - found.low[0, 0] > 0.8


def test_rogan_and_gladens_estimate():
    """Rogan & Gladen (1978): (share + specificity - 1) / (sensitivity + specificity - 1)."""
    found = corrected(
        [[689, 100]], [[1000, 1000]], Accuracy(*(Share(*(np.resize(f, 2) for f in s)) for s in known(0.92, 0.85)))
    )
    assert found.point[0, 0] == pytest.approx((0.689 - 0.15) / 0.77)
    assert found.point[0, 1] == 0
    assert found.low[0, 1] < 0.003


def test_a_machine_that_is_always_right_changes_nothing():
    found, (low, high) = (
        corrected([[30]], [[40]], known(0.9999999, 0.9999999)),
        special.betaincinv(31, 11, [0.025, 0.975]),
    )
    assert found.point[0, 0] == pytest.approx(0.75, abs=1e-4)
    assert found.low[0, 0] == pytest.approx(low, abs=0.003)
    assert found.high[0, 0] == pytest.approx(high, abs=0.003)


def test_the_posterior_is_that_of_brute_force():
    """Drawn instead of laid out on a grid."""
    rng = np.random.default_rng(3)
    good = accuracy(audit({(1, 1): 46, (0, 1): 4, (0, 0): 42, (1, 0): 8}))
    rate = rng.random(400_000)
    hit, right = (rng.beta(one.a[0], one.b[0], rate.size) for one in good)
    drawn = rate[rng.binomial(80, rate * hit + (1 - rate) * (1 - right)) == 52]
    found = corrected([[52]], [[80]], good)
    expected = np.quantile(drawn, [0.025, 0.5, 0.975])
    assert [float(one[0, 0]) for one in (found.low, found.rate, found.high)] == pytest.approx(expected, abs=0.015)


def test_a_machine_by_chance_says_nothing_and_who_was_not_asked_may_be_anything():
    found = corrected([[50], [0]], [[100], [0]], known(0.5, 0.5))
    assert np.isnan(found.point).all()
    assert found.low[0, 0] == pytest.approx(0.025, abs=0.01)
    assert found.high[0, 0] == pytest.approx(0.975, abs=0.01)
    assert np.isnan(found.rate[1, 0])
    assert (found.low[1, 0], found.high[1, 0]) == (0, 1)
    assert corrected(np.zeros((0, 1)), np.zeros((0, 1)), known(0.9, 0.9)).rate.shape == (0, 1)


@pytest.mark.parametrize(
    ("met", "asked", "wrong"), [([[3]], [[2]], "0..asked"), ([3], [4], "shape"), ([[NOT_MET] * 2], [[1] * 2], "shape")]
)
def test_what_is_no_count_is_refused(met, asked, wrong):
    with pytest.raises(ValueError, match=wrong):
        corrected(met, asked, known(0.9, 0.9))
