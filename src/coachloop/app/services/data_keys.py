"""The keys that words are encrypted with: a new one each month, and all of them wrapped anew when the site has a new key."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from coachloop.app.errors import RefusedError
from coachloop.app.models import DataKey
from coachloop.app.models.sealed import SEARCH, WORDS, keyring
from coachloop.app.queries import encryption
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audit
from coachloop.core.model import cipher
from coachloop.core.model.cipher import NAME, NONCE, SIZE, mark

MONTH = timedelta(days=30)
"""How long one data key is written with; with it, it is far from as many texts as one key may seal."""


def make_due(*, now: datetime) -> list[str]:
    """Make the data keys that are missing: the first ones, and one for the words of each month.

    Outside of any transaction: nobody may write with a key that is not stored for good.

    Returns:
        The names of those that were made.
    """
    if not encryption.seals():
        return []
    last = dict(DataKey.objects.order_by().values_list("purpose").annotate(Max("made_at")))
    due = [WORDS] if WORDS not in last or now - last[WORDS] > MONTH else []
    due += [SEARCH] if SEARCH not in last else []
    return _make(due, now=now) if due else []


def _make(purposes: list[str], *, now: datetime) -> list[str]:
    with transaction.atomic(durable=True):
        made = [_new(purpose, now=now) for purpose in purposes]
        audit.record(OPERATOR, encryption.MADE, "site", now=now, detail={"made": made})
    keyring().look()
    return made


def _new(purpose: str, *, now: datetime) -> str:
    """Wrapped as those that are there: a new key of the site is used from `rotate` on, when every machine has it."""
    site, newest = keyring().site, DataKey.objects.order_by("-made_at").first()
    by = newest.wrapped_by if newest and newest.wrapped_by in site.by_mark else mark(site.keys[0])
    key = cipher.DataKey(secrets.token_hex(NAME // 2), secrets.token_bytes(SIZE))
    kept = cipher.wrapped(key, site.by_mark[by], secrets.token_bytes(NONCE))
    DataKey.objects.create(name=key.name, purpose=purpose, wrapped=kept, wrapped_by=by, made_at=now)
    return key.name


def rotate(*, viewer: Viewer, now: datetime) -> int:
    """Wrap every data key with the newest key of the site, so that older ones may go; and begin a new data key for what comes in.

    Returns:
        How many were wrapped anew.

    Raises:
        RefusedError: a key that they are wrapped with is not here.
    """
    if problem := encryption.wrong():
        raise RefusedError(problem)
    ring, count = keyring(), 0
    if not ring.site.keys:
        raise RefusedError("there is no key: set COACHLOOP_ENCRYPTION_KEY")
    first = ring.site.keys[0]
    with transaction.atomic(durable=True):
        for row in DataKey.objects.exclude(wrapped_by=mark(first)).select_for_update():
            key = cipher.DataKey(row.name, ring.secret(row.name))
            row.wrapped, row.wrapped_by = cipher.wrapped(key, first, secrets.token_bytes(NONCE)), mark(first)
            row.save(update_fields=["wrapped", "wrapped_by"])
            count += 1
        if ring.site.seals:
            _new(WORDS, now=now)
        audit.record(viewer, "encryption.rotate", "site", now=now, detail={"key": mark(first), "data_keys": count})
    ring.look()
    return count


def forget(*, viewer: Viewer, now: datetime) -> int:
    """Delete the data keys: what they encrypted can't be read again. The caller has looked that there is nothing of it."""
    with transaction.atomic(durable=True):
        count, _ = DataKey.objects.all().delete()
        audit.record(viewer, "encryption.forget-keys", "site", now=now, detail={"data_keys": count})
    return count
