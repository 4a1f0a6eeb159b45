"""Two speakers in one channel, by made-up voices: a vector near the one or the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.hearing import separation
from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.separation import FEWEST, LENGTH, SHORTEST, Segment, by_segments, separated, windows


def speech(*goes: tuple[float, int], length: float = 0.4) -> list[HeardWord]:
    """So many words from this second on, without a pause between them."""
    return [
        HeardWord(f"w{number}", round(start + number * length, 3), round(start + (number + 1) * length, 3))
        for start, count in goes
        for number in range(count)
    ]


def voiced(spans, second, *, noise: float = 0.05, likeness: float = 0.0):
    """A vector for each window: the second voice where `second` says so at its middle."""
    rng = np.random.default_rng(5)
    one = np.eye(16)[0]
    two = likeness * one + np.sqrt(1 - likeness**2) * np.eye(16)[1]
    rows = [two if second((start + end) / 2) else one for start, end in spans]
    found = np.abs(np.array(rows) + noise * rng.standard_normal((len(spans), 16)))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


CALL = speech((0, 8), (5, 6), (9, 10), (15, 2), (17, 8))
TURNS = {0: False, 5: True, 9: False, 15: True, 17: False}


def is_second(second: float) -> bool:
    return TURNS[max(start for start in TURNS if start <= second + 0.01)]


def test_each_word_goes_to_the_voice_that_says_it():
    spans = windows(CALL)
    found = separated(CALL, spans, voiced(spans, is_second))
    assert [word for word in CALL if not is_second(word.start)] == list(found.sides[0])
    assert [word for word in CALL if is_second(word.start)] == list(found.sides[1])
    assert found.confidence > 0.99


def test_who_speaks_first_is_the_first_side_whatever_the_clusters_are_called():
    spans = windows(CALL)
    vectors = voiced(spans, is_second)
    found = {separated(CALL, spans, vectors, seed=seed) for seed in range(5)}
    assert len(found) == 1
    assert found.pop().sides[0][0] == CALL[0]


def test_one_odd_window_in_the_middle_of_a_sentence_changes_nobody():
    words = speech((0, 20), (10, 20))
    spans = windows(words)
    vectors = voiced(spans, lambda second: second > 9)
    vectors[5] = vectors[-1]
    found = separated(words, spans, vectors)
    assert [len(side) for side in found.sides] == [20, 20]


def test_like_voices_make_nobody_sure():
    spans = windows(CALL)
    alike = separated(CALL, spans, voiced(spans, is_second, likeness=0.9))
    assert alike.confidence < 0.2
    one = separated(CALL, spans, voiced(spans, lambda _: False))
    assert one.confidence < 0.01


def test_one_voice_throughout_is_one_side_and_no_certainty(monkeypatch):
    monkeypatch.setattr(separation, "_clusters", lambda vectors, *, seed: np.arange(len(vectors)) == seed)
    spans = windows(CALL)
    same = np.tile(np.eye(16, dtype=np.float32)[0], (len(spans), 1))
    assert separated(CALL, spans, same) == separation.Separated((tuple(CALL), ()), 0.0)


@pytest.mark.parametrize("words", [[], speech((0, 2)), speech((0, 1), (3, 1))])
def test_too_little_speech_is_one_side(words):
    spans = windows(words)
    assert len(spans) < FEWEST
    found = separated(words, spans, np.ones((len(spans), 16), np.float32))
    assert found.sides == (tuple(words), ())
    assert found.confidence == 0


def test_a_word_that_no_window_is_near_goes_with_its_neighbours():
    words = speech((0, 20), (10, 20))
    spans = [span for span in windows(words) if not 3 < span[0] < 6]
    found = separated(words, spans, voiced(spans, lambda second: second > 9))
    assert [len(side) for side in found.sides] == [20, 20]


def test_of_many_windows_only_some_are_clustered_and_all_are_used(monkeypatch):
    """An hour has 5,000 windows: a square of them would take 200 MB, and that several times."""
    seen = []
    clusters = separation._clusters
    monkeypatch.setattr(separation, "MOST", 20)
    monkeypatch.setattr(
        separation, "_clusters", lambda vectors, *, seed: seen.append(len(vectors)) or clusters(vectors, seed=seed)
    )
    words = speech(*((20 * number, 25) for number in range(20)))
    spans = windows(words)
    assert len(spans) > 300
    found = separated(words, spans, voiced(spans, lambda second: second % 40 > 19))
    assert seen == [20]
    assert all(word.start % 40 < 20 for word in found.sides[0])
    assert [len(side) for side in found.sides] == [250, 250]


def test_windows_stay_inside_what_is_said_and_a_short_word_gets_a_window_of_its_own():
    assert windows(speech((1, 10))) == [(1 + at, 1 + at + LENGTH) for at in (0, 0.5, 1, 1.5, 2, 2.5)]
    assert windows([HeardWord("yes", 5.0, 5.2)]) == [pytest.approx((5.1 - SHORTEST / 2, 5.1 + SHORTEST / 2))]
    assert windows([HeardWord("yes", 0.0, 0.2)]) == [(0, SHORTEST)]
    assert windows([HeardWord("long", 0.0, 1.0), HeardWord("inside", 0.2, 0.4)]) == [(0, 1)]


TIMES = st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), max_size=25)


@settings(max_examples=10)
@given(TIMES, st.integers(0, 2**31))
def test_no_word_is_lost_or_doubled(times, seed):
    """Whatever the times and the vectors are."""
    now, words = 0.0, []
    for pause, length in times:
        words.append(HeardWord(f"w{len(words)}", now + pause, now + pause + length))
        now += pause + length
    spans = windows(words)
    vectors = np.abs(np.random.default_rng(seed).standard_normal((len(spans), 8))).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found = separated(words, spans, vectors, seed=seed)
    assert sorted([*found.sides[0], *found.sides[1]], key=lambda word: int(word.text[1:])) == words
    assert 0 <= found.confidence <= 1
    assert not words or found.sides[0][0] == words[0]


def test_a_word_goes_to_whose_segment_is_most_over_it_and_else_to_who_spoke_last():
    words = speech((0, 2), (1, 2), (3, 1))
    segments = [Segment(0.0, 0.9, 0), Segment(1.1, 1.9, 1), Segment(1.3, 1.45, 0)]
    found = by_segments(words, segments)
    assert found.sides == (tuple(words[:2]), tuple(words[2:]))
    assert found.confidence == 2 / 5  # one has nobody over it, two have both


@pytest.mark.parametrize(("words", "segments"), [([], []), (CALL, []), (CALL, [Segment(0, 99, 0)])])
def test_segments_of_one_speaker_or_none_are_one_side(words, segments):
    found = by_segments(words, segments)
    assert found.sides == (tuple(words), ())
    assert found.confidence == 0
