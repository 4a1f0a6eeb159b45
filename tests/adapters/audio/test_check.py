"""What is taken as a recording, what is said of it, and everything that is refused with its reason."""

import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.adapters.audio.check import Facts, Limits, check
from coachloop.adapters.audio.kinds import BadRecordingError
from sounds import FORMS, recorded, saved, speechlike, tone

HERE = Path(__file__).parent
"""`gsm610.wav` and `vorbis.ogg` were written with soundfile 0.14: half a second of silence, then half one of 440 Hz at 8 kHz."""
LIMITS = Limits(bytes=20_000_000, seconds=3600)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "call"


def of(path: Path, content: bytes) -> Facts:
    path.write_bytes(content)
    return check(path, limits=LIMITS)


def wav(data: bytes = bytes(16_000), *, claimed: int | None = None, rate: int = 8000, channels: int = 1) -> bytes:
    """A wav of 16 bits whose header says what it is told to."""
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2 % 2**32, channels * 2, 16)
    claim = struct.pack("<I", len(data) if claimed is None else claimed)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form + b"data" + claim + data


def film(*, sound: bool) -> bytes:
    """Two seconds of black, with or without a voice."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as out:
        picture = out.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p")
        voice = out.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for _ in range(20):
            out.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(picture.encode(None))
        for at in range(0, 32_000, 1024) if voice else ():
            frame = av.AudioFrame.from_ndarray(speechlike(0.064, rate=16_000), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, at
            out.mux(voice.encode(frame))
        out.mux(voice.encode(None) if voice else [])
    return file.getvalue()


def zipped(*, password: bool = False) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("call.wav", recorded(tone(1)))
    content = bytearray(file.getvalue())
    content[6] |= password
    return bytes(content)


@pytest.mark.parametrize("form", FORMS)
def test_whatever_a_recorder_writes_is_taken(form: str, file: Path) -> None:
    rate = FORMS[form][2]
    facts = of(file, recorded(speechlike(3, rate=rate, channels=2), form))
    assert (facts.channels, facts.sample_rate, facts.notes, facts.silent) == (2, rate, (), ())
    assert facts.seconds == pytest.approx(3, abs=0.12)  # AAC and ADPCM fill their last block
    assert facts.size == file.stat().st_size


@pytest.mark.parametrize("name", ["gsm610.wav", "vorbis.ogg"])
def test_what_only_others_write_is_taken_too(name: str) -> None:
    facts = check(HERE / name, limits=LIMITS)
    assert (facts.suffix, facts.seconds, facts.notes) == (Path(name).suffix, pytest.approx(1, abs=0.04), ())


def test_gsm_without_a_header_is_known_by_its_frames(file: Path) -> None:
    """As Asterisk writes it: 33 bytes for every 20 ms."""
    assert (of(file, (b"\xd2" + bytes(32)) * 50).suffix, check(file, limits=LIMITS).seconds) == (".gsm", 1.0)


def test_the_content_says_what_a_file_is(tmp_path: Path) -> None:
    facts = check(saved(tmp_path / "call.mp3", tone(1)), limits=LIMITS)
    assert (facts.container, facts.suffix, facts.notes) == ("wav", ".wav", ("named .mp3, it is wav",))
    assert check(saved(tmp_path / "CALL.WAV", tone(1)), limits=LIMITS).notes == ()


def test_a_cover_picture_is_no_film(file: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(70_000)
    frame = b"APIC" + struct.pack(">I", len(picture) + 14) + b"\0\0" + b"\0image/png\0\3\0\0" + picture
    size = len(frame)
    tag = b"ID3\3\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + frame
    assert of(file, tag + recorded(tone(1, rate=44_100), "mp3")).container == "mp3"


def test_the_sound_of_a_film_is_taken(file: Path) -> None:
    assert of(file, film(sound=True)).codec == "aac"


REFUSED = {
    "empty": (b"", "the file is empty"),
    "zeros": (bytes(1000), "nothing but zeros"),
    "text": (b"Agent: good morning\n" * 20, "a text"),
    "text of windows": ("Agent: good morning".encode("utf-16"), "a text"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "a picture"),
    "photo": (b"\x00\x00\x00\x20ftypheic" + bytes(100), "a picture"),
    "document": (b"%PDF-1.7\n" + bytes(100), "a PDF"),
    "zip": (zipped(), "a zip archive: unpack"),
    "archive": (b"\x1f\x8b\x08" + bytes(100), "an archive: unpack"),
    "zip with a password": (zipped(password=True), "encrypted .*password.*: decrypt"),
    "pgp": (b"-----BEGIN PGP MESSAGE-----\n", "encrypted"),
    "playlist": (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "a playlist"),
    "list of files": (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
    "manifest": (b'<?xml version="1.0"?><MPD><BaseURL>http://x/</BaseURL></MPD>', "a playlist"),
    "windows media": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(100), "not taken: convert"),
    "other video": (b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(100), "video that is not taken: export"),
    "random": (np.random.default_rng(1).bytes(50_000), "not a kind of sound that is known"),
    "film": (film(sound=False), "a video without sound"),
    "header": (wav(b""), "cut off before any sound"),
    "half a header": (wav()[:30], "cut off before any sound"),
    "header of ten hours": (wav(bytes(1000), claimed=576_000_000), "0.062 s of sound, though its header says 600:00"),
    "tags and tags": (b"ID3\4\0\0\0\0\0\0" * 20_000, "not a kind of sound"),
    "click": (wav(bytes(1000)), "at least 0.5 s"),
    "m4a without its index": (recorded(tone(2, rate=44_100), "m4a")[:9000], "cut off before any sound"),
    "copy protection": (recorded(tone(1, rate=44_100), "m4a").replace(b"mp4a", b"drms"), "encrypted"),
    "rate": (wav(rate=1_000_000), r"sample rate must be in \[4000, 192000\] Hz, got 1000000"),
    "no rate": (wav(rate=0), "damaged"),
    "surround": (recorded(speechlike(1, channels=6)), "6 channels: mono or stereo"),
    "64 channels": (wav(channels=64), "64 channels"),
    "no channel": (wav(channels=0), "damaged"),
    "unknown coding": (wav().replace(b"\x10\0\0\0\1\0", b"\x10\0\0\0\x34\x12"), "coded in a way that is not taken"),
    "two in one": (recorded(tone(2, rate=48_000), "opus") * 2, "clock jumps back after 2 s"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_recording_is_refused_with_the_reason(what: str, file: Path) -> None:
    content, reason = REFUSED[what]
    with pytest.raises(BadRecordingError, match=reason):
        of(file, content)


def test_two_tracks_are_refused(file: Path) -> None:
    """One of them would be the customer, unheard."""
    with av.open(str(file), "w", format="matroska") as out:
        for stream in [out.add_stream("pcm_s16le", rate=8000, layout="mono") for _ in range(2)]:
            frame = av.AudioFrame.from_ndarray((tone(1) * 32_767).astype(np.int16), format="s16", layout="mono")
            frame.sample_rate = 8000
            out.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(BadRecordingError, match="2 sound tracks"):
        check(file, limits=LIMITS)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecordingError, match="not a file"):
        check(tmp_path, limits=LIMITS)
    with pytest.raises(BadRecordingError, match="no such file"):
        check(tmp_path / "call.wav", limits=LIMITS)


def test_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    long = saved(tmp_path / "long.wav", tone(3))
    with pytest.raises(BadRecordingError, match="0 MB, and at most 0 are taken"):
        check(long, limits=Limits(bytes=40_000, seconds=3600))


def test_a_small_file_of_hours_stops_at_the_limit(tmp_path: Path) -> None:
    """A flac of silence is four hundred times smaller than its sound: decoding ends where a recording may end."""
    bomb = saved(tmp_path / "bomb.flac", np.zeros((1, 16_000 * 120), np.float32), "flac")
    assert bomb.stat().st_size < 16_000 * 120 * 2 / 100
    with pytest.raises(BadRecordingError, match=r"longer than 0\.0166\d+ hours"):
        check(bomb, limits=Limits(bytes=20_000_000, seconds=60))


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "webm"])
def test_what_was_cut_off_is_taken_as_far_as_it_goes(form: str, file: Path) -> None:
    whole = recorded(speechlike(6, rate=FORMS[form][2]), form)
    facts = of(file, whole[: len(whole) // 2])
    assert 2 < facts.seconds < 4
    assert facts.notes[0].startswith("cut off: 0:0")


def test_an_endless_wav_is_not_cut_off(file: Path) -> None:
    """Who writes while recording does not know how long it will be."""
    assert of(file, wav(claimed=0xFFFF_FFFF)).notes == of(file, wav(claimed=0)).notes == of(file, wav()).notes


def test_damage_is_counted_and_filled_with_silence(file: Path) -> None:
    whole = recorded(speechlike(4, rate=44_100), "mp3")
    facts = of(file, b"".join(whole[at : at + 1000] + bytes(200) for at in range(0, len(whole), 1200)))
    assert any(note.startswith("damaged in ") for note in facts.notes)
    assert any(note.endswith("are missing on the way, silent here") for note in facts.notes)


def test_most_of_it_damaged_is_refused(file: Path) -> None:
    whole = recorded(speechlike(4, rate=16_000), "flac")
    frames = whole.split(b"\xff\xf8")
    broken = b"\xff\xf8".join([*frames[:9], *(part[:8] + bytes(len(part[8:])) for part in frames[9:])])
    with pytest.raises(BadRecordingError, match="most of it is damaged"):
        of(file, broken)


def heard(file: Path, *channels: np.ndarray) -> Facts:
    return check(saved(file, np.concatenate(channels)), limits=LIMITS)


def test_what_somebody_should_know_is_noted(file: Path) -> None:
    """Silence is no reason to refuse: the call took place, and the recorder wants looking at."""
    voice, nothing = speechlike(2), np.zeros((1, 16_000), np.float32)
    assert heard(file, nothing).notes == ("nobody is heard in it: it is silent",)
    assert heard(file, nothing, nothing).silent == (1, 2)
    assert (heard(file, voice, nothing).notes, heard(file, voice, nothing).silent) == (("channel 2 is silent",), (2,))
    assert heard(file, voice, voice / 100).notes == ("channel 2 is very quiet",)
    assert heard(file, voice, speechlike(2, seed=9)).notes == ()
    assert heard(file, voice, voice).alike
    assert heard(file, np.clip(voice * 9, -1, 1)).notes[0].startswith("channel 1 is clipped: ")


def test_nonsense_in_floating_point_does_no_harm(file: Path) -> None:
    with av.open(str(file), "w", format="wav") as out:
        stream = out.add_stream("pcm_f32le", rate=8000, layout="mono")
        for value in (np.nan, np.inf, 1e30):
            frame = av.AudioFrame.from_ndarray(np.full((1, 4000), value, np.float32), format="flt", layout="mono")
            frame.sample_rate = 8000
            out.mux(stream.encode(frame))
    assert check(file, limits=LIMITS).notes == ("channel 1 is clipped: 66.7% of it is too loud",)


WHOLE = {
    form: recorded(speechlike(1, rate=FORMS[form][2]), form) for form in ("wav", "mp3", "flac", "opus", "m4a", "webm")
}


@settings(max_examples=40, deadline=None)
@given(form=st.sampled_from(sorted(WHOLE)), where=st.floats(0, 1), junk=st.binary(max_size=40), cut=st.booleans())
def test_damage_anywhere_gives_facts_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, *, form: str, where: float, junk: bytes, cut: bool
) -> None:
    whole = WHOLE[form]
    at = int(where * len(whole))
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(whole[:at] + junk + (b"" if cut else whole[at + len(junk) :]))
    try:
        facts = check(file, limits=LIMITS)
    except BadRecordingError:
        return
    assert 0 < facts.seconds <= LIMITS.seconds


def test_nothing_heavy_is_imported_to_start_a_command() -> None:
    code = "import sys, coachloop.adapters.audio.check, coachloop.adapters.audio.keep; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 -- our own words
