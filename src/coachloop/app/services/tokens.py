"""Keys by which programs act as a person: shown once, kept as a digest, never good for more than the person may do."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from coachloop.app.errors import RefusedError, UnknownNameError
from coachloop.app.models import ApiToken, User
from coachloop.app.queries.viewing import Viewer, programmes
from coachloop.app.queries.viewing import viewer as viewer_of
from coachloop.app.services import audit
from coachloop.core.model.scopes import SCOPES, open_to

PREFIX = "cl_"
FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
LONGEST = timedelta(days=366)
NOTED = timedelta(minutes=1)
"""How exactly it is kept when a token was last used."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that somebody wants: what it is for, what it may do, and until when."""

    name: str
    scopes: Sequence[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A new token; the secret is shown now and never again."""

    id: int
    secret: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token acts for, and what it may do of what they may."""

    token_id: int
    viewer: Viewer
    scopes: frozenset[str]


@transaction.atomic
def make(*, viewer: Viewer, wanted: Wanted, now: datetime) -> Made:
    """Make a token for oneself, for what one may do oneself, in the programme that one looks at.

    Raises:
        RefusedError: it has no name or scope, knows a scope that there is not or that is none of theirs, or ends too late or in the past.
    """
    if viewer.user is None:
        raise RefusedError("a token belongs to a person; name one with --email")
    _must_be_sound(viewer, wanted, now)
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=viewer.user,
        programme_id=viewer.programme_id or None,
        name=wanted.name.strip(),
        digest=_digest(secret),
        hint=secret[:8],
        scopes=sorted(set(wanted.scopes)),
        created_at=now,
        expires_at=wanted.expires_at,
    )
    detail = {"name": row.name, "scopes": row.scopes, "expires_at": row.expires_at.isoformat()}
    audit.record(viewer, "token.make", f"token:{row.pk}", now=now, detail=detail)
    return Made(row.pk, secret)


def person(email: str, *, programme: str = "", now: datetime) -> Viewer:
    """Somebody by their address, at one of their programmes where the site is divided; for the command line.

    Raises:
        UnknownNameError: nobody has that address, or they have no part in that programme.
    """
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        raise UnknownNameError(f"nobody has the address {email!r}; add them with `coachloop people add FILE`")
    named = programmes(user).filter(key=programme).first() if programme else None
    if programme and named is None:
        raise UnknownNameError(f"{email} has no part in a programme {programme!r}")
    return viewer_of(user, now=now, programme=named.pk if named else None)


@transaction.atomic
def revoke(*, viewer: Viewer, token_id: int, now: datetime) -> None:
    """End a token of one's own; the operator ends anybody's. Ending one that has ended changes nothing.

    Raises:
        ApiToken.DoesNotExist: there is none of theirs with this id.
    """
    theirs = ApiToken.objects.all() if viewer.everything else ApiToken.objects.filter(user=viewer.user)
    row = theirs.select_for_update().get(pk=token_id)
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        audit.record(viewer, "token.revoke", f"token:{row.pk}", now=now)


def holder(secret: str, *, now: datetime) -> Holder | None:
    """Whom this token acts for; None where it is none, has ended, or its person may no longer sign in.

    It is looked up by its digest, so how long that takes says nothing of how near a guess is. What has not the form of a token is not
    looked up.
    """
    if not FORM.fullmatch(secret):
        return None
    alive = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True).select_related("user")
    row = alive.filter(digest=_digest(secret)).first()
    if row is None:
        return None
    who = viewer_of(row.user, now=now, programme=row.programme_id)
    if row.programme_id is not None and who.programme_id != row.programme_id:
        return None
    if row.last_used_at is None or row.last_used_at < now - NOTED:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return Holder(row.pk, who, frozenset(row.scopes))


def _must_be_sound(viewer: Viewer, wanted: Wanted, now: datetime) -> None:
    if not 1 <= len(wanted.name.strip()) <= 200:
        raise RefusedError("give the token a name of 1 to 200 characters: what it is for")
    if not wanted.scopes:
        raise RefusedError("choose at least one scope: a token without one can do nothing")
    if unknown := sorted(set(wanted.scopes) - SCOPES.keys()):
        raise RefusedError(f"there is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}")
    if wider := sorted(set(wanted.scopes) - set(open_to(viewer.roles))):
        raise RefusedError(f"the scope {wider[0]!r} is wider than the roles of {viewer.name}")
    if not now < wanted.expires_at <= now + LONGEST:
        raise RefusedError(f"a token ends after now and within {LONGEST.days} days, got {wanted.expires_at:%Y-%m-%d}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
