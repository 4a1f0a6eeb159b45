"""How long somebody stays signed in, and what they must set up before anything else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from coachloop.app.queries import sign_in as queries
from coachloop.web.access import viewer_of

BEGAN, SEEN, ROLES = "coachloop_began", "coachloop_seen", "coachloop_roles"
NOTED_EVERY = 60
"""Seconds between two notes that somebody is still there: not every click is worth a write."""
BEFORE_CODES = frozenset({"set-up-codes", "sign-out", "sign-in"})


def signed_in_by(request: HttpRequest) -> set[str]:
    """The ways by which this session was signed in: `password`, `mfa`, `socialaccount`; none in the demonstration's one click."""
    return {str(record["method"]) for record in get_authentication_records(request, request.user)}


def lacks_codes(request: HttpRequest) -> bool:
    """Whether they signed in by a password alone, and the site wants more of them."""
    demand = settings.CONFIG.mfa
    if demand == "optional" or not request.user.is_authenticated:
        return False
    by = signed_in_by(request)
    return "password" in by and "mfa" not in by and queries.needs_codes(request.user, demand)


def renew(request: HttpRequest, *, by: str = "") -> None:
    """Go on under a new key, after what changes what somebody may do: a new password, codes on or off, other roles."""
    if not request.user.is_authenticated:
        return
    old = request.session.session_key
    update_session_auth_hash(request, request.user)
    if by:
        record_authentication(request, request.user, method=by)
    UserSession.objects.filter(session_key=old).delete()
    UserSession.objects.create_from_request(request)


class LifetimeMiddleware:
    """Ends a session that lasts too long, or in which nothing was done for too long; gives it another key where roles were given or taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, as a visitor's where the session is over."""
        if request.user.is_authenticated:
            if over(request.session, now := timezone.now()):
                logout(request)
                messages.info(request, "You were signed out because time was up. Sign in again.")
            elif now.timestamp() - request.session.get(SEEN, 0) > NOTED_EVERY:
                request.session[SEEN] = now.timestamp()
            _renew_by_roles(request)
        return self.get_response(request)


def _renew_by_roles(request: HttpRequest) -> None:
    """Go on under a new key where they may do other things than at the last request."""
    if not request.user.is_authenticated:
        return
    roles = " ".join(sorted(viewer_of(request).roles))
    known = request.session.get(ROLES)
    if known != roles:
        request.session[ROLES] = roles
        if known is not None:
            renew(request)


def over(session: Any, now: datetime) -> bool:
    """Whether a session's time is up; notes the first time it is asked for when it began."""
    at = now.timestamp()
    if BEGAN not in session:
        session[BEGAN] = session[SEEN] = at
    idle = settings.CONFIG.session_idle_minutes * 60
    return at - session[BEGAN] > settings.SESSION_COOKIE_AGE or bool(idle and at - session[SEEN] > idle)


class CodesRequiredMiddleware:
    """Where the site demands codes, whoever has none sets them up before they see anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing by itself."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """To the page that sets them up."""
        found = request.resolver_match
        if (found and found.url_name in BEFORE_CODES) or not lacks_codes(request):
            return None
        return redirect("set-up-codes")
