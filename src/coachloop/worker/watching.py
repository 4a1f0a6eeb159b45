"""A folder whose recordings and transcripts are taken in: what is done with moves to `taken` or `refused` in it."""

import logging
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from coachloop.adapters.readers.incoming import beside, files_of, lines_of
from coachloop.adapters.readers.recordings import Shelf
from coachloop.app.errors import RefusedError
from coachloop.app.queries.programmes import is_divided, operator
from coachloop.app.services.ingest import ingest
from coachloop.core.model.receipt import Receipt

SETTLED = 60.0
"""Seconds since a file was last written, from which whoever writes it is done."""

TAKEN, REFUSED = "taken", "refused"
_log = logging.getLogger(__name__)


def take_in(folder: Path, shelf: Shelf, *, now: datetime) -> Receipt:
    """Take in what nobody writes to any more, file by file; what is moved already was taken before.

    On a site that is divided into programmes each has a folder of its own in it, called like its key. A file of which any part was refused goes to `refused`, with the reasons in a text beside it.

    Args:
        folder: the one that is watched.
        shelf: where recordings are kept.
        now: when they land.

    Returns:
        The receipts of all files together.
    """
    whole = Receipt()
    for path, others in _settled(folder, now.timestamp()):
        part = _taken(path, folder, shelf, now=now)
        _put_away(path, others, part, folder=folder)
        whole.received += part.received
        whole.accepted += part.accepted
        whole.duplicates += part.duplicates
        whole.refused += part.refused
    return whole


def _taken(path: Path, folder: Path, shelf: Shelf, *, now: datetime) -> Receipt:
    """Where the site is divided into programmes, a file is of the one that the folder it lies in is called like."""
    within = path.relative_to(folder).parts[:-1]
    try:
        viewer = operator(within[0] if within and is_divided() else None)
    except RefusedError as error:
        part = Receipt(received=1)
        part.refuse(path.name, 1, f"put it into a folder that is called like its programme's key: {error}")
        return part
    return ingest(lines_of(path, shelf), viewer=viewer, now=now)


def _settled(folder: Path, now: float) -> Iterator[tuple[Path, list[Path]]]:
    """Files, each with what goes with it."""
    if not folder.is_dir():
        _log.error("COACHLOOP_WATCH: there is no folder %s", folder)
        return
    found = set(files_of(folder, without=(folder / TAKEN, folder / REFUSED)))
    for path in sorted(found):
        others = beside(path, found)
        if all(now - one.stat().st_mtime >= SETTLED for one in (path, *others)):
            yield path, others


def _put_away(path: Path, others: list[Path], part: Receipt, *, folder: Path) -> None:
    target = folder / (REFUSED if part.refused else TAKEN) / path.relative_to(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target = target.with_stem(f"{target.stem}-{time.time_ns()}")
    if part.refused:
        reasons = "".join(f"line {refusal.line}: {refusal.reason}\n" for refusal in part.refused)
        target.with_name(f"{target.name}.why.txt").write_text(reasons, encoding="utf-8")
    path.replace(target)
    for other in others:
        other.replace(target.with_name(other.name.replace(path.stem, target.stem, 1)))
