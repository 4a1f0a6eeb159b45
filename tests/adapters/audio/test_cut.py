"""Clips: the seconds that were asked for, gently begun and ended, and never what is muted."""

from pathlib import Path

import numpy as np
import pytest

from coachloop.adapters.audio.cut import cut
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.adapters.audio.read import RATE, read
from sounds import saved, speechlike

FADE = round(0.02 * RATE)


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return saved(tmp_path / "call.wav", speechlike(40, channels=2))


@pytest.mark.parametrize(("start", "end"), [(0, 3), (12.3456, 15), (8, 38)])
def test_it_is_that_stretch_to_the_sample(call: Path, tmp_path: Path, *, start: float, end: float) -> None:
    cut(call, tmp_path / "clip.m4a", start=start, end=end)
    clip, stretch = read(tmp_path / "clip.m4a", start=0, end=99), read(call, start=start, end=end)
    assert clip.shape == stretch.shape
    assert np.abs(clip - stretch)[:, FADE:-FADE].max() < 0.03
    assert np.abs(clip[:, [0, -1]]).max() < 0.01


def test_what_is_muted_in_the_recording_is_muted_in_it(call: Path, tmp_path: Path) -> None:
    cut(call, tmp_path / "clip.m4a", start=10, end=14, muted=[(11, 12), (20, 21)])
    clip = read(tmp_path / "clip.m4a", start=0, end=9)
    assert np.abs(clip[:, RATE : 2 * RATE]).max() < 0.005
    assert np.abs(clip[:, 3 * RATE :]).max() > 0.2


def test_it_need_not_fade(call: Path, tmp_path: Path) -> None:
    cut(call, tmp_path / "clip.m4a", start=10, end=11, fade=0)
    assert np.abs(read(tmp_path / "clip.m4a", start=0, end=1) - read(call, start=10, end=11)).max() < 0.05


@pytest.mark.parametrize(("start", "end"), [(0, 30.5), (5, 5), (7, 5)])
def test_too_long_or_empty_is_refused(call: Path, tmp_path: Path, *, start: float, end: float) -> None:
    with pytest.raises(ValueError, match=r"must last \(0, 30\] s, got"):
        cut(call, tmp_path / "clip.m4a", start=start, end=end)


def test_nothing_lies_behind_the_end(call: Path, tmp_path: Path) -> None:
    cut(call, tmp_path / "clip.m4a", start=39, end=50)
    assert read(tmp_path / "clip.m4a", start=0, end=50).shape == (2, RATE)
    with pytest.raises(BadRecordingError, match="ends before 50 s"):
        cut(call, tmp_path / "none.m4a", start=50, end=60)
    assert not (tmp_path / "none.m4a").exists()
