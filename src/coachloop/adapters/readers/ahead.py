"""Scores of a file, those of a large one read and checked by a process of its own, a little ahead of whoever stores them."""

import fcntl
import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import batched
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from coachloop.adapters.readers.lines import records
from coachloop.core.model.receipt import Refusal
from coachloop.core.model.scores import Score, scores

LARGE = 2_000_000
"""Bytes of a file from which a second process pays."""

PART = 5_000
PARTS_AHEAD = 16
PIPE = 1 << 20
"""Bytes that a pipe may hold without a privilege."""


class ReadingError(RuntimeError):
    """The process that reads ended before the file did."""


def read_scores(path: Path, zone: ZoneInfo) -> Iterator[Score | Refusal]:
    """Every row of CSV, Parquet or JSON Lines as a score, or refused with its place and the reason.

    Raises:
        ReadingError: the process that reads was ended; what came before stands, and the file can be imported again.
    """
    large = path.exists() and path.stat().st_size >= LARGE
    return _from_ahead(path, zone) if large else scores(records(path), zone)


def _from_ahead(path: Path, zone: ZoneInfo) -> Iterator[Score | Refusal]:
    command = [sys.executable, "-m", __name__, str(path), zone.key]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:  # noqa: S603 -- ourselves
        pipe = cast("BinaryIO", reader.stdout)
        _widen(pipe)
        try:
            while part := pickle.load(pipe):  # noqa: S301 -- our own process wrote it
                yield from (Score._make(one) if type(one) is tuple else one for one in part)
        except (EOFError, pickle.UnpicklingError) as error:
            raise ReadingError(f"the process that reads {path} was ended; import the file again") from error
        finally:
            reader.kill()


def _widen(pipe: BinaryIO) -> None:
    """As much as the system lets a pipe hold: each time it is full, two processes wait for each other."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _send(path: Path, zone: ZoneInfo) -> None:
    """Write the scores to standard output in parts, and an empty one at the end; waits once enough are ahead."""
    parts: Queue[tuple[Score | Refusal, ...]] = Queue(PARTS_AHEAD)
    writer = Thread(target=_write, args=(iter(parts.get, ()),), daemon=True)
    writer.start()
    for part in batched(scores(records(path), zone), PART):
        parts.put(part)
    parts.put(())
    writer.join()


def _write(parts: Iterable[tuple[Score | Refusal, ...]]) -> None:
    """Nobody outlives whoever reads the other end, however that one ended."""
    try:
        for part in parts:
            bare = [tuple(one) if isinstance(one, Score) else one for one in part]  # packed in half the time
            sys.stdout.buffer.write(pickle.dumps(bare, pickle.HIGHEST_PROTOCOL))
        sys.stdout.buffer.write(pickle.dumps(()))
        sys.stdout.buffer.flush()
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    _send(Path(sys.argv[1]), ZoneInfo(sys.argv[2]))
