"""Backups in a folder: one folder each, with the database and a manifest, and beside them the files of media, each kept once for all.

A backup is made under a name with a dot, and gets its own when it is whole and on the disk: what is there by name can be restored.
Links are followed neither in the folder of backups nor in that of media: who puts one there gets nothing read, written or deleted elsewhere.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from coachloop.adapters.media import Folder
from coachloop.core.model.media import Media

MANIFEST, FILES, KEY = "manifest.json", "files", "secret_key"
NOT_KEPT = ("incoming/", "uploads/")
"""Folders of media whose files are on their way in: whoever sends them sends them again."""

BLOCK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
Progress = Callable[[int], None]


class BackupError(Exception):
    """It can't be done; the message says why, and the way out."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of media: its name, and what is in it."""

    name: str
    size: int
    sha256: str
    modified: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is, and what is in it. `settings` are names of what was set, never values; `key` is a mark of the secret key.

    `encrypted_with` are marks of the site's keys without which nobody reads the words in it; the keys are in no backup.
    """

    made_at: str
    version: str
    vendor: str
    database: str
    size: int
    sha256: str
    migrations: list[str]
    tables: dict[str, int]
    settings: list[str]
    key: str
    media: list[Kept] = field(default_factory=list)
    encrypted_with: list[str] = field(default_factory=list)

    @property
    def media_bytes(self) -> int:
        """What the files of media are together."""
        return sum(one.size for one in self.media)


@contextmanager
def making(folder: Path, now: datetime) -> Iterator[Path]:
    """A place for a new backup, one at a time; named when all went well, gone else."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        must_lie_in(folder, folder / FILES)
        (folder / FILES).mkdir(mode=0o700, exist_ok=True)
        for left in (*folder.glob(".part-*"), *_contents(folder, ".part-*")):
            _drop(left)
        part = folder / f".part-{now:%Y-%m-%dT%H%M%SZ}"
        part.mkdir(mode=0o700)
        try:
            yield part
            whole = folder / part.name.removeprefix(".part-")
            _to_disk(part)
            part.rename(whole)
            _to_disk(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else adds to the folder or takes away: a file that no whole backup has yet may belong to one that is being made."""
    must_lie_in(folder, folder / ".lock")
    with (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupError(
                f"another backup is being made in {folder}; wait for it, or choose another folder"
            ) from error
        yield


def must_lie_in(folder: Path, *paths: Path) -> None:
    """Refuse what leads elsewhere by a link.

    Raises:
        BackupError: it does.
    """
    for path in paths:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"{path} is a link that leads elsewhere: nothing is read or written there; take it away")


def _contents(folder: Path, name: str) -> Iterator[Path]:
    """What is kept of media by such names, in folders that are no links."""
    for inner in (folder / FILES).glob("*"):
        if not inner.is_symlink():
            yield from inner.glob(name)


def _drop(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def write_manifest(part: Path, manifest: Manifest) -> None:
    """The last file of a backup."""
    with (part / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def manifest_of(backup: Path) -> Manifest:
    """What a backup says of itself."""
    must_lie_in(backup.parent, backup / MANIFEST, backup / KEY)
    try:
        found = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        manifest = _inside(Manifest(**{**found, "media": [Kept(**one) for one in found["media"]]}))
    except FileNotFoundError as error:
        raise BackupError(f"{backup} is no backup: there is no {MANIFEST} in it") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackupError(f"{backup / MANIFEST} can't be read; take another backup") from error
    must_lie_in(backup.parent, backup / manifest.database)
    return manifest


def _inside(manifest: Manifest) -> Manifest:
    """The same, if nothing in it leads out of a backup's folder or of the place of media: whoever changed it may have wanted that."""
    names = [manifest.database, *(one.name for one in manifest.media)]
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\0" in name for name in names):
        raise ValueError("a name leads elsewhere")
    if not all(_SHA256.fullmatch(one.sha256) for one in manifest.media) or "/" in manifest.database:
        raise ValueError("a name leads elsewhere")
    return manifest


def backups_in(folder: Path) -> list[Path]:
    """The whole ones, oldest first."""
    return sorted(path.parent for path in folder.glob(f"[!.]*/{MANIFEST}"))


def chosen(path: Path) -> Path:
    """The backup that is meant: this one, or the newest of a folder of them."""
    if (path / MANIFEST).is_file():
        return path
    found = backups_in(path)
    if not found:
        raise BackupError(f"there is no backup in {path}")
    return found[-1]


def keep_media(media: Media, folder: Path, progress: Progress = lambda _: None) -> list[Kept]:
    """Copy the files that are not kept yet; what is the same as at the last backup is not read again."""
    known = {one.name: one for path in backups_in(folder)[-1:] for one in manifest_of(path).media}
    kept = []
    for lies in media.lying(""):
        name, before = str(lies.name), known.get(str(lies.name))
        if name.startswith(NOT_KEPT):
            continue
        same = before is not None and (before.size, before.modified) == (lies.size, lies.modified_at.isoformat())
        if not (before and same and _is_plain(place_of(folder, before.sha256))):
            with suppress(FileNotFoundError):  # deleted since the database was copied: so it is not wanted back
                sha256, size = _copy(media.read(lies.name), folder)
                kept.append(Kept(name, size, sha256, lies.modified_at.isoformat()))
        elif before:
            kept.append(before)
        progress(len(kept))
    return kept


def place_of(folder: Path, sha256: str) -> Path:
    """Where the content with this hash is kept."""
    return folder / FILES / sha256[:2] / sha256


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _copy(blocks: Iterator[bytes], folder: Path) -> tuple[str, int]:
    part = folder / FILES / "in" / f".part-{os.getpid()}"
    must_lie_in(folder, part)
    part.parent.mkdir(parents=True, exist_ok=True)
    seen, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        for block in blocks:
            seen.update(block)
            size += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    target = place_of(folder, seen.hexdigest())
    must_lie_in(folder, target.parent)
    target.parent.mkdir(exist_ok=True)
    part.replace(target)
    return seen.hexdigest(), size


def put_media(folder: Path, manifest: Manifest, media: Media, *, progress: Progress = lambda _: None) -> None:
    """Every file of a backup back to where it lay; one that lies there in the same size stays."""
    there = {str(lies.name): lies.size for lies in media.lying("")}
    for number, one in enumerate(manifest.media, 1):
        name, source = PurePosixPath(one.name), place_of(folder, one.sha256)
        if there.get(one.name) != one.size:
            must_lie_in(folder, source)
            with media.making(name) as path:
                if isinstance(media, Folder):
                    must_lie_in(media.root, path.parent)
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f".{path.name}.part")
                part.unlink(missing_ok=True)
                shutil.copyfile(source, part)
                part.replace(path)
        progress(number)


def forget_others(manifest: Manifest, media: Media) -> int:
    """Delete files that a backup does not have; how many."""
    kept = {one.name for one in manifest.media}
    others = [one.name for one in media.lying("") if str(one.name) not in kept]
    media.remove(*others)
    return len(others)


def prune(folder: Path, keep: int) -> int:
    """Delete all backups but the newest so many, and the files that none of these has; how many went."""
    with _alone(folder):
        old = backups_in(folder)[:-keep]
        for backup in old:
            gone = backup.with_name(f".part-{backup.name}")  # from now on it is no backup, whatever happens
            backup.rename(gone)
            _drop(gone)
        wanted = {one.sha256 for backup in backups_in(folder) for one in manifest_of(backup).media}
        for path in _contents(folder, "*"):
            if path.name not in wanted:
                path.unlink()
        return len(old)


def wrong_files(folder: Path, backup: Path, progress: Progress = lambda _: None) -> list[str]:
    """What is not as the manifest says: the database and every file of media, read whole."""
    manifest, wrong = manifest_of(backup), []
    if sha256_of(backup / manifest.database) != manifest.sha256:
        wrong.append(f"{manifest.database} is not what was written")
    for number, one in enumerate(manifest.media, 1):
        must_lie_in(folder, place_of(folder, one.sha256))
        if sha256_of(place_of(folder, one.sha256)) != one.sha256:
            wrong.append(f"media {one.name} is missing or not what was written")
        progress(number)
    return wrong


def sha256_of(path: Path) -> str:
    """Of a file's content; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(folder: Path) -> None:
    """So that a name outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
