"""What a browser gets: as long as the recording, silent exactly where it is muted, with its peaks, whole or not at all."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.adapters.audio import copies
from coachloop.adapters.audio.check import Limits, check
from coachloop.adapters.audio.copies import browser_copy, silenced
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.adapters.audio.peaks import A_SECOND, Peaks
from coachloop.adapters.audio.read import RATE, read
from coachloop.web.waveform import read_peaks
from sounds import FORMS, Samples, saved, speechlike

FADE = 0.010
LIMITS = Limits(bytes=20_000_000, seconds=3600)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "browser" / "ab" / "copy.m4a"


@pytest.mark.parametrize(("form", "channels"), [("mulaw", 2), ("wav", 1), ("mp3", 2), ("opus", 1)])
def test_it_is_the_recording(tmp_path: Path, to: Path, *, form: str, channels: int) -> None:
    call = saved(tmp_path / "call", speechlike(4, rate=FORMS[form][2], channels=channels), form)
    browser_copy(call, to)
    original, copy = (read(path, start=0, end=9) for path in (call, to))
    assert copy.shape == original.shape
    assert np.square(copy - original).mean() < 0.001 * np.square(original).mean()


def test_it_is_small_and_its_index_comes_first(tmp_path: Path, to: Path) -> None:
    """So that it plays, and can be sought, before all of it is there."""
    browser_copy(saved(tmp_path / "call.wav", speechlike(20, channels=2)), to)
    content = to.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert len(content) * 8 / 20 < 70_000
    assert check(to, limits=LIMITS).seconds == 20


def test_nothing_is_heard_where_it_is_muted(tmp_path: Path, to: Path) -> None:
    """Nor seen in the peaks; what comes before and after is as it was."""
    call = saved(tmp_path / "call.wav", speechlike(6, channels=2))
    browser_copy(call, to, muted=[(2.0, 2.5), (4.25, 9)])
    original, copy = (read(path, start=0, end=9) for path in (call, to))
    for start, end in ((2.0, 2.5), (4.25, 6.0)):
        assert np.abs(copy[:, round(start * RATE) : round(end * RATE)]).max() < 0.005
        within = read_peaks(to.with_suffix(".peaks").read_bytes())[:, round(start * A_SECOND) : round(end * A_SECOND)]
        assert not within.any()
    for start, end in ((0.0, 1.98), (2.52, 4.23)):
        there = slice(round(start * RATE), round(end * RATE))
        assert np.abs(copy[:, there] - original[:, there]).max() < 0.03


SPANS = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)).map(sorted).map(tuple), max_size=4)


@settings(max_examples=50)
@given(muted=SPANS, cuts=st.lists(st.integers(0, 2 * RATE), max_size=4))
def test_what_is_muted_is_silent_to_the_sample_and_nothing_else_is(
    muted: list[tuple[float, float]], cuts: list[int]
) -> None:
    """However the sound is cut into pieces, with 10 ms of fades on either side."""
    sound = np.ones((2, 2 * RATE), np.float32)
    edges = pairwise([0, *sorted(cuts), 2 * RATE])
    pieces = [silenced(sound[:, a:b], a, muted) for a, b in edges]
    quiet = np.concatenate(pieces, axis=1)
    at = np.arange(2 * RATE) / RATE
    gone, near = np.zeros(at.size, bool), np.zeros(at.size, bool)
    for start, end in muted:
        gone |= (start <= at) & (at < end)
        near |= (start - FADE - 2 / RATE < at) & (at < end + FADE + 2 / RATE)
    assert not quiet[:, gone].any()
    assert (quiet[:, ~near] == 1).all()
    assert ((quiet >= 0) & (quiet <= 1)).all()
    assert sound.all()


def test_a_fade_is_gentle() -> None:
    quiet = silenced(np.ones((1, RATE), np.float32), 0, [(0.5, 0.6)])[0]
    assert np.abs(np.diff(quiet)).max() < 0.007
    assert quiet[RATE // 2 - 1] > 0
    assert quiet[RATE // 2 - round(FADE * RATE)] == 1


@settings(max_examples=50)
@given(
    pieces=st.lists(st.integers(0, 2000), min_size=1, max_size=6),
    channels=st.sampled_from([1, 2]),
)
def test_peaks_are_the_lowest_and_highest_of_each_twentieth(pieces: list[int], channels: int) -> None:
    sound: Samples = np.random.default_rng(len(pieces)).uniform(-1.2, 1.2, (channels, sum(pieces))).astype(np.float32)
    peaks = Peaks(channels)
    for start, piece in zip(np.cumsum([0, *pieces]), pieces, strict=False):
        peaks.add(sound[:, start : start + piece])
    content = peaks.as_bytes()
    assert content[0] == channels
    found = np.frombuffer(content, np.int8)[1:].reshape(-1, channels, 2)
    stretches = [sound[:, at : at + RATE // A_SECOND] for at in range(0, sound.shape[1], RATE // A_SECOND)]
    wanted = [np.rint(np.stack([s.min(axis=1), s.max(axis=1)], axis=1).clip(-1, 1) * 127) for s in stretches]
    assert len(found) == len(wanted)
    assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


def test_the_waveform_reads_them(tmp_path: Path, to: Path) -> None:
    browser_copy(saved(tmp_path / "call.wav", speechlike(3, channels=2)), to)
    assert read_peaks(to.with_suffix(".peaks").read_bytes()).shape == (2, 3 * A_SECOND, 2)


def test_nothing_is_left_of_a_copy_that_failed(tmp_path: Path, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = saved(tmp_path / "call.wav", speechlike(3))

    def damaged(*_: object) -> Samples:
        raise BadRecordingError("damaged")

    monkeypatch.setattr(copies, "silenced", damaged)
    with pytest.raises(BadRecordingError):
        browser_copy(call, to)
    assert [*to.parent.iterdir()] == []
    monkeypatch.undo()
    browser_copy(call, to)
    assert sorted(path.name for path in to.parent.iterdir()) == ["copy.m4a", "copy.peaks"]
