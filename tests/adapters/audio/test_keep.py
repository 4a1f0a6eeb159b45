"""Recordings lie under their own hash, whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import pytest

from coachloop.adapters.audio.check import Facts, Limits, check
from coachloop.adapters.audio.keep import PART, keep, written
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.adapters.media import Folder
from coachloop.core.model.media import recording
from sounds import saved, tone

KILLED = """
import os, signal, sys
from pathlib import Path
from coachloop.adapters.audio.keep import written
with written(Path(sys.argv[1])) as part:
    part.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return saved(tmp_path / "call.wav", tone(1))


@pytest.fixture
def facts(call: Path) -> Facts:
    return check(call, limits=Limits(bytes=1_000_000, seconds=60))


def test_it_is_kept_once_under_its_hash(call: Path, facts: Facts, tmp_path: Path) -> None:
    media = Folder(tmp_path / "media")
    place = media.root / keep(call, media, facts)
    assert place == tmp_path / "media" / "audio" / facts.sha256[:2] / f"{facts.sha256}.wav"
    assert place.read_bytes() == call.read_bytes()
    os.utime(place, (0, 0))
    written = place.stat().st_ino
    call.unlink()
    assert media.root / keep(call, media, facts) == place  # it need not even be read again
    assert (place.stat().st_ino, len([*place.parent.iterdir()])) == (written, 1)
    assert place.stat().st_mtime > 0  # it is wanted anew


def test_what_changed_since_it_was_checked_is_not_kept(call: Path, facts: Facts, tmp_path: Path) -> None:
    saved(call, tone(1, hertz=300))
    with pytest.raises(BadRecordingError, match="changed while it was being read"):
        keep(call, Folder(tmp_path / "media"), facts)
    assert [*(tmp_path / "media" / recording(facts.sha256, ".wav")).parent.iterdir()] == []


def test_what_is_only_half_there_is_written_again(call: Path, facts: Facts, tmp_path: Path) -> None:
    """As a disk may leave it that lost power."""
    place = tmp_path / "media" / recording(facts.sha256, facts.suffix)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half")
    keep(call, Folder(tmp_path / "media"), facts)
    assert place.read_bytes() == call.read_bytes()


def test_killed_while_writing_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    to = tmp_path / "ab" / "call.wav"
    done = subprocess.run([sys.executable, "-c", KILLED, str(to)], check=False)  # noqa: S603 -- our own words
    assert done.returncode == -SIGKILL
    assert not to.exists()
    assert [path.suffix for path in to.parent.iterdir()] == [PART]
    with written(to) as part:
        part.write_bytes(b"whole")
    assert to.read_bytes() == b"whole"
