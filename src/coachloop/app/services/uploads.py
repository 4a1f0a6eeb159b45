"""Files on their way in by the browser: begun, grown byte by byte, and taken in when they are whole.

How far one has come is the length of its file, so nothing is lost however the server ends. What somebody calls a file is never a path.
"""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Conversation, Upload
from coachloop.app.queries import uploads as queries
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services import audit
from coachloop.app.services.alone import is_alone
from coachloop.app.services.ingest import ingest
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.wire import BadLineError, json_object

MOST_OPEN = 50
KEPT = timedelta(hours=48)
"""How long an unfinished one is waited for, and a finished one is listed."""

BLOCK = 256 * 1024
FIELDS = ("started_at", "queue", "language")
ABOUT_AGENTS = frozenset({"agent_name", "agent_joined_on", "team"})
"""What a leader's files don't say: it counts beyond the call."""

SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$")

type Reader = Callable[[Path, str], Iterable[Line | Refusal]]
"""Reads the conversations of a file, for the agent whose they are where it does not say."""


class BusyError(RefusedError):
    """Another request writes to it at this moment."""


def begin(*, viewer: Viewer, name: str, size: int, fields: Mapping[str, str], now: datetime) -> Upload:
    """Make room for a file.

    Args:
        viewer: a QA lead, or a leader for their teams' agents.
        name: what it is called where it comes from.
        size: its bytes.
        fields: `agent`, whose calls they are; and what of FIELDS it does not say itself.
        now: when.

    Raises:
        NotYoursError: they bring in no calls.
        RefusedError: it is empty or too large, too many are open, or the agent is none of theirs.
    """
    if viewer.user is None or not viewer.has(Role.QA_LEAD, Role.TEAM_LEADER):
        raise NotYoursError("leaders and QA leads bring in calls")
    most = queries.most_bytes()
    if not 0 < size <= most:
        words = "it is empty" if size <= 0 else f"it has {size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB are taken"
        raise RefusedError(words)
    if sum(not queries.is_done(row) for row in queries.own(viewer)) >= MOST_OPEN:
        raise RefusedError(f"{MOST_OPEN} of your files are on their way already; finish or drop some of them first")
    agent = fields.get("agent", "")
    if agent and agent not in {one.value for one in queries.agents(viewer)}:
        raise RefusedError(f"{agent!r} is no agent whose calls you bring in; choose one of the list")
    if not agent and not viewer.has(Role.QA_LEAD):
        raise RefusedError("choose whose calls they are")
    kept = {field: fields[field].strip()[:200] for field in FIELDS if fields.get(field, "").strip()}
    row = Upload(
        key=secrets.token_hex(20), user=viewer.user, name=name.strip()[-200:] or "a file", size=size, begun_at=now
    )
    programme = {"programme": viewer.programme_id} if viewer.programme_id is not None else {}
    row.fields = kept | {"agent": agent} | programme
    path = queries.path_of(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    _forget_strays(now)
    path.touch()
    row.save()
    return row


def append(*, viewer: Viewer, key: str, at: int, read: Callable[[int], bytes]) -> int:
    """Add what comes, up to the file's length.

    Args:
        viewer: whose it is.
        key: the file's.
        at: where the sender thinks that it stands.
        read: gives the next bytes, at most as many as it is asked for; none at the end.

    Returns:
        Where it stands now.

    Raises:
        Upload.DoesNotExist: it is none of theirs.
        WrongStateError: it stands elsewhere.
        BusyError: somebody else writes to it.
    """
    row = queries.own(viewer).get(key=key)
    if queries.is_done(row) and at == row.size:
        return row.size
    with _alone(row) as file:
        here = file.seek(0, 2)
        if here != at:
            raise WrongStateError(f"{here} bytes of it are here, not {at}")
        while here < row.size and (block := read(min(BLOCK, row.size - here))):
            here += file.write(block)
        return here


def finish(*, viewer: Viewer, key: str, reader: Reader, now: datetime) -> None:
    """Take in a file that is whole, as `coachloop ingest` does; nothing where it was already.

    Args:
        viewer: whose it is.
        key: the file's.
        reader: reads its conversations.
        now: when they land.
    """
    row = queries.own(viewer).get(key=key)
    if queries.is_done(row):
        return
    with _alone(row):
        row.refresh_from_db()
        if queries.is_done(row) or queries.offset(row) < row.size:
            return
        _take_in(row, viewer=viewer, reader=reader, now=now)
    queries.path_of(row).unlink(missing_ok=True)


def drop(*, viewer: Viewer, key: str) -> None:
    """Forget a file of theirs; what it became stays.

    Raises:
        Upload.DoesNotExist: it is none of theirs.
    """
    row = queries.own(viewer).get(key=key)
    queries.path_of(row).unlink(missing_ok=True)
    row.delete()


def forget_unfinished(*, now: datetime, kept: timedelta = KEPT) -> int:
    """Forget what was begun too long ago, finished or not, and bytes that nobody knows any more; returns how many."""
    old = list(Upload.objects.filter(begun_at__lt=now - kept))
    for row in old:
        _remove(queries.path_of(row))
        row.delete()
    _forget_strays(now)
    return len(old)


def _forget_strays(now: datetime) -> None:
    """Bytes on this machine that nobody knows any more: whoever forgot the rest may have been another one."""
    lying = [path for path in queries.folder().glob("*") if _modified(path) < (now - KEPT).timestamp()]
    known = set(Upload.objects.values_list("key", flat=True)) if lying else set()
    for path in lying:
        if path.stem not in known:
            _remove(path)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _remove(path: Path) -> None:
    """A file, and the folder that it was being taken in from if somebody was ended there."""
    path.with_suffix("").unlink(missing_ok=True)
    shutil.rmtree(_taken_from(path), ignore_errors=True)


def _taken_from(path: Path) -> Path:
    return path.with_suffix(".in")


@contextmanager
def _alone(row: Upload) -> Iterator[BinaryIO]:
    """Its file, which nobody else writes to meanwhile; the lock goes with the process that holds it."""
    try:
        file = queries.path_of(row).open("r+b")
    except FileNotFoundError as error:
        raise WrongStateError("it is not here any more, or came to another machine; begin anew") from error
    with file:
        if not is_alone(file):
            raise BusyError("another request brings it in at this moment; ask again")
        yield file


def _take_in(row: Upload, *, viewer: Viewer, reader: Reader, now: datetime) -> None:
    folder = _taken_from(queries.path_of(row))
    folder.mkdir(exist_ok=True)
    try:
        path = _named(row, folder)
        keys: dict[str, None] = {}
        lines = _theirs(reader(path, row.fields["agent"]), row, keys, forced=not viewer.has(Role.QA_LEAD))
        receipt = ingest(lines, viewer=viewer, now=now)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    refused = {str(refusal.reason).replace(path.name, row.name): None for refusal in receipt.refused}
    stored = within(viewer, Conversation.objects.filter(key__in=list(keys)[:1000])).order_by("id")
    taken = receipt.accepted + receipt.duplicates
    with transaction.atomic():
        row.conversation = stored.first() if taken else None
        row.fields = row.fields | {"conversations": taken}
        row.refused = "; ".join(list(refused)[:5]) or ("" if taken else "there is no conversation in it")
        row.save()
        detail = {"size": row.size, "conversations": taken, "refused": len(receipt.refused)}
        audit.record(viewer, "recordings.upload", f"upload:{row.key}", now=now, detail=detail)


def _named(row: Upload, folder: Path) -> Path:
    """Its file under a name that its content gives it, with the kind that it was called by: the same again is known."""
    with queries.path_of(row).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    kind = SUFFIX.search(row.name.lower())
    path = folder / f"upload-{digest[:16]}{kind.group() if kind else ''}"
    path.unlink(missing_ok=True)
    path.hardlink_to(queries.path_of(row))
    return path


def _theirs(
    lines: Iterable[Line | Refusal], row: Upload, keys: dict[str, None], *, forced: bool
) -> Iterator[Line | Refusal]:
    """The lines with what was said beside the file; a leader's are all of the agent that they chose, whatever the file says."""
    beside = {name: row.fields[name] for name in FIELDS if row.fields.get(name)}
    if row.fields["agent"]:
        beside["agent_id"] = row.fields["agent"]
    for line in lines:
        try:
            said = json_object(line.raw) if isinstance(line, Line) else {}
        except BadLineError:
            said = {}
        if isinstance(line, Refusal) or not said:
            yield line
            continue
        if str(said.get("channel") or "").strip().casefold() == COACHING:
            yield Refusal(line.file, line.number, "a coaching conversation is handed in on its session's page")
            continue
        document = beside | {name: value for name, value in said.items() if value not in (None, "")}
        if forced:
            document = {name: value for name, value in document.items() if name not in ABOUT_AGENTS}
            document["agent_id"] = row.fields["agent"]
        keys[str(document.get("id", ""))] = None
        recording = replace(line.recording, name=row.name) if line.recording else None
        yield replace(line, raw=json.dumps(document, ensure_ascii=False).encode(), recording=recording)
