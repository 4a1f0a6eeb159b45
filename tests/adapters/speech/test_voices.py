"""Voices as vectors, and who says which word, with the real weights where they are; its parts without."""

import tracemalloc

import numpy as np
import pytest

from coachloop.adapters.speech import encoder
from coachloop.adapters.speech.encoder import HIDDEN, MELS, VoiceEncoder, mels
from coachloop.adapters.speech.voices import VoiceSeparator
from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.port import RATE
from real_models import folder
from voices import babble


def test_without_the_weights_the_way_out_is_told(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"pretrained.pt is missing; `coachloop models get resemblyzer` gets it"
    ):
        VoiceSeparator(tmp_path)


def test_other_weights_than_the_pinned_ones_are_refused_unread(tmp_path):
    """It is a pickle: whoever unpickles what somebody put there runs their code."""
    (tmp_path / "pretrained.pt").write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    with pytest.raises(FileNotFoundError, match="has other content"):
        VoiceSeparator(tmp_path)


def test_a_tone_is_in_the_band_of_its_pitch():
    """Band edges of Slaney's scale by hand: up to 1 kHz they lie 67.6 Hz apart where 40 bands reach up to 8 kHz."""
    top = 15 + np.log(8) / (np.log(6.4) / 27)
    middle = top / (MELS + 1) * 200 / 3
    for band in (2, 4, 8):
        tone = np.sin(2 * np.pi * (band + 1) * middle * np.arange(RATE) / RATE).astype(np.float32)
        assert int(mels(tone)[50].argmax()) == band


def test_frames_stand_each_ten_milliseconds_and_quiet_sound_is_raised():
    sound = babble(2.0)
    assert mels(sound).shape == (201, MELS)
    assert mels(sound * np.float32(1e-3)) == pytest.approx(mels(sound * np.float32(1e-4)), rel=1e-3)
    assert mels(np.zeros(0, np.float32)).tolist() == [[0.0] * MELS]
    assert not mels(np.zeros(RATE, np.float32)).any()


def test_frames_are_the_same_in_one_block_and_in_many(monkeypatch):
    whole = mels(babble(3.0))
    monkeypatch.setattr(encoder, "BLOCK", 37)
    assert mels(babble(3.0)) == pytest.approx(whole)


def test_a_layer_is_torchs_lstm():
    """One step of one cell worked out by hand: gates in, forget, cell, out."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((2, 1, 5)).astype(np.float32)
    inputs, states = (rng.standard_normal((size, 4 * HIDDEN)).astype(np.float32) / 16 for size in (5, HIDDEN))
    bias = rng.standard_normal(4 * HIDDEN).astype(np.float32)
    hidden = cell = np.zeros(HIDDEN)
    for row in rows[:, 0]:
        into, forget, new, out = np.split(row @ inputs + hidden @ states + bias, 4)
        gate = lambda values: 1 / (1 + np.exp(-values))  # noqa: E731 -- as the formula has it
        cell = gate(forget) * cell + gate(into) * np.tanh(new)
        hidden = gate(out) * np.tanh(cell)
    assert encoder._layer(rows, inputs, states=states, bias=bias)[1, 0] == pytest.approx(hidden, abs=1e-5)


def test_an_hour_takes_little_memory_besides_its_samples():
    """Features in blocks: 58 MB an hour are kept, and 30 more are needed meanwhile; here five minutes."""
    sound = np.tile(babble(1.0), 300)
    tracemalloc.start()
    mels(sound)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 60e6


def test_vectors_have_unit_length_and_a_voice_is_near_itself():
    model = VoiceEncoder(folder("resemblyzer"))
    low, high = (mels(babble(6.0, pitch=pitch)) for pitch in (100, 220))
    starts = np.array([0, 200, 400], np.int64)
    one, other = model.encode(low, starts, 150), model.encode(high, starts, 150)
    assert np.linalg.norm(one, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert (one @ one.T).min() > (one @ other.T).max()


def test_two_voices_in_turn_are_told_apart():
    """Made-up voices are enough for the path; real ones are in `python benchmarks/who_speaks.py`."""
    separator = VoiceSeparator(folder("resemblyzer"))
    voices = [babble(3.0, pitch=pitch, seed=seed) for seed, pitch in enumerate((100, 220, 100, 220))]
    gap = np.zeros(RATE // 2, np.float32)
    sound = np.concatenate([piece for voice in voices for piece in (voice, gap)])
    words = [
        HeardWord(str(turn), 3.5 * turn + at / 2, 3.5 * turn + at / 2 + 0.4) for turn in range(4) for at in range(6)
    ]
    found = separator.separate(sound, words)
    assert [{word.text for word in side} for side in found.sides] == [{"0", "2"}, {"1", "3"}]
    assert separator.separate(sound, []).confidence == 0
