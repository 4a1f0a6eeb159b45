"""Columns whose words nobody reads in the database, its files or its backups, where the site has a key; everywhere else they are as ever.

What is written is sealed on its way to the driver, what is read is opened where it is sealed: queries stay as they are, a site that
is only half encrypted can be read, and empty is stored as empty, so that constraints can ask for it.
"""

import json
import secrets
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from coachloop.core.model import cipher
from coachloop.core.model.cipher import NONCE, DataKey, SiteKeys, UnreadableError, site_keys

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    _Field = models.Field[Any, Any]
    _Text = models.TextField[str | Combinable, str]
else:
    _Field, _Text = models.Field, models.TextField

EMPTY: tuple[object, ...] = ("", [], {}, None)
"""What is stored as it is, and may be asked for."""

WORDS, SEARCH = "words", "search"
"""What a data key is for."""


class Keyring:
    """The data keys of a site, as they are known to this process; read when they are first needed, and when a new one is met."""

    def __init__(self, site: SiteKeys) -> None:
        self.site = site
        self._keys: dict[str, DataKey] = {}
        self._newest: dict[str, DataKey] = {}
        self._search: tuple[DataKey, ...] = ()

    def secret(self, name: str) -> bytes:
        """The data key of this name.

        Raises:
            UnreadableError: it is not here, or can't be unwrapped.
        """
        if name not in self._keys:
            self.look()
        if name not in self._keys:
            raise UnreadableError(
                f"words here are encrypted with the data key {name!r}, which is not here: put the database back from a backup"
            )
        return self._keys[name].secret

    def newest(self, purpose: str) -> DataKey:
        """The data key that what is written now is sealed with.

        Raises:
            UnreadableError: there is none.
        """
        if purpose not in self._newest:
            self.look()
        if purpose not in self._newest:
            raise UnreadableError(
                "there is no data key yet, so nothing can be encrypted: run `coachloop init` with COACHLOOP_ENCRYPTION_KEY set"
            )
        return self._newest[purpose]

    def search(self) -> tuple[DataKey, ...]:
        """All keys that words of the search may be hashed with."""
        if not self._search:
            self.look()
        return self._search

    def look(self) -> None:
        """Read the keys anew.

        Raises:
            UnreadableError: one of them can't be unwrapped.
        """
        table, by_mark = apps.get_model("coachloop", "DataKey"), self.site.by_mark
        rows = list(table.objects.order_by("made_at", "id"))
        keys = {}
        for row in rows:
            if row.wrapped_by not in by_mark:
                raise UnreadableError(not_the_key(row.wrapped_by, by_mark))
            keys[row.name] = cipher.unwrapped(row.name, bytes(row.wrapped), by_mark[row.wrapped_by])
        self._newest = {row.purpose: keys[row.name] for row in rows}
        self._search = tuple(keys[row.name] for row in rows if row.purpose == SEARCH)
        self._keys = keys


def not_the_key(wanted: str, there: dict[str, bytes]) -> str:
    """Which key of the site is missing, and the way out."""
    has = f"holds {', '.join(there)} alone" if there else "is not set"
    return (
        f"words here are encrypted with the site's key {wanted}, and COACHLOOP_ENCRYPTION_KEY {has}: set it, or "
        "COACHLOOP_ENCRYPTION_KEY_FILE, to that key; beside a newer one it stands second"
    )


class _Known:
    """The keyring that was made of the setting last."""

    given: object = None
    ring = Keyring(SiteKeys((), seals=False))


def keyring() -> Keyring:
    """The keys of the site; a setting that has changed is read anew."""
    given = settings.ENCRYPTION_KEY
    if given is not _Known.given:
        _Known.given, _Known.ring = given, Keyring(site_keys(given.get_secret_value()))
    return _Known.ring


def as_stored(text: str, place: str, *, repeats: bool = False) -> str:
    """A text as it goes into the database; where it `repeats`, the same again looks the same."""
    ring = keyring()
    if not ring.site.seals:
        return cipher.unlike(text)
    key = ring.newest(WORDS)
    nonce = cipher.nonce_of(text, key, place=place) if repeats else secrets.token_bytes(NONCE)
    return cipher.sealed(text, key, nonce=nonce, place=place)


def as_said(text: str, place: str) -> str:
    """A text as it came from the database, opened where it is sealed."""
    return cipher.unsealed(text, _secret, place=place)


def _secret(name: str) -> bytes:
    return keyring().secret(name)


class _Sealed(_Field):
    """What both kinds of columns do.

    Args:
        place: What is sealed with the words, so that they can be read there alone; the table and column if not said. Columns that
            queries read as one (`Coalesce`) share it.
        repeats: The same words look the same, so that the database can count them; for sentences that come again and again alone.
    """

    def __init__(self, *args: Any, place: str = "", repeats: bool = False, **options: Any) -> None:
        self._place, self.repeats = place, repeats
        super().__init__(*args, **options)

    @property
    def place(self) -> str:
        """Where these words stand."""
        return self._place or f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001 -- Django's documented way

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """As the plain column that it is in the database: no migration is needed to seal it."""
        name, _, args, options = super().deconstruct()
        return name, f"django.db.models.{self.get_internal_type()}", args, options

    def clone(self) -> Any:
        """Another one like it."""
        _, _, args, options = self.deconstruct()
        return type(self)(*args, **options, place=self._place, repeats=self.repeats)

    def get_lookup(self, lookup_name: str) -> Any:
        """Whether it is empty is all that the database can say of words that it can't read."""
        if lookup_name not in {"exact", "isnull"}:
            raise FieldError(f"{self.place} may be encrypted: the database can't look into it by {lookup_name}")
        return super().get_lookup(lookup_name)

    def get_prep_value(self, value: Any) -> Any:
        """What a query asks for; only emptiness can be asked for."""
        if value not in EMPTY:
            raise FieldError(f"{self.place} may be encrypted: the database can tell whether it is empty, and no more")
        return super().get_prep_value(value)


class SealedText(_Sealed, _Text):
    """Words as a text."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """As it goes into the database."""
        if hasattr(value, "as_sql") or value in EMPTY:
            return super().get_db_prep_save(value, connection)
        if not keyring().site.seals:
            return cipher.unlike(str(value))
        return as_stored(str(value), self.place, repeats=self.repeats)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:  # noqa: ARG002 -- Django's
        """As it was written."""
        return as_said(value, self.place) if value and value.startswith(cipher.BEGINNINGS) else value


class SealedJson(_Sealed, models.JSONField):
    """Words in a structure: sealed it is a text, whatever it was."""

    def get_transform(self, name: str) -> Any:
        """What is in it is unknown to the database."""
        raise FieldError(f"{self.place} may be encrypted: the database can't look for {name!r} in it")

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """As it goes into the database."""
        if hasattr(value, "as_sql") or value in EMPTY:
            return super().get_db_prep_save(value, connection)
        if keyring().site.seals or isinstance(value, str):
            value = as_stored(json.dumps(value, cls=self.encoder), self.place)
        return connection.ops.adapt_json_value(value, self.encoder)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """As it was written."""
        found = super().from_db_value(value, expression, connection)
        return json.loads(as_said(found, self.place), cls=self.decoder) if isinstance(found, str) and found else found
