"""Any stretch of a recording, exact to the sample: joints neither lose nor double sound."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.adapters.audio import decode
from coachloop.adapters.audio.decode import LateError, Sound, opened
from coachloop.adapters.audio.kinds import BadRecordingError, Kind
from coachloop.adapters.audio.read import RATE, read, streamed
from sounds import FORMS, Samples, recorded, saved, speechlike, tone

SECONDS = 9
HERE = Path(__file__).parent
EXACT = sorted(FORMS.keys() - {"m4a", "aac"})
ODD = {"odd": ("wav", "pcm_s16le", 11_025), "odder": ("flac", "flac", 8_001)}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same nine seconds in every form."""
    folder = tmp_path_factory.mktemp("recordings")
    FORMS.update(ODD)
    try:
        return {form: saved(folder / form, _sound(rate), form) for form, (_, _, rate) in FORMS.items()}
    finally:
        for form in ODD:
            del FORMS[form]


def _sound(rate: int) -> Samples:
    return speechlike(SECONDS, rate=rate, channels=1 if rate == 48_000 else 2)


@pytest.fixture(scope="module")
def wholes(recordings: dict[str, Path]) -> dict[str, Samples]:
    return {form: read(path, start=0, end=2 * SECONDS) for form, path in recordings.items()}


@settings(max_examples=3, deadline=None)
@given(cuts=st.lists(st.floats(0, SECONDS), max_size=3))
@pytest.mark.parametrize("form", [*EXACT, *ODD])
def test_joined_stretches_are_the_whole(
    recordings: dict[str, Path], wholes: dict[str, Samples], *, form: str, cuts: list[float]
) -> None:
    edges = pairwise([0.0, *sorted(cuts), 2.0 * SECONDS])
    parts = [read(recordings[form], start=a, end=b) for a, b in edges]
    assert np.array_equal(np.concatenate(parts, axis=1), wholes[form])


@pytest.mark.parametrize("form", ["m4a", "aac"])
@pytest.mark.parametrize("cut", [6.1234, 8.99])
def test_joined_stretches_of_aac_are_the_whole_but_for_its_noise(
    recordings: dict[str, Path], wholes: dict[str, Samples], *, form: str, cut: float
) -> None:
    parts = [read(recordings[form], start=a, end=b) for a, b in ((0, cut), (cut, 2 * SECONDS))]
    joined = np.concatenate(parts, axis=1)
    assert joined.shape == wholes[form].shape
    assert np.abs(joined - wholes[form]).max() < 0.02


@pytest.mark.parametrize("form", [*FORMS, *ODD])
def test_a_second_of_the_recording_is_that_second(wholes: dict[str, Samples], form: str) -> None:
    """Against the sound that was recorded; a bare AAC stream can't say that its encoder came 1,024 samples late."""
    ours, theirs = wholes[form][0, 5 * RATE : 6 * RATE], _sound(RATE)[0]
    late = 1024 if form == "aac" else 0
    likest = max(range(late - 3, late + 4), key=lambda by: float(ours @ theirs[5 * RATE - by : 6 * RATE - by]))
    error = ours - theirs[5 * RATE - likest : 6 * RATE - likest]
    assert abs(likest - late) <= (form == "odder")
    assert np.square(error).mean() < 0.1 * np.square(ours).mean()


def test_gsm_and_vorbis_sound_where_they_should() -> None:
    """Half a second of silence, then the tone."""
    for name in ("gsm610.wav", "vorbis.ogg"):
        sound = read(HERE / name, start=0, end=2)[0]
        assert np.abs(sound[: round(0.48 * RATE)]).max() < 0.01
        assert np.abs(np.fft.rfft(sound[round(0.5 * RATE) : RATE])).argmax() == 220


def test_beyond_the_end_there_is_nothing(tmp_path: Path) -> None:
    path = saved(tmp_path / "call.wav", tone(2))
    assert read(path, start=1.5, end=9).shape == (1, RATE // 2)
    assert read(path, start=8, end=9).shape == read(path, start=1, end=1).shape == (1, 0)
    with pytest.raises(ValueError, match="0 <= start <= end, got 2 and 1"):
        read(path, start=2, end=1)


def test_a_stretch_needs_its_own_memory_alone(tmp_path: Path) -> None:
    """What is before it is passed over, not decoded."""
    path = saved(tmp_path / "call.flac", speechlike(60, rate=16_000), "flac")
    with opened(path) as sound:
        at, _ = next(sound.blocks(50 * 16_000))
    assert 48 * 16_000 < at <= 49 * 16_000


def test_where_a_seek_lands_late_all_of_it_is_read(
    recordings: dict[str, Path], wholes: dict[str, Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise LateError

    monkeypatch.setattr(Sound, "_from", late)
    assert np.array_equal(read(recordings["mp3"], start=7, end=8), wholes["mp3"][:, 7 * RATE : 8 * RATE])


def test_a_seek_that_is_not_possible_is_late(recordings: dict[str, Path]) -> None:
    """Behind the end nothing is found: the stretch is read from the beginning, and is empty."""
    assert read(recordings["mp3"], start=500, end=501).shape == (2, 0)


def test_a_missing_part_is_silence_of_its_length(tmp_path: Path) -> None:
    """What comes after it keeps its time, as the recorder's clock has it."""
    path = tmp_path / "holed.webm"
    with av.open(BytesIO(recorded(tone(4, rate=48_000), "webm"))) as whole, av.open(str(path), "w") as holed:
        stream = holed.add_stream_from_template(whole.streams.audio[0])
        for packet in whole.demux(whole.streams.audio[0]):
            if packet.pts is not None and not 1000 <= packet.pts < 2500:
                packet.stream = stream
                holed.mux(packet)
    sound = read(path, start=0, end=9)[0]
    assert sound.size == pytest.approx(4 * RATE, abs=RATE // 50)
    assert np.abs(sound[round(1.1 * RATE) : round(2.4 * RATE)]).max() == 0
    assert np.abs(sound[round(2.6 * RATE) :]).max() > 0.2


def test_it_is_the_same_in_one_stream(recordings: dict[str, Path], wholes: dict[str, Samples]) -> None:
    for form in ("wav", "mp3", "webm", "odd"):
        with opened(recordings[form]) as sound:
            assert np.array_equal(np.concatenate([*streamed(sound)], axis=1), wholes[form])


def test_a_form_that_changes_on_the_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.mp3"
    path.write_bytes(recorded(tone(3, rate=44_100), "mp3") + recorded(tone(3, rate=8000), "mp3-8k"))
    with pytest.raises(BadRecordingError, match="change on the way"):
        read(path, start=0, end=10)


def test_no_other_file_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where a demuxer that names files got hold of one, as none of ours does."""
    saved(tmp_path / "other.wav", tone(2))
    path = tmp_path / "call.wav"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{tmp_path}/other.wav\n#EXT-X-ENDLIST\n")
    monkeypatch.setattr(decode, "recognise", lambda _: Kind("hls", "hls", (".m3u8",)))
    with pytest.raises(BadRecordingError):
        read(path, start=0, end=1)
    monkeypatch.setattr(decode, "recognise", lambda _: Kind("concat", "concat", (".txt",)))
    path.write_text("ffconcat version 1.0\nfile other.wav\n")
    with pytest.raises(BadRecordingError):
        read(path, start=0, end=1)


def test_a_full_disk_is_no_damage(tmp_path: Path) -> None:
    """What goes wrong where the sound is used is not blamed on the recording."""
    path = saved(tmp_path / "call.wav", tone(2))
    with pytest.raises(av.FFmpegError, match="full"), opened(path):
        raise av.FFmpegError(28, "full")
