"""Everything about one person as one archive, written while it is read; that somebody took it is an entry of the log."""

import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.queries import person_export as queries
from coachloop.app.queries.erasures import digest
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.people import Role


def export(*, viewer: Viewer, kind: str, key: str, originals: bool = False, now: datetime) -> Iterator[bytes]:
    """The archive's bytes, block by block.

    Args:
        viewer: an admin.
        kind: customer, agent or user.
        key: their id, or a user's e-mail.
        originals: words and sound as they were said; for the operator alone.
        now: when.

    Raises:
        NotYoursError: admins do, and the operator alone with originals.
        UnknownNameError: nothing is here of them.
    """
    if not viewer.has(Role.ADMIN) or (originals and not viewer.everything):
        raise NotYoursError(
            "admins give somebody what is known of them; words as they were said leave by the operator alone"
        )
    who = queries.person(viewer, kind, key)
    if who is None:
        raise UnknownNameError(f"nothing is here of {kind} {key.strip()!r}; ids are matched letter by letter")
    detail = {"kind": kind, "digest": digest(kind, who.key), "originals": originals}
    audit.record(viewer, "privacy.export", f"{kind}s", now=now, detail=detail)
    return _zipped(queries.parts(who, originals=originals), now=now)


class _Pipe:
    """What is written waits here until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: Any) -> int:
        """Hold it."""
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        """What came since."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _zipped(parts: Iterator[queries.Part], *, now: datetime) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:  # type: ignore[call-overload]  # only written to
        for name, blocks in parts:
            told = zipfile.ZipInfo(name, now.timetuple()[:6])
            told.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(told, "w", force_zip64=True) as file:
                for block in blocks:
                    file.write(block)
                    yield pipe.take()
    yield pipe.take()
