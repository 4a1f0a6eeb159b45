"""Addresses that are told of events: kept by admins, each with a secret that is shown once."""

import base64
import secrets as chance
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Delivery, Webhook
from coachloop.app.queries import webhooks as queries
from coachloop.app.queries.events import last_number
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, box
from coachloop.core.model.event import EventKind
from coachloop.core.model.people import Role

MOST = 50
"""Of one programme: each is told every event."""

BOTH_SIGN = timedelta(days=1)
"""How long the secret before signs as well, so that a receiver can change at its leisure."""

LONGEST = 1000
BOX = "webhook secrets"

type Check = Callable[[str], str]
"""Gives an address as it will be told, or raises a ValueError in words for whoever typed it."""


@transaction.atomic
def add_webhook(
    *, viewer: Viewer, address: str, kinds: Collection[EventKind], check: Check, now: datetime, after: int | None = None
) -> tuple[Webhook, str]:
    """Tell an address of events in the programme that the viewer looks at, from now on or from after a number.

    Returns:
        It, and its secret: stored encrypted, it can be shown this once.

    Raises:
        NotYoursError: for admins.
        RefusedError: the address can't be told, or there are too many.
    """
    _must_keep(viewer)
    if queries.visible(viewer).filter(switched_off_at__isnull=True).count() >= MOST:
        raise RefusedError(f"there are {MOST} addresses already; switch one off")
    secret = _new_secret()
    row = Webhook.objects.create(
        url=_checked(address, check),
        secret=box.locked(secret, BOX),
        kinds=_sorted(kinds),
        programme_id=viewer.programme_id,
        created_by=viewer.user,
        created_at=now,
        after=last_number() if after is None else after,
    )
    _note(viewer, row, "add", now=now)
    return row, secret


@transaction.atomic
def change_webhook(
    *, viewer: Viewer, webhook_id: int, address: str, kinds: Collection[EventKind], check: Check, now: datetime
) -> Webhook:
    """Tell another address, or of other kinds.

    Raises:
        NotYoursError: for admins.
        RefusedError: the address can't be told.
    """
    row = _own(viewer, webhook_id)
    row.url, row.kinds, row.failures, row.rests_until = _checked(address, check), _sorted(kinds), 0, None
    row.save(update_fields=["url", "kinds", "failures", "rests_until"])
    _note(viewer, row, "change", now=now)
    return row


@transaction.atomic
def switch_webhook(*, viewer: Viewer, webhook_id: int, on: bool, now: datetime) -> Webhook:
    """Tell it no more, or again: then what happened meanwhile follows, as far back as events are kept.

    Raises:
        NotYoursError: for admins.
    """
    row = _own(viewer, webhook_id)
    row.switched_off_at, row.failures, row.rests_until = (None if on else row.switched_off_at or now), 0, None
    row.save(update_fields=["switched_off_at", "failures", "rests_until"])
    _note(viewer, row, "on" if on else "off", now=now)
    return row


@transaction.atomic
def rotate_secret(*, viewer: Viewer, webhook_id: int, now: datetime) -> str:
    """Give it a new secret, shown this once; for a day the one before signs as well.

    Raises:
        NotYoursError: for admins.
    """
    row, secret = _own(viewer, webhook_id), _new_secret()
    row.old_secret, row.old_until, row.secret = row.secret, now + BOTH_SIGN, box.locked(secret, BOX)
    row.save(update_fields=["old_secret", "old_until", "secret"])
    _note(viewer, row, "rotate", now=now)
    return secret


@transaction.atomic
def replay(
    *, viewer: Viewer, webhook_id: int, now: datetime, delivery_id: int | None = None, since: int | None = None
) -> int:
    """Tell again: one event, or all from a number on, or, where neither is named, all that were given up.

    Each goes with the id that it had. Returns how many wait that did not.

    Raises:
        NotYoursError: for admins.
        WrongStateError: it is switched off, or no such event was sent there.
    """
    row = _own(viewer, webhook_id)
    if row.switched_off_at:
        raise WrongStateError("it is switched off; switch it on first")
    which = Q(delivered_at__isnull=True)
    if delivery_id is not None:
        which = Q(pk=delivery_id)
    elif since is not None:
        which = Q(event__number__gte=since)
        row.after = min(row.after, max(since - 1, 0))
    again = Delivery.objects.filter(which, webhook=row, try_after__isnull=True)
    count = again.update(try_after=now, tries=0, delivered_at=None, status=None, problem="")
    if delivery_id is not None and not count:
        raise WrongStateError("it waits already, or nothing of that number was sent there")
    row.failures, row.rests_until = 0, None
    row.save(update_fields=["after", "failures", "rests_until"])
    _note(viewer, row, "replay", now=now)
    return count


def signing(row: Webhook, *, now: datetime) -> list[str]:
    """The secrets that sign now.

    Raises:
        WrongStateError: they were stored under another COACHLOOP_SECRET_KEY.
    """
    both = [row.secret, *([row.old_secret] if row.old_until and row.old_until > now else [])]
    return [_opened(one) for one in both]


def _own(viewer: Viewer, webhook_id: int) -> Webhook:
    _must_keep(viewer)
    return queries.visible(viewer).select_for_update(of=("self",)).get(pk=webhook_id)


def _must_keep(viewer: Viewer) -> None:
    if not viewer.has(Role.ADMIN):
        raise NotYoursError("which addresses are told of events is for admins to say")


def _checked(address: str, check: Check) -> str:
    try:
        checked = check(address)
    except ValueError as error:
        raise RefusedError(f"this address {error}") from error
    if len(checked) > LONGEST:
        raise RefusedError(f"an address has up to {LONGEST} characters, got {len(checked)}")
    return checked


def _sorted(kinds: Collection[EventKind]) -> list[str]:
    return sorted({str(kind) for kind in kinds})


def _note(viewer: Viewer, row: Webhook, what: str, *, now: datetime) -> None:
    audit.record(viewer, f"webhook.{what}", f"webhook:{row.pk}", now=now, detail={"kinds": row.kinds})


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(chance.token_bytes(32)).decode()}"


def _opened(stored: str) -> str:
    secret = box.unlocked(stored, BOX)
    if secret is None:
        raise WrongStateError("its secret was stored under another COACHLOOP_SECRET_KEY; give it a new one")
    return secret
