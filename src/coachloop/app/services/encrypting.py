"""Words that are stored already are encrypted, or opened again: some rows a transaction, so that whoever is ended goes on where it was.

It goes by what stands in the columns: what is as it should be is left alone. Everybody may work meanwhile: a site that is half encrypted
reads as any other.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import F, Model

from coachloop.app import mapping
from coachloop.app.errors import RefusedError
from coachloop.app.models import Revision, Spoken
from coachloop.app.models.sealed import SealedJson, SealedText, as_said, as_stored, keyring
from coachloop.app.queries import encryption
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, data_keys, scrubbing, spoken
from coachloop.app.services.alone import alone
from coachloop.core.model.cipher import PREFIX, first_of
from coachloop.core.model.spoken import said

AT_ONCE = 500
"""Rows of one transaction."""

EMPTY = "('', '[]', '{}', 'null', '\"\"')"
"""What is stored as it is."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What a pass did: rows by table, and what became of the words that stood there before."""

    rows: Mapping[str, int]
    scrubbed: scrubbing.Scrubbed

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.rows.values())


def encrypt(*, viewer: Viewer, now: Callable[[], datetime], progress: Callable[[int], None] = lambda _: None) -> Turned:
    """Encrypt what stands here as it was said, hash the words of the search, and rewrite the file, so that nothing of it is left in there.

    Raises:
        RefusedError: no key is set that anything is encrypted with.
    """
    if not encryption.seals():
        raise RefusedError(
            "set COACHLOOP_ENCRYPTION_KEY, or COACHLOOP_ENCRYPTION_KEY_FILE, and start every process anew with it"
        )
    data_keys.make_due(now=now())
    return _turn(viewer, now, progress, sealing=True)


def decrypt(*, viewer: Viewer, now: Callable[[], datetime], progress: Callable[[int], None] = lambda _: None) -> Turned:
    """Let everything stand here as it was said again.

    Raises:
        RefusedError: what comes in would still be encrypted, or nothing can be read.
    """
    if encryption.seals():
        raise RefusedError(
            "what comes in would be encrypted again: write `off` before the key in COACHLOOP_ENCRYPTION_KEY, with a space between, "
            "and start every process anew with it"
        )
    if problem := encryption.wrong():
        raise RefusedError(problem)
    return _turn(viewer, now, progress, sealing=False)


def forget_keys(*, viewer: Viewer, now: datetime) -> int:
    """Delete the data keys, once nothing is encrypted any more and no process encrypts.

    Raises:
        RefusedError: something is.
    """
    if encryption.seals():
        raise RefusedError("words are encrypted here: see `coachloop privacy decrypt`")
    if there := left(sealing=False):
        raise RefusedError(f"{there:,} rows are still encrypted: `coachloop privacy decrypt` first")
    return data_keys.forget(viewer=viewer, now=now)


def left(*, sealing: bool) -> int:
    """Rows that are still to be encrypted, or to be opened."""
    with connection.cursor() as cursor:
        return sum(_one(cursor, f"SELECT count(*) FROM {one.name} WHERE {one.wants(sealing)}") for one in _tables())  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with columns that may be sealed."""

    table: type[Model]
    fields: tuple[Any, ...]

    @property
    def name(self) -> str:
        return str(self.table._meta.db_table)  # noqa: SLF001 -- Django's documented way

    @property
    def key(self) -> str:
        return str(self.table._meta.pk.column)  # noqa: SLF001 -- as above

    def wants(self, sealing: bool) -> str:  # noqa: FBT001 -- of one thing
        """The condition on rows that are not yet as they should be."""
        if self.table is Spoken:
            keys = ", ".join(f"'{first_of(key.name)}'" for key in keyring().search()) or "''"
            hashed = f"substr(words, 1, {len(first_of('0' * 8))}) IN ({keys})"
            return f"words <> '' AND NOT {hashed}" if sealing else hashed
        return " OR ".join(f"({_wants(field, sealing=sealing)})" for field in self.fields)


def _tables() -> Iterator[_Table]:
    for table in apps.get_app_config("coachloop").get_models():
        fields = tuple(f for f in table._meta.concrete_fields if isinstance(f, SealedText | SealedJson))  # noqa: SLF001
        if fields:
            yield _Table(table, fields)
    yield _Table(Spoken, ())


def _wants(field: SealedText | SealedJson, *, sealing: bool) -> str:
    text, begin = f"CAST({field.column} AS text)", f'"{PREFIX}' if isinstance(field, SealedJson) else PREFIX
    sealed = f"substr({text}, 1, {len(begin)}) = '{begin}'"
    return f"{text} NOT IN {EMPTY} AND NOT {sealed}" if sealing else sealed


def _turn(viewer: Viewer, now: Callable[[], datetime], progress: Callable[[int], None], *, sealing: bool) -> Turned:
    with alone("encryption") as mine, scrubbing.overwriting():
        if not mine:
            raise RefusedError("somebody is at this already; it goes on where it was, whoever ends")
        _note(viewer, encryption.BEGUN, {}, now=now())
        rows = {one.table.__name__: _whole(one, progress, sealing=sealing) for one in _tables()}
        ended = encryption.ENCRYPTED if sealing else encryption.DECRYPTED
        _note(viewer, ended, {table: count for table, count in rows.items() if count}, now=now())
        return Turned(rows, scrubbing.rewrite())


def _note(viewer: Viewer, what: str, detail: dict[str, int], *, now: datetime) -> None:
    with transaction.atomic():
        audit.record(viewer, what, "site", now=now, detail=detail)


def _whole(one: _Table, progress: Callable[[int], None], *, sealing: bool) -> int:
    last, count = 0, 0
    while True:
        with transaction.atomic():
            rows = _next(one, last, sealing=sealing)
            _write(one, rows, sealing=sealing)
        if not rows:
            return count
        last, count = rows[-1][0], count + len(rows)
        progress(len(rows))


def _next(one: _Table, last: int, *, sealing: bool) -> list[tuple[Any, ...]]:
    """The next rows as they are stored, held until they are written."""
    columns = [f"CAST({field.column} AS text)" for field in one.fields] or ["words"]
    held = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    asked = f"SELECT {', '.join([one.key, *columns])} FROM {one.name} WHERE {one.key} > %s AND ({one.wants(sealing)})"  # noqa: S608 -- our own names
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} ORDER BY {one.key} LIMIT {AT_ONCE}{held}", [last])
        return list(cursor.fetchall())


def _write(one: _Table, rows: Sequence[tuple[Any, ...]], *, sealing: bool) -> None:
    if one.table is Spoken:
        columns, stored = ["words"], _searched(rows, sealing=sealing)
    else:
        columns = [str(field.column) for field in one.fields]
        stored = [(*map(_stored, one.fields, values), key) for key, *values in rows]
    into = f"UPDATE {one.name} SET {', '.join(f'{column} = %s' for column in columns)} WHERE {one.key} = %s"  # noqa: S608 -- as above
    with connection.cursor() as cursor:
        cursor.executemany(into, stored)


def _stored(field: SealedText | SealedJson, value: str | None) -> str | None:
    """What stands in a column, as it should stand there from now on."""
    if value in {None, "", "[]", "{}", "null", '""'} or value is None:
        return value
    if isinstance(field, SealedText):
        return as_stored(as_said(value, field.place), field.place, repeats=field.repeats)
    found = json.loads(value)
    document = as_said(found, field.place) if isinstance(found, str) else value
    return json.dumps(as_stored(document, field.place)) if encryption.seals() else document


def _searched(rows: Sequence[tuple[Any, ...]], *, sealing: bool) -> list[tuple[str, int]]:
    """Words of the search: hashed as they stand there, or made anew from what was said."""
    if sealing:
        return [(spoken.kept(words), key) for key, words in rows]
    current = Revision.objects.filter(conversation__in=[key for key, _ in rows], number=F("conversation__revision"))
    documents = dict(current.values_list("conversation_id", "document"))
    turns = {key: mapping.conversation(document).turns for key, document in documents.items()}
    return [(said(turn.text for turn in turns.get(key, ())), key) for key, _ in rows]


def _one(cursor: Any, asked: str) -> int:
    cursor.execute(asked)
    return int(cursor.fetchone()[0])
