"""Where somebody speaks. Whether the network is right is its makers' matter; here it is asked rightly."""

import numpy as np
import pytest

from coachloop.adapters.speech.activity import spoken
from coachloop.core.hearing.port import RATE, CantTranscribeError
from voices import babble, silence


def test_silence_and_hum_are_no_speech():
    hum = (0.1 * np.sin(2 * np.pi * 50 * np.arange(3 * RATE) / RATE)).astype(np.float32)
    assert spoken(np.concatenate([silence(2), hum]), pause=1.0).windows == []
    assert spoken(silence(0), pause=1.0).windows == []


def test_spans_lie_where_somebody_speaks_and_inside_the_sound():
    sound = np.concatenate([silence(3), babble(6), silence(3)])
    heard = spoken(sound, pause=1.0).of(np.arange(len(sound), dtype=np.float32)) / RATE
    assert len(heard) > RATE
    assert 2.5 <= heard[0] < heard[-1] <= 9.6
    assert all(end - start <= 2 * RATE for start, end in spoken(sound, pause=1.0, longest=2.0).windows)


def test_sound_that_is_none():
    with pytest.raises(CantTranscribeError, match="no numbers"):
        spoken(np.full(100, np.nan, np.float32), pause=1.0)
    with pytest.raises(ValueError, match=r"got \(2, 100\)"):
        spoken(np.zeros((2, 100), np.float32), pause=1.0)
