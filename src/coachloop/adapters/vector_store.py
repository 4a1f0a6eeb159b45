"""Vectors on disk, by a hash of their text."""

import logging
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import lmdb

_log = logging.getLogger(__name__)


class VectorStore:
    """Bytes by key on disk, apart for each encoder; whatever goes wrong with it costs time and nothing else."""

    def __init__(self, folder: Path, *, limit: int) -> None:
        """Name the folder; it is made when something is kept.

        Args:
            folder: the store's own.
            limit: bytes it may take.
        """
        self._folder, self._limit, self._lost = folder.absolute(), limit, False

    def read(self, name: str, keys: Sequence[bytes], *, length: int) -> dict[bytes, bytes]:
        """What is there under these keys, of this length, and whole."""
        return self._try(lambda: self._read(name, keys, length)) or {}

    def write(self, name: str, values: dict[bytes, bytes]) -> None:
        """Keep values, all or none."""
        self._try(lambda: self._write(name, values))

    def delete(self, keys: Sequence[bytes]) -> None:
        """Remove keys of every encoder; where that can't be done, everything."""
        if self._folder.is_dir():
            self._try(lambda: self._delete(keys))

    def _read(self, name: str, keys: Sequence[bytes], length: int) -> dict[bytes, bytes]:
        opened = _open(self._folder, self._limit)
        with opened.environment.begin(db=opened.database(name.encode())) as transaction:
            found = transaction.cursor().getmulti(sorted(keys))
        return {key: value[:-4] for key, value in found if len(value) == length + 4 and _is_whole(value)}

    def _write(self, name: str, values: dict[bytes, bytes]) -> None:
        opened = _open(self._folder, self._limit)
        items = [(key, value + crc32(value).to_bytes(4, "little")) for key, value in sorted(values.items())]
        database = opened.database(name.encode())
        with _writing, opened.environment.begin(db=database, write=True) as transaction:
            transaction.cursor().putmulti(items)

    def _delete(self, keys: Sequence[bytes]) -> None:
        opened = _open(self._folder, self._limit)
        with opened.environment.begin() as transaction:
            names = list(transaction.cursor().iternext(values=False))
        databases = [opened.database(name) for name in names]
        with _writing, opened.environment.begin(write=True) as transaction:
            for database in databases:
                for key in keys:
                    transaction.delete(key, db=database)

    def _try[T](self, act: Callable[[], T]) -> T | None:
        import lmdb  # noqa: PLC0415 -- only who encodes pays for loading it

        if self._lost:
            return None
        try:
            return act()
        except (lmdb.Error, OSError) as error:
            self._lost = not drop(self._folder)
            then = "can't be used" if self._lost else "is begun anew"
            _log.warning("the cache of embeddings in %s %s: %s", self._folder, then, error)
            return None


def drop(folder: Path) -> bool:
    """Begin anew; whoever reads the old one at this moment, here or in another process, keeps it until he is done.

    Returns:
        Whether the folder is out of the way.
    """
    aside = folder.with_name(f".{folder.name}-{token_hex(4)}")
    with _opening:
        try:
            folder.replace(aside)
        except OSError:
            return not folder.exists()
        _opened.pop(folder, None)  # never closed here: another thread may be in it
    shutil.rmtree(aside, ignore_errors=True)
    return True


def _is_whole(value: bytes) -> bool:
    return crc32(value[:-4]) == int.from_bytes(value[-4:], "little")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A folder's environment in this process, and the databases in it that were used."""

    process: int
    environment: "lmdb.Environment"
    databases: "dict[bytes, lmdb._Database]" = field(default_factory=dict)

    def database(self, name: bytes) -> "lmdb._Database":
        """An encoder's own; opening it the first time writes."""
        if name not in self.databases:
            with _writing:
                self.databases[name] = self.environment.open_db(name)
        return self.databases[name]


_opened: dict[Path, _Opened] = {}
_opening = Lock()
_writing = Lock()
"""One writer at a time: LMDB makes a second one of this process wait without letting the first go on."""


def _open(folder: Path, limit: int) -> _Opened:
    """The folder's one environment in this process: LMDB allows no second, nor one that came through a fork."""
    import lmdb  # noqa: PLC0415 -- only who encodes pays for loading it

    with _opening:
        known = _opened.get(folder)
        if known is not None and known.process == os.getpid():
            return known
        if known is not None:
            known.environment.close()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        environment = lmdb.open(str(folder), map_size=limit, max_dbs=64, max_readers=512, metasync=False, mode=0o600)
        _fill(folder / "data.mdb", (environment.info()["last_pgno"] + 1) * environment.stat()["psize"])
        _opened[folder] = _Opened(os.getpid(), environment)
        return _opened[folder]


def _fill(path: Path, size: int) -> None:
    """Give a file that was cut off its length back: LMDB takes zeros for damage, where a missing page would end the process."""
    if path.stat().st_size < size and hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, size)
