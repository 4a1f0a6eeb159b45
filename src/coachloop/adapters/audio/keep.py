"""Recordings kept under their own SHA-256, and files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from coachloop.adapters.audio.check import Facts
from coachloop.adapters.audio.kinds import BadRecordingError

_PIECE = 1 << 20
PART = ".part"
"""How files end that are being written; one that is there while nothing runs was left by what was killed."""


def keep(path: Path, media: Path, facts: Facts) -> Path:
    """Copy a recording to its place below `media`, where it may be already; returns the place.

    Raises:
        BadRecordingError: it is no longer the file that was checked.
    """
    place = place_of(facts.sha256, facts.suffix, media)
    if place.is_file() and place.stat().st_size == facts.size:
        os.utime(place)  # whoever deletes what lies here for long sees that it is wanted anew
        return place
    with written(place) as part, path.open("rb") as source, part.open("wb") as copy:
        digest = sha256()
        while piece := source.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
        if digest.hexdigest() != facts.sha256:
            raise BadRecordingError(
                "it changed while it was being read: wait until it is written in full, and bring it again"
            )
    return place


def place_of(digest: str, suffix: str, media: Path) -> Path:
    """Where the recording with this SHA-256 is kept."""
    return media / "audio" / digest[:2] / f"{digest}{suffix}"


@contextmanager
def written(to: Path) -> Iterator[Path]:
    """A name to write under: what is there in the end gets its own name only then, and for good.

    Whoever is killed on the way leaves a hidden file that ends in `.part`, and nothing else.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    handle, name = mkstemp(dir=to.parent, prefix=f".{to.name}.", suffix=PART)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _to_disk(part, os.O_RDWR)
        part.chmod(0o640)
        part.replace(to)
        _to_disk(to.parent, os.O_RDONLY | os.O_DIRECTORY)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
