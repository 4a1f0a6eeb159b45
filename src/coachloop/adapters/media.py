"""Where the files of recordings lie: in a folder, or in a bucket of an S3-compatible store, under the same names.

A folder may be a network share. A bucket is asked in ranges, so that no file is loaded whole to play a part of it; what must be a file
(to be listened to, or cut) is brought here for as long as that takes, or into a cache with a limit where it will soon be wanted again.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from coachloop.core.model.media import Lying, Media, MediaUnavailableError, Name

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

BLOCK = 64 * 1024
ASKED_AT_ONCE = 1 << 20
"""Bytes of one request to a bucket: a minute of what a browser plays has half of it."""

RENEWED = 12 * 3600.0
"""Seconds: how young a file of a bucket is to count as wanted anew: there is no other way to date one than to put it once more."""

KEPT = 3600.0
"""Seconds: how long a file of a bucket is kept here for whoever wants it again."""

CACHE_BYTES = 10 * 1000**3
"""How much is kept here of a bucket's files; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How to get at a store: the URL with the bucket and what comes before our names, and what its driver is told."""

    url: str
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    endpoint: str = ""

    def options(self) -> dict[str, Any]:
        """For the driver. Without a key it looks for one itself: in the environment, the machine's role."""
        told: dict[str, Any] = {"use_listings_cache": False}
        if self.url.startswith("s3://"):
            patience = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}
            told |= {"config_kwargs": patience, "key": self.key or None, "secret": self.secret or None}
            told |= {"endpoint_url": self.endpoint or None}
        return told


@lru_cache(maxsize=8)
def opened(place: Bucket, home: Path) -> Media:
    """The media of a site: in `home/media` where no place is named, in the folder or the bucket that is named else."""
    if place.url.startswith("/") or not place.url:
        return Folder(Path(place.url) if place.url else home / "media")
    return Remote(place, home / "cache" / "media")


@dataclass(frozen=True, slots=True)
class Folder:
    """Media in a folder of this machine, or one that several share."""

    root: Path

    def size(self, name: Name) -> int | None:
        """See the port."""
        path = self.root / name
        return path.stat().st_size if path.is_file() else None

    def seems_there(self, name: Name) -> bool:
        """See the port."""
        return (self.root / name).is_file()

    def read(self, name: Name, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See the port."""
        with (self.root / name).open("rb") as file:
            left = (os.fstat(file.fileno()).st_size if stop is None else stop) - start
            file.seek(start)
            while left > 0 and (block := file.read(min(BLOCK, left))):
                left -= len(block)
                yield block

    @contextmanager
    def file(self, name: Name, *, again: bool = False) -> Iterator[Path]:
        """See the port."""
        del again
        path = self.root / name
        path.stat()
        yield path

    @contextmanager
    def making(self, name: Name, *beside: Name) -> Iterator[Path]:
        """See the port; whoever writes gives it its name when it is whole."""
        del beside
        yield self.root / name

    def renew(self, name: Name) -> bool:
        """See the port."""
        with suppress(FileNotFoundError):
            os.utime(self.root / name)
            return True
        return False

    def remove(self, *names: Name) -> None:
        """See the port."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)

    def lying(self, folder: str) -> Iterator[Lying]:
        """See the port."""
        for path in sorted((self.root / folder).rglob("*")):
            with suppress(FileNotFoundError):
                told = path.lstat()
                if S_ISREG(told.st_mode):  # a link might lead out of the folder
                    name = PurePosixPath(path.relative_to(self.root))
                    yield Lying(name, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))

    def tidy(self) -> None:
        """Nothing is kept twice here."""


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever goes wrong on the way to a bucket may be well later, unless it says that there is no such file."""
    try:
        yield
    except (FileNotFoundError, MediaUnavailableError):
        raise
    except Exception as error:
        raise MediaUnavailableError(f"the storage of recordings does not answer ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class Remote:
    """Media in a bucket; `cache` is a folder of this machine."""

    place: Bucket
    cache: Path

    def _driver(self) -> "AbstractFileSystem":
        import fsspec  # noqa: PLC0415 -- only a site with a bucket needs it

        return fsspec.filesystem(self.place.url.partition("://")[0], **self.place.options())

    def _address(self, name: Name | str) -> str:
        return f"{self.place.url.partition('://')[2].rstrip('/')}/{name}"

    def size(self, name: Name) -> int | None:
        """See the port."""
        told = self._told(name)
        return int(told["size"]) if told else None

    def seems_there(self, name: Name) -> bool:
        """See the port."""
        del name
        return True

    def _told(self, name: Name) -> dict[str, Any]:
        try:
            with _answering():
                told: dict[str, Any] = self._driver().info(self._address(name))
        except FileNotFoundError:
            return {}
        return told if told["type"] == "file" else {}

    def read(self, name: Name, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """See the port; block by block, each asked for by itself, so that a connection that breaks costs one request."""
        end = self._size_of(name) if stop is None else stop
        for first in range(start, end, ASKED_AT_ONCE):
            with _answering():
                block = self._driver().cat_file(self._address(name), start=first, end=min(first + ASKED_AT_ONCE, end))
            yield bytes(block)

    def _size_of(self, name: Name) -> int:
        size = self.size(name)
        if size is None:
            raise FileNotFoundError(str(name))
        return size

    @contextmanager
    def file(self, name: Name, *, again: bool = False) -> Iterator[Path]:
        """See the port. Whether it is still there is asked at every use, so that nothing deleted is worked with."""
        size, kept = self._size_of(name), self.cache / name
        with self._beside() as folder:
            path = folder / name.name
            with suppress(FileNotFoundError):
                path.hardlink_to(kept)  # so it stays while we use it, whoever makes room meanwhile
            if not path.is_file() or path.stat().st_size != size:
                self.tidy()
                path.unlink(missing_ok=True)
                with path.open("wb") as file:
                    file.writelines(self.read(name, 0, size))
            if again:
                self._keep(path, kept)
            yield path

    def _keep(self, path: Path, kept: Path) -> None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.utime(path)
        if not kept.is_file():
            with suppress(FileExistsError):
                kept.hardlink_to(path)

    @contextmanager
    def _beside(self) -> Iterator[Path]:
        self.cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".", dir=self.cache) as folder:
            yield Path(folder)

    @contextmanager
    def making(self, name: Name, *beside: Name) -> Iterator[Path]:
        """See the port. A bucket shows an object only when all of it is there."""
        with self._beside() as folder:
            yield folder / name.name
            for one in (*beside, name):
                path = folder / one.name
                if path.is_file():
                    with _answering():
                        self._driver().put_file(str(path), self._address(one))

    def renew(self, name: Name) -> bool:
        """See the port."""
        told = self._told(name)
        return bool(told) and _modified(told).timestamp() > time.time() - RENEWED

    def remove(self, *names: Name) -> None:
        """See the port; what is kept of them here goes too."""
        for name in names:
            (self.cache / name).unlink(missing_ok=True)
            with suppress(FileNotFoundError), _answering():
                self._driver().rm_file(self._address(name))

    def lying(self, folder: str) -> Iterator[Lying]:
        """See the port."""
        root = self._address("")
        with _answering():
            found = self._driver().find(self._address(folder), detail=True)
        for address, told in sorted(found.items()):
            yield Lying(PurePosixPath(address.removeprefix(root)), int(told["size"]), _modified(told))

    def tidy(self) -> None:
        """See the port. Elsewhere a file may have been deleted meanwhile: so nothing stays for long."""
        left, now = CACHE_BYTES, time.time()
        kept = [path for path in self.cache.glob("[!.]*/**/*") if path.is_file()]
        told = sorted(((_stat(path), path) for path in kept), key=lambda one: one[0], reverse=True)
        for (modified, size), path in told:
            left -= size
            if left < 0 or modified < now - KEPT:
                path.unlink(missing_ok=True)
        for folder in self.cache.glob(".*"):
            if _stat(folder)[0] < now - RENEWED:
                shutil.rmtree(folder, ignore_errors=True)


def _modified(told: dict[str, Any]) -> datetime:
    """When an object was put, as its driver calls it."""
    at = told.get("LastModified") or told.get("created") or told.get("mtime")
    return at if isinstance(at, datetime) else datetime.fromtimestamp(float(at or 0), UTC)


def _stat(path: Path) -> tuple[float, int]:
    """When it was last wanted and its size; nothing where somebody was faster."""
    try:
        told = path.stat()
    except FileNotFoundError:
        return 0.0, 0
    return told.st_mtime, told.st_size
