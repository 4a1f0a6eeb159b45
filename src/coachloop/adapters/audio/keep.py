"""Recordings kept under their own SHA-256, and files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from coachloop.adapters.audio.check import Facts
from coachloop.adapters.audio.kinds import BadRecordingError
from coachloop.core.model.media import Media, Name, recording

_PIECE = 1 << 20
PART = ".part"
"""How files end that are being written; one that is there while nothing runs was left by what was killed."""


def keep(path: Path, media: Media, facts: Facts) -> Name:
    """Copy a recording to its place among the media, where it may be already; returns its name there.

    Raises:
        BadRecordingError: it is no longer the file that was checked.
        MediaUnavailableError: the place does not answer.
    """
    name = recording(facts.sha256, facts.suffix)
    if media.size(name) == facts.size and media.renew(name):
        return name
    with (
        media.making(name) as place,
        written(place) as part,
        path.open("rb") as source,
        part.open("wb") as copy,
    ):
        digest = sha256()
        while piece := source.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
        if digest.hexdigest() != facts.sha256:
            raise BadRecordingError(
                "it changed while it was being read: wait until it is written in full, and bring it again"
            )
    return name


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
