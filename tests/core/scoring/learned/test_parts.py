"""What the parts of a learned scorer promise each other."""

import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.scoring.learned import model
from coachloop.core.scoring.learned.bags import Bag, answers_of, settle
from coachloop.core.scoring.learned.calibration import (
    FAR,
    OF_CONVERSATIONS,
    OF_TURNS,
    Seen,
    any_of,
    best_threshold,
    fit_curve,
    folds_of,
    sigmoid,
    sure_enough,
)
from coachloop.core.scoring.learned.ridge import Ridge, choose_landmarks
from coachloop.core.scoring.learned.talk import lay_out
from coachloop.core.scoring.learned.words import Folded, hashes_of, pairs


def rng():
    return np.random.default_rng(3)


def features(rows, columns):
    made = rng().normal(size=(rows, columns))
    made[:, -1] = 3
    return made


@pytest.mark.parametrize("columns", [4, 6, 40])
def test_leaving_a_group_out_is_fitting_without_it(columns):
    """The short way gives what a second fit gives, for groups smaller and larger than the features, doubted rows included."""
    rows = features(24, columns)
    answers = (rng().random(24) < 0.3).astype(float)
    weights = np.where(np.arange(24) % 5 == 0, 0.0, 1.0)
    groups = np.repeat([0, 1, 2], [6, 4, 14])
    _, left_out = Ridge(rows, weights, groups).fit(answers)
    for group in range(3):
        rest = groups != group
        without, _ = Ridge(rows[rest], weights[rest], groups[rest]).fit(answers[rest])
        assert left_out[~rest] == pytest.approx(rows[~rest] @ without, abs=1e-6)


def test_landmarks_are_all_rows_or_those_wanted_most():
    assert choose_landmarks([1, 1, 1], count=3, rng=rng()).tolist() == [0, 1, 2]
    chosen = choose_landmarks([1.0] * 50 + [1000.0] * 5, count=10, rng=rng())
    assert len(set(chosen.tolist())) == 10
    assert sum(row >= 50 for row in chosen) >= 4


def test_hidden_turns_settle_on_those_that_only_the_met_have():
    """Ten conversations of three rows; in the met ones the second row points where no other does."""
    rows = 0.05 * features(30, 5)
    rows[:, -1] = 0
    rows[1:15:3, 0] = 3
    bags = [Bag(np.arange(3 * n, 3 * n + 3), None if n < 5 else np.zeros(0, int)) for n in range(10)]
    answers, weights = answers_of(bags, 31)
    assert weights.tolist() == [1.0] * 30 + [0.0]
    _, left_out, settled = settle(Ridge(rows, weights[:30], np.arange(30) // 3), answers[:30], bags)
    assert settled[:15].reshape(5, 3).argmax(axis=1).tolist() == [1] * 5
    assert not settled[15:].any()
    assert left_out[1:15:3].min() > left_out[2:15:3].max()


@settings(max_examples=20)
@given(st.floats(-3, 3), st.floats(0.2, 4), st.integers(0, 10**6))
def test_a_curve_finds_the_logistic_that_made_the_answers(offset, slope, seed):
    """Out of many answers, probabilities come back within a few points."""
    draw = np.random.default_rng(seed)
    scores = draw.normal(size=3000)
    likely = sigmoid(slope * scores + offset)
    curve = fit_curve(scores, (draw.random(3000) < likely).astype(float))
    assert np.abs(curve(scores) - likely).mean() < 0.05


def test_a_curve_never_falls_and_bears_scores_that_say_nothing():
    truth = np.array([1.0, 1.0, 0.0, 0.0])
    assert fit_curve(np.arange(4.0), truth).slope == 0
    assert fit_curve(np.zeros(4), truth)(np.array([7.0])) == pytest.approx(0.5)
    assert fit_curve(np.arange(4.0), np.ones(4))(np.array([9.0]))[0] > 0.5


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), max_size=8))
def test_any_of_is_one_minus_none(chances):
    said = float(sigmoid(np.array(any_of(np.array(chances)))))
    assert said == pytest.approx(1 - np.prod(1 - np.array(chances)), abs=1e-5)
    assert any_of(np.zeros(0)) == -FAR


def test_the_threshold_agrees_best_and_heeds_what_has_no_answer():
    """Where answers part cleanly it lies between; conversations without answers shift it within what is known."""
    likely = np.array([0.05, 0.1, 0.2, 0.8, 0.9, 0.95] * 6)
    seen = Seen(likely, (likely > 0.5).astype(float), np.arange(36) % 9)
    assert 0.2 < best_threshold(seen, OF_TURNS, rng=rng()) < 0.8
    assert 0.2 < best_threshold(seen, OF_CONVERSATIONS, rng=rng(), unlabelled=np.full(50, 0.3)) < 0.9
    flat = Seen(np.full(6, 0.5), np.array([0.0, 1, 0, 1, 0, 1]), np.arange(6))
    assert best_threshold(flat, OF_TURNS, rng=rng()) == 0.5


def test_the_error_allowed_holds_among_what_is_decided():
    """On three hundred centres of fifty answers, what a stranger is told at most as often wrong as allowed, on average."""
    wrong, decided = [], []
    draw = rng()
    for _ in range(300):
        likely = sigmoid(draw.normal(0, 2, 50))
        low, high = sure_enough(likely, (draw.random(50) < likely).astype(float), error=0.1)
        fresh = sigmoid(draw.normal(0, 2, 50))
        truth = draw.random(50) < fresh
        sure = (fresh < low) | (fresh >= high)
        wrong.append(((fresh >= 0.5) != truth)[sure].sum())
        decided.append(sure.sum())
    assert sum(wrong) / sum(decided) <= 0.1
    assert np.mean(decided) > 15
    assert sure_enough(np.full(20, 0.5), np.zeros(20), error=0.1) == (0.0, 1.0)


def test_folds_never_part_a_group_and_are_of_like_size():
    groups = np.repeat(np.arange(12), np.arange(12) + 1)
    fold = folds_of(groups, 4, rng())
    assert all(len(set(fold[groups == group])) == 1 for group in range(12))
    assert np.ptp(np.bincount(fold)) <= 3
    assert folds_of([5, 6], 10, rng()).max() == 1


def test_words_have_the_same_number_wherever_they_stand():
    """Case, marks and neighbours do not matter; a question mark is a word, and pairs stay within a text."""
    words = Folded(["Hello, WORLD?", "", "world hello", "a\x00b \ud800"]).words()
    assert words.text.tolist()[:5] == [0, 0, 0, 2, 2]
    assert words.hash[0] == words.hash[4] == hashes_of(["hello"])[0]
    assert words.hash[2] == hashes_of(["?"])[0]
    assert pairs(words).text.tolist()[:3] == [0, 0, 2]
    assert len(Folded([]).words().hash) == len(Folded([]).letters().hash) == 0


def test_letters_stay_inside_words():
    """Of " ab " there are the stretches " a", "ab", "b ", " ab", "ab " and " ab "."""
    assert len(Folded(["ab"]).letters().hash) == 6
    assert len(Folded(["a b"]).letters().hash) == 2 * 3


def test_who_speaks_beside_whom():
    """Blank turns are left out, others are the other side, and a conversation ends where it ends."""
    who = {"a": Speaker.AGENT, "c": Speaker.CUSTOMER, "o": Speaker.OTHER}
    first = Conversation("1", tuple(Turn(who[one], f"{one}{n}") for n, one in enumerate("aacoa")))
    second = Conversation("2", (Turn(Speaker.AGENT, " "), Turn(Speaker.AGENT, "hi"), Turn(Speaker.CUSTOMER, "yes")))
    talk = lay_out([first, second])
    assert talk.texts == ("a0", "a1", "c2", "o3", "a4", "hi", "yes")
    assert talk.run.tolist() == [0, 0, 1, 1, 2, 3, 4]
    rows = np.arange(7)
    assert talk.run_beside(rows, -1).tolist() == [-1, -1, 0, 0, 1, -1, 3]
    assert talk.run_beside(rows, 1).tolist() == [1, 1, 2, 2, -1, 4, -1]
    assert talk.own_beside(rows, -1).tolist() == [-1, 0, -1, 2, 1, -1, -1]
    assert talk.own_beside(rows, 1).tolist() == [1, 4, 3, -1, -1, -1, -1]
    assert [bound.tolist() for bound in talk.bounds] == [[0] * 5 + [5] * 2, [4] * 5 + [6] * 2]
    empty = lay_out([])
    assert len(empty.run) == len(empty.run_starts) == len(empty.run_ends) == 0


def changed(data, about=None, **arrays):
    """A model's bytes with something else in it."""
    with np.load(io.BytesIO(data)) as known:
        parts = {name: known[name] for name in known.files}
    told = json.loads(parts["about"].tobytes()) | (about or {})
    out = io.BytesIO()
    np.savez(out, **{**parts, **arrays, "about": np.frombuffer(json.dumps(told).encode(), np.uint8)})
    return out.getvalue()


class Trap:
    """What would run, were it unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a model's bytes were run",))


def test_a_hostile_model_is_refused_in_words(centre, monkeypatch):
    """Another format, numbers that are none, weights that do not fit, a pickle, more than memory holds: each is told apart."""
    good = centre.learned.model
    trap = np.empty(1, object)
    trap[0] = Trap()
    hostile = io.BytesIO()
    np.savez(hostile, allow_pickle=True, about=trap)
    cases = {
        "the model's format must be 1, got 2": changed(good, {"format": 2}),
        "a model's numbers must be finite": changed(good, **{"met.head.weights": np.array([np.nan])}),
        "landmarks must have the shape": changed(good, **{"met.head.weights": np.zeros(3)}),
        "no learned model: KeyError": changed(good, {"met": {}}),
        "no learned model: ValueError": hostile.getvalue(),
        "no learned model: BadZipFile": pickle.dumps(Trap()),
    }
    for words, data in cases.items():
        with pytest.raises(model.ModelError, match=words):
            model.load(data)
    monkeypatch.setattr(model, "_LARGEST", 1000)
    with pytest.raises(model.ModelError, match="may take 1000 bytes"):
        model.load(good)
    assert zipfile.is_zipfile(io.BytesIO(good))
