"""Signing in and out: what is noted of it, the second key, and how an account's sessions, pauses and passwords are ended."""

from collections.abc import Iterable
from datetime import datetime

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session as Kept
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from coachloop.app.errors import RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import ApiToken, User
from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, messages
from coachloop.app.services.messages import Words

MOST_WRONG, RESTS = 20, 3600
"""After so many wrong codes in a row, from wherever, codes rest for so many seconds."""


def themselves(user: User) -> Viewer:
    """Somebody who does something to their own account: it concerns no programme."""
    return Viewer(user=user, roles=frozenset())


def signed_in(*, user: User, how: Iterable[str], address: str, now: datetime) -> None:
    """Note that somebody signed in, and by what."""
    detail = {"by": list(dict.fromkeys(how)) or ["one click"], "address": address}
    audit.record(themselves(user), "person.sign_in", f"user:{user.pk}", now=now, detail=detail)


def refused(*, account: str, why: str, address: str, now: datetime) -> None:
    """Note a sign-in that was refused, without what was typed: of an unknown account not even its name. Once a minute and place."""
    user = queries.by_email(account)
    subject = f"user:{user.pk}" if user else "unknown account"
    once = f"refused:{subject}:{address}:{why}:{now:%Y-%m-%dT%H:%M}"
    visitor = Viewer(user=None, roles=frozenset(), called="visitor")
    audit.record(
        visitor, "person.sign_in_refused", subject, now=now, detail={"why": why, "address": address}, once=once
    )


# The second key


@transaction.atomic
def turn_on_codes(*, viewer: Viewer, secret: str, code: str, now: datetime) -> list[str]:
    """Ask for codes of this secret from now on, once one of them was typed.

    Returns:
        Recovery codes, to be shown once and kept.

    Raises:
        RefusedError: the code is not of this secret.
        WrongStateError: codes are on already.
    """
    user = _locked(viewer)
    if Authenticator.objects.filter(user=user, type="totp").exists():
        raise WrongStateError("codes are on already; turn them off first to use another phone")
    if (counter := _counter(secret, code)) is None:
        raise RefusedError(
            "this is not the code that the app shows now; check the phone's clock, and type the next one"
        )
    key = TOTP.activate(user, secret).instance
    key.data["counter"] = counter
    key.save(update_fields=["data"])
    Authenticator.objects.filter(user=user, type="recovery_codes").delete()
    audit.record(viewer, "person.codes_on", f"user:{user.pk}", now=now)
    return list(RecoveryCodes.activate(user).get_unused_codes())


@transaction.atomic
def turn_off_codes(*, viewer: Viewer, email: str, now: datetime) -> None:
    """Ask somebody for no codes any more: they themselves, or an admin where a phone is lost.

    Raises:
        UnknownNameError: nobody has that address.
    """
    user = _named(viewer, email)
    Authenticator.objects.filter(user=user).delete()
    audit.record(viewer, "person.codes_off", f"user:{user.pk}", now=now)


@transaction.atomic
def new_recovery_codes(*, viewer: Viewer, now: datetime) -> list[str]:
    """Recovery codes in place of those that there were.

    Raises:
        WrongStateError: codes are off.
    """
    user = _locked(viewer)
    if not Authenticator.objects.filter(user=user, type="totp").exists():
        raise WrongStateError("codes are off; turn them on first")
    Authenticator.objects.filter(user=user, type="recovery_codes").delete()
    audit.record(viewer, "person.recovery_codes", f"user:{user.pk}", now=now)
    return list(RecoveryCodes.activate(user).get_unused_codes())


@transaction.atomic
def right_code(*, user: AbstractBaseUser, code: str, now: datetime) -> bool:
    """Whether this is a code of theirs that was not used before: of the app, or a recovery code.

    Raises:
        RefusedError: too many were wrong.
    """
    rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user_id=user.pk)}
    key = rows["totp"]
    if key.data.get("wrong", 0) >= MOST_WRONG and now.timestamp() - key.data["wrong_at"] < RESTS:
        raise RefusedError("too many codes were wrong; wait an hour, or ask an admin")
    right = _app_code(key, code) or ("recovery_codes" in rows and rows["recovery_codes"].wrap().validate_code(code))
    key.data["wrong"] = 0 if right else key.data.get("wrong", 0) + 1
    key.data["wrong_at"] = now.timestamp()
    key.last_used_at = now if right else key.last_used_at
    key.save(update_fields=["data", "last_used_at"])
    return right


def _app_code(key: Authenticator, code: str) -> bool:
    """Each code counts once, and none that came before it: seen over a shoulder it is of no use."""
    counter = _counter(decrypt(key.data["secret"]), code)
    if counter is None or counter <= key.data.get("counter", 0):
        return False
    key.data["counter"] = counter
    return True


def _counter(secret: str, code: str) -> int | None:
    for counter in yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None


# Passwords


@transaction.atomic
def password_link(*, viewer: Viewer, email: str, site: str, now: datetime) -> str:
    """A link by which somebody sets their password, once and within a day; also put into the mail, which goes out where there is mail.

    Raises:
        UnknownNameError: nobody has that address.
        RefusedError: their account is switched off.
    """
    user = _named(viewer, email)
    if not user.is_active:
        raise RefusedError(f"the account of {user.email} is switched off; switch it on first")
    token = default_token_generator.make_token(user)
    link = f"{site}/set-password/{urlsafe_base64_encode(force_bytes(user.pk))}/{token}"
    text = f"Set your password for coachloop here, within 24 hours:\n\n{link}\n\nThe link works once."
    words = Words(subject="Set your password", text=text)
    messages.put(user, words, kind="password", about=f"user:{user.pk}:{now:%Y-%m-%dT%H:%M:%S}", now=now)
    audit.record(viewer, "person.password_link", f"user:{user.pk}", now=now)
    return link


@transaction.atomic
def choose_password(*, viewer: Viewer, password: str, now: datetime) -> None:
    """Set one's own password; every other session of theirs ends by itself.

    Raises:
        RefusedError: it is too easy to guess; the message says why.
    """
    user = _locked(viewer)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    viewer.person.password = user.password
    audit.record(viewer, "person.password", f"user:{user.pk}", now=now)


# Ends


@transaction.atomic
def sign_somebody_out(*, viewer: Viewer, email: str, now: datetime) -> int:
    """End every session of somebody whose account the viewer looks after.

    Returns:
        How many ended.

    Raises:
        UnknownNameError: nobody has that address.
    """
    return sign_out_everywhere(viewer=viewer, user=_named(viewer, email), now=now)


@transaction.atomic
def sign_out_everywhere(*, viewer: Viewer, user: User, now: datetime, but: str = "") -> int:
    """End every session of somebody, but one where it is named.

    Returns:
        How many ended.
    """
    rows = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Kept.objects.filter(session_key__in=keys).delete()
    rows.delete()
    audit.record(viewer, "person.sign_out_everywhere", f"user:{user.pk}", now=now, detail={"sessions": len(keys)})
    return len(keys)


@transaction.atomic
def end_access(*, viewer: Viewer, user: User, now: datetime) -> None:
    """What switching somebody off takes with it at once: their sessions, and the tokens of their programs."""
    sign_out_everywhere(viewer=viewer, user=user, now=now)
    ended = ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
    if ended:
        audit.record(viewer, "token.revoke", f"user:{user.pk}", now=now, detail={"tokens": ended})


@transaction.atomic
def unlock(*, viewer: Viewer, account: str, now: datetime) -> int:
    """Let somebody try again who pauses after wrong passwords or codes.

    Returns:
        How many addresses had made them pause.

    Raises:
        UnknownNameError: it is an account that the viewer does not look after.
    """
    user = queries.by_email(account)
    if user is not None and not queries.looks_after(viewer, user):
        raise UnknownNameError(f"nobody has the address {account!r}")
    for key in Authenticator.objects.select_for_update().filter(user=user, type="totp"):
        key.data["wrong"] = 0
        key.save(update_fields=["data"])
    count: int = AxesProxyHandler.reset_attempts(username=account.strip().casefold())
    subject = f"user:{user.pk}" if user else "unknown account"
    audit.record(viewer, "person.unlock", subject, now=now, detail={"addresses": count})
    return count


def _named(viewer: Viewer, email: str) -> User:
    """Somebody whose account the viewer looks after: an admin of all has everybody, one of a programme those who are in no other."""
    user = queries.by_email(email)
    if user is None or not queries.looks_after(viewer, user):
        raise UnknownNameError(f"nobody has the address {email!r}; add them with `coachloop people add FILE`")
    return user


def _locked(viewer: Viewer) -> User:
    return User.objects.select_for_update().get(pk=viewer.person.pk)
