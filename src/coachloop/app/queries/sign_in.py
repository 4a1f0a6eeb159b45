"""Who signs in, where they are signed in, and what guards their account."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings

from coachloop.app.models import User
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session of somebody: where, with what, since when; `here` is the one that asks."""

    id: int
    address: str
    browser: str
    since: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class Guards:
    """What guards an account beside the password."""

    codes: bool
    codes_since: datetime | None
    recovery_left: int
    password: bool


def by_email(email: str) -> User | None:
    """Somebody by their address as they type it; where two differ by capitals alone, only the exact one."""
    typed = email.strip()
    found = list(User.objects.filter(email__iexact=typed)[:2])
    return found[0] if len(found) == 1 else next((one for one in found if one.email == typed), None)


def looks_after(viewer: Viewer, user: User) -> bool:
    """Whether they may help with somebody's account: an admin of all with everybody's, one of a programme where somebody is in no other."""
    if viewer.everything or user == viewer.user:
        return True
    if viewer.user is None or not viewer.has(Role.ADMIN):
        return False
    of_all = viewer.user.grants.filter(role=Role.ADMIN, programme=None).exists()
    return of_all or not user.grants.exclude(programme=viewer.programme_id).exists()


def needs_codes(user: User, demand: str) -> bool:
    """Whether the site's demand reaches them: everybody, or those who hold one of the roles."""
    return demand == "required" or user.grants.filter(role__in=demand.split(",")).exists()


def sessions(viewer: Viewer, *, here: str) -> list[SignedIn]:
    """Where the viewer is signed in, the newest first."""
    if viewer.user is None:
        return []
    rows = UserSession.objects.purge_and_list(viewer.user)
    shown = [SignedIn(row.pk, row.ip, row.user_agent, row.created_at, row.session_key == here) for row in rows]
    return sorted(shown, key=lambda one: (one.here, one.since), reverse=True)


def guards(viewer: Viewer) -> Guards:
    """What guards the viewer's account."""
    rows = {row.type: row for row in Authenticator.objects.filter(user=viewer.user)}
    totp, recovery = rows.get("totp"), rows.get("recovery_codes")
    return Guards(
        codes=totp is not None,
        codes_since=totp.created_at if totp else None,
        recovery_left=len(recovery.wrap().get_unused_codes()) if recovery else 0,
        password=bool(viewer.user and viewer.user.has_usable_password()),
    )


@dataclass(frozen=True, slots=True)
class Paused:
    """An account whose sign-in pauses from one address; `name` is empty where nobody has that account."""

    account: str
    name: str
    address: str
    tries: int
    since: datetime


def paused(viewer: Viewer, *, now: datetime) -> list[Paused]:
    """Accounts that pause now after too many wrong passwords or codes, the newest first; unknown ones for whoever looks after all."""
    rows = AccessAttempt.objects.filter(
        attempt_time__gte=now - settings.AXES_COOLOFF_TIME, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    ).order_by("-attempt_time")[:200]
    found = []
    for row in rows:
        user = by_email(row.username or "")
        if looks_after(viewer, user) if user else viewer.keeps_all:
            name = user.name if user else ""
            found.append(Paused(row.username, name, row.ip_address, row.failures_since_start, row.attempt_time))
    return found
