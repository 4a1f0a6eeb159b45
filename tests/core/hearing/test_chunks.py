"""Parts of long recordings end in pauses; and speech without its silence keeps the time it was said at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.hearing.chunks import Speech, border
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


@given(SPANS, st.integers(1, 20_000))
def test_windows_hold_all_speech_in_whole_spans(spans, longest):
    speech = Speech(spans)
    windows = speech.windows(longest)
    assert [start for start, _ in windows[1:]] == [end for _, end in windows[:-1]]
    assert (windows[0][0], windows[-1][1]) == (0, sum(end - start for start, end in spans))
    borders = set(np.cumsum([0] + [end - start for start, end in spans]).tolist())
    assert {place for window in windows for place in window} <= borders
    for start, end in windows:
        assert end - start <= longest or not any(start < place < end for place in borders)


@given(SPANS, st.data())
def test_a_word_is_put_back_where_it_was_said(spans, data):
    start, end = spans[data.draw(st.integers(0, len(spans) - 1))]
    first = data.draw(st.integers(start, end - 1))
    last = data.draw(st.integers(first + 1, end))
    samples = np.zeros(spans[-1][1], np.float32)
    samples[first:last] = 1
    speech = Speech(spans)
    heard = np.flatnonzero(speech.of(samples))
    said = speech.said_at(heard[0] / RATE, (heard[-1] + 1) / RATE)
    assert said == pytest.approx((first / RATE, last / RATE))


def test_a_word_never_leaves_the_speech_that_holds_its_middle():
    speech = Speech([(RATE, 2 * RATE), (5 * RATE, 6 * RATE)])
    assert speech.said_at(0.8, 1.1) == (1.8, 2.0)
    assert speech.said_at(0.9, 1.3) == (5.0, 5.3)
    assert speech.said_at(1.9, 2.6) == (5.9, 6.0)


def test_where_nobody_speaks_there_is_nothing():
    assert Speech([]).windows(10) == []
    assert len(Speech([]).of(np.ones(5, np.float32))) == 0
