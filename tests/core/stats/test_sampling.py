import hashlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachloop.core.stats.sampling import draw, needed, permanent_numbers, smallest, strata


def frame(size=600, agents=12, seed=1):
    rng = np.random.default_rng(seed)
    predicted = rng.beta(0.4, 0.4, size)
    predicted[rng.random(size) < 0.05] = np.nan
    return [f"c-{one}" for one in range(size)], predicted, rng.integers(0, agents, size)


def test_numbers_can_be_worked_out_by_anybody():
    """The first eight bytes of SHA-256 of the seed, a zero byte and the key, as a fraction."""
    digest = hashlib.sha256(b"2026-05\0c-7").digest()
    (found,) = permanent_numbers(["c-7"], "2026-05")
    assert found == pytest.approx(int.from_bytes(digest[:8]) / 2**64, abs=1e-15)


def test_the_same_seed_and_frame_draw_the_same_in_any_order():
    keys, predicted, agents = frame()
    turned = slice(None, None, -1)
    one = draw(keys, predicted, agents, size=90, seed="may")
    same = draw(keys[turned], predicted[turned], agents[turned], size=90, seed="may")
    other = draw(keys, predicted, agents, size=90, seed="june")
    assert (one.chosen == same.chosen[turned]).all()
    assert (one.chosen != other.chosen).any()
    assert one.core[one.chosen].sum() == one.core.sum() >= 12


@settings(max_examples=25)
@given(seed=st.integers(0, 500), size=st.integers(36, 600), core=st.floats(0, 1), least=st.integers(0, 3))
def test_everyone_has_their_share_and_the_size_is_met(*, seed, size, core, least):
    keys, predicted, agents = frame(seed=seed)
    if core * size + least * 12 > size:
        core = 0.0
    found = draw(keys, predicted, agents, size=size, seed=str(seed), core=core, least=least)
    assert found.probability.sum() == pytest.approx(size, abs=6)
    assert ((found.probability >= 0) & (found.probability <= 1 + 1e-12)).all()
    assert (found.probability[found.chosen] > 0).all()
    assert (np.bincount(agents[found.chosen], minlength=12) >= least).all()


def test_chances_are_kept():
    """Over many seeds every conversation is drawn as often as its probability says."""
    keys, predicted, agents = frame(200)
    drawn = [draw(keys, predicted, agents, size=40, seed=str(seed)) for seed in range(200)]
    often = np.mean([one.chosen for one in drawn], axis=0)
    np.testing.assert_allclose(often, drawn[0].probability, atol=0.15)
    assert np.mean(often - drawn[0].probability) == pytest.approx(0, abs=0.004)


def test_doubtful_conversations_are_drawn_more_often():
    keys, predicted, agents = frame(3000)
    found = draw(keys, predicted, agents, size=300, seed="may")
    doubtful, sure = (np.abs(predicted - 0.5) < 0.25), (np.abs(predicted - 0.5) > 0.48)
    assert found.probability[doubtful].mean() > 2 * found.probability[sure].mean()


def test_with_verdicts_alone_the_share_is_everywhere_alike():
    keys, _, agents = frame(900)
    found = draw(keys, np.resize([0.0, 1.0], 900), agents, size=90, seed="may", core=0, least=0)
    np.testing.assert_allclose(found.probability, 0.1, atol=0.002)
    assert set(strata([0.0, 1.0, np.nan])) == {0, 7, 8}


def test_all_or_nothing():
    keys, predicted, agents = frame(50)
    assert draw(keys, predicted, agents, size=50, seed="may").chosen.all()
    empty = draw([], [], [], size=0, seed="may")
    assert len(empty.chosen) == 0
    assert needed([], within=0.05) == 0


@settings(max_examples=25)
@example(seed=0, wanted=0, core=0.0, least=1)  # every agent's share is more than was wanted
@given(seed=st.integers(0, 500), wanted=st.integers(0, 700), core=st.floats(0, 1), least=st.integers(0, 3))
def test_a_size_that_can_be_drawn(*, seed, wanted, core, least):
    keys, predicted, agents = frame(seed=seed)
    agents = agents**3 // 300  # some have many
    size = smallest(agents, wanted=wanted, core=core, least=least)
    assert min(wanted, 600) <= size <= 600
    draw(keys, predicted, agents, size=size, seed="may", core=core, least=least)
    assert size == min(wanted, 600) or size <= least * len(set(agents)) + core * size


def test_nothing_to_draw_from_takes_nothing():
    assert smallest([], wanted=10) == 0


def test_what_a_chosen_interval_takes():
    """Cochran (1977), section 5.5. Half of a large centre doubtful, half sure: the spread is the mean of 0.5 and the least, 0.15."""
    doubtful = np.resize([0.5, 0.0], 100_000)
    assert needed(doubtful, within=0.05) == pytest.approx((1.959964 * 0.325 / 0.05) ** 2, rel=0.02)
    assert needed(np.full(100_000, 0.5), within=0.05) == pytest.approx(384 / 1.00384, abs=2)
    assert needed(doubtful[:100], within=0.05) < 80
    assert needed(doubtful[:100], within=0.0001) == 100


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": 5}, "size from 12"),
        ({"size": 601}, "600 conversations"),
        ({"core": 1.5}, "core"),
        ({"least": -1}, "least"),
        ({"keys": ["a"] * 600}, "once"),
        ({"keys": ["a"]}, "alike"),
        ({"predicted": np.full(600, 1.2)}, r"\[0, 1\]"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong, said):
    keys, predicted, agents = frame()
    given_ = {"keys": keys, "predicted": predicted, "size": 60, "core": 0.25, "least": 1} | wrong
    with pytest.raises(ValueError, match=said):
        draw(given_.pop("keys"), given_.pop("predicted"), agents, seed="may", **given_)


@pytest.mark.parametrize("wrong", [{"within": 0}, {"within": 0.1, "confidence": 1}])
def test_intervals_that_cannot_be_had_are_refused(wrong):
    with pytest.raises(ValueError, match="within and confidence"):
        needed([0.5], **wrong)
