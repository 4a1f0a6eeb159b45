"""The files of a site's recordings: how they are named, the same wherever they lie, and what a place for them must do."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

AUDIO, BROWSER, CLIPS = "audio", "browser", "clips"
"""Recordings as they came in, what a browser plays of them, and clips that were cut."""

COPY, PEAKS = ".m4a", ".peaks"

type Name = PurePosixPath
"""A file's name, from the root of all media."""


def recording(sha256: str, suffix: str) -> Name:
    """A recording as it came in."""
    return PurePosixPath(AUDIO, sha256[:2], f"{sha256}{suffix}")


def browser_copy(sha256: str, copied: str) -> Name:
    """What a browser plays of it; its peaks lie beside it under `.peaks`."""
    return PurePosixPath(BROWSER, sha256[:2], copied)


def clip(clip_id: int, digest: str) -> Name:
    """A clip that was cut; `digest` names what is heard in it."""
    return PurePosixPath(CLIPS, f"{clip_id}-{digest}{COPY}")


class MediaUnavailableError(OSError):
    """The place where media lie does not answer now; later it may."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that is there."""

    name: Name
    size: int
    modified_at: datetime


class Media(Protocol):
    """A place for media. Every file is there whole or not at all, and what is done twice is done once.

    Each method may raise `MediaUnavailableError`.
    """

    def size(self, name: Name) -> int | None:
        """How many bytes it has; None where it is not there."""

    def seems_there(self, name: Name) -> bool:
        """Whether it is there, as far as that can be said without asking another machine: where it can't, it is taken to be."""

    def read(self, name: Name, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Its bytes from `start` up to `stop`, block by block; nothing is kept.

        Raises:
            FileNotFoundError: it is not there.
        """

    def file(self, name: Name, *, again: bool = False) -> AbstractContextManager[Path]:
        """It as a file that can be read while the block lasts; with `again` it may be wanted soon once more.

        Raises:
            FileNotFoundError: it is not there.
        """

    def making(self, name: Name, *beside: Name) -> AbstractContextManager[Path]:
        """Where to write it, whole or not at all, and in the same folder what lies beside it.

        It is in its place when the block has ended, and what is beside it before it is.
        """

    def renew(self, name: Name) -> bool:
        """Note that it is wanted anew, for whoever deletes what lies here for long; False where it has to be put once more."""

    def remove(self, *names: Name) -> None:
        """Delete them; what is not there is left out."""

    def lying(self, folder: str) -> Iterator[Lying]:
        """All files whose names begin with this folder, those that are still being written too: their names begin with a dot."""

    def tidy(self) -> None:
        """Forget what is kept here of files that lie elsewhere, as far as it is too old or too much."""
