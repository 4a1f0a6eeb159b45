"""Parts of long recordings end in pauses; and speech without its silence keeps the time it was said at."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coachloop.core.hearing.chunks import ONSET, Spoken, border
from coachloop.core.hearing.port import RATE


def noise(seconds: float, loud: float, *, seed: int = 1) -> np.ndarray:
    return (loud * np.random.default_rng(seed).standard_normal(int(seconds * RATE))).astype(np.float32)


def call(*pieces: tuple[float, float]) -> np.ndarray:
    return np.concatenate([noise(*piece) for piece in pieces])


def test_a_part_ends_in_the_middle_of_the_longest_pause_of_its_last_third():
    sound = call((5, 0.1), (3, 0.001), (13, 0.1), (0.5, 0.001), (2, 0.1), (1, 0.001), (5.5, 0.1))
    assert border(sound) / RATE == pytest.approx(24, abs=0.02)


def test_of_pauses_that_are_as_long_it_takes_the_last():
    sound = call((20, 0.1), (0.5, 0), (4, 0.1), (0.5, 0), (5, 0.1))
    assert border(sound) / RATE == pytest.approx(24.75, abs=0.02)


def test_channels_pause_together():
    left = call((22, 0.1), (2, 0.001), (6, 0.1))
    right = call((23, 0.1), (2, 0.001), (5, 0.1))
    assert border(np.stack([left, right])) / RATE == pytest.approx(23.5, abs=0.02)


def test_where_nobody_pauses_it_is_the_quietest_moment():
    sound = call((25, 0.1), (0.2, 0.08), (4.8, 0.1))
    assert border(sound) / RATE == pytest.approx(25.1, abs=0.02)


def test_a_closure_of_the_lips_is_no_pause():
    sound = call((22, 0.1), (0.1, 0), (2, 0.1), (0.3, 0.001), (5.6, 0.1))
    assert border(sound) / RATE == pytest.approx(24.25, abs=0.02)


@pytest.mark.parametrize("length", [0, 1, 319, 320, 321, 1000, 5000])
def test_sound_of_any_length_has_a_border(length):
    assert 0 <= border(np.zeros(length, np.float32)) <= length


@example([(1.0, 0.1), (1.0, 1.0)])  # louder to its end
@given(st.lists(st.tuples(st.floats(0.02, 2), st.sampled_from([0.0, 0.001, 0.1, 1.0])), min_size=1, max_size=8))
def test_the_border_is_in_the_last_third(pieces):
    sound = call(*pieces)
    assert len(sound) * 2 // 3 - RATE // 25 <= border(sound) <= len(sound)


SPANS = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 5000)), min_size=1, max_size=12).map(
    lambda found: [
        (start, start + length)
        for number, (gap, length) in enumerate(found)
        for start in [sum(g + n for g, n in found[:number]) + gap]
    ]
)


def spoken(spans: list[tuple[int, int]], *, more: int = 0, margin: int = 0, longest: int = 10**9) -> Spoken:
    return Spoken(spans, length=spans[-1][1] + more if spans else more, margin=margin, longest=longest)


@given(SPANS, st.integers(0, 3000), st.integers(1, 20_000))
def test_windows_hold_all_speech_in_whole_spans(spans, margin, longest):
    speech = spoken(spans, margin=margin, longest=longest)
    windows = speech.windows
    assert [start for start, _ in windows[1:]] == [end for _, end in windows[:-1]]
    length = len(speech.of(np.ones(spans[-1][1], np.float32)))
    assert (windows[0][0], windows[-1][1]) == (0, length)
    assert len(windows) <= len(spans)
    assert all(end > start for start, end in windows)
    assert len(windows) == 1 or length > longest


@given(SPANS, st.integers(0, 3000), st.integers(0, 3000))
def test_with_its_margins_speech_is_heard_once_and_nothing_but_it(spans, margin, more):
    length = spans[-1][1] + more
    samples = np.arange(length, dtype=np.float32)
    heard = spoken(spans, more=more, margin=margin).of(samples)
    near = np.zeros(length, bool)
    inside = np.zeros(length, bool)
    for start, end in spans:
        near[max(0, start - margin) : end + margin] = True
        inside[start:end] = True
    assert (np.diff(heard) > 0).all()
    assert set(np.flatnonzero(inside)) <= set(heard.astype(int)) == set(np.flatnonzero(near))


@given(SPANS, st.integers(0, 3000), st.data())
def test_a_word_is_put_back_where_it_was_said(spans, margin, data):
    start, end = spans[data.draw(st.integers(0, len(spans) - 1))]
    first = data.draw(st.integers(start, end - 1))
    last = data.draw(st.integers(first + 1, end))
    samples = np.zeros(spans[-1][1], np.float32)
    samples[first:last] = 1
    speech = spoken(spans, margin=margin)
    heard = np.flatnonzero(speech.of(samples))
    [said] = speech.said_at([(heard[0] / RATE, (heard[-1] + 1) / RATE)])
    assert said == pytest.approx((first / RATE, last / RATE))


@given(
    spans=SPANS,
    margin=st.integers(0, 16_000),
    heard=st.lists(st.tuples(st.floats(0, 4), st.floats(0, 1)), max_size=9),
    longest=st.integers(1, 20_000),
)
def test_words_stay_in_order_and_near_speech(*, spans, margin, heard, longest):
    speech = spoken(spans, margin=margin, longest=longest)
    total = speech.windows[-1][1] / RATE
    words = sorted((min(start, total), min(start + length, total)) for start, length in heard)
    said = speech.said_at(words)
    assert len(said) == len(words)
    assert [start for start, _ in said] == sorted(start for start, _ in said)
    for start, end in said:
        assert start <= end
        assert any(
            first / RATE - ONSET - 1e-9 <= start and end <= (last + margin) / RATE + ONSET for first, last in spans
        )


SECONDS = [(RATE, 2 * RATE), (5 * RATE, 6 * RATE), (9 * RATE, 10 * RATE)]
"""Three seconds of speech; with half a second around each, the first ends at 1.5 + 0.5 of the speech alone, the second at 4."""


def test_the_first_word_of_a_span_does_not_begin_in_its_margin():
    speech = spoken(SECONDS, more=RATE, margin=RATE // 2)
    assert speech.said_at([(0.1, 0.9), (0.9, 1.3)]) == [
        (pytest.approx(0.95), pytest.approx(1.4)),
        (pytest.approx(1.4), pytest.approx(1.8)),
    ]


def test_a_word_behind_a_span_belongs_to_the_next_one():
    speech = spoken(SECONDS, more=RATE, margin=RATE // 2)
    said = speech.said_at([(1.2, 1.6), (1.7, 1.99), (1.99, 2.9)])
    assert said == [pytest.approx(one) for one in ((1.7, 2.1), (4.95, 5.0), (4.95, 5.4))]


def test_but_not_into_another_window_which_was_heard_by_itself():
    speech = spoken(SECONDS, more=RATE, margin=RATE // 2, longest=3 * RATE)
    assert [(start / RATE, end / RATE) for start, end in speech.windows] == [(0, 2), (2, 4), (4, 6)]
    [said] = speech.said_at([(1.8, 1.98)])
    assert said[1] < 3


def test_a_word_never_leaves_the_speech_that_holds_its_middle():
    speech = spoken(SECONDS)
    assert speech.said_at([(0.8, 1.1)]) == [pytest.approx((1.8, 2.0))]
    assert speech.said_at([(0.9, 1.3)]) == [pytest.approx((4.95, 5.3))]


def test_where_nobody_speaks_there_is_nothing():
    assert spoken([]).windows == []
    assert len(spoken([], more=5).of(np.ones(5, np.float32))) == 0
    assert spoken([]).said_at([]) == []
