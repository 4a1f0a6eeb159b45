"""What allauth and axes ask of a site: who somebody is by their address, where a request comes from, how a second key is kept."""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from coachloop.app.queries import sign_in as queries
from coachloop.app.services import box, sign_in
from coachloop.web.address import address_of

BOX = "second keys"


def account_named(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The account that a sign-in is for, in one spelling, whether there is such an account or not."""
    named = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return str(named).strip().casefold()[:250]


class ByEmail(ModelBackend):
    """Email and password; an email's capitals do not matter. An unknown one takes as long as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Whoever they are, if the password is theirs."""
        person = queries.by_email(username or "")
        return super().authenticate(request, person.email if person else username, password, **kwargs)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up: people are added. Each sign-in is noted."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where it comes from."""
        return address_of(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:  # noqa: ARG002
        """Say what an admin can do."""
        messages.error(request, "This account is switched off. Ask an admin.")
        return redirect("sign-in")

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session, under a new key, and note it."""
        request.session.cycle_key()
        super().login(request, user)
        how = [str(record["method"]) for record in get_authentication_records(request, user)]
        sign_in.signed_in(user=user, how=how, address=address_of(request), now=timezone.now())


class CodesAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second keys lie in the database encrypted with the site's secret key."""

    def get_totp_issuer(self) -> str:
        """What the app on the phone calls it."""
        return "coachloop"

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return box.locked(text, BOX)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was. After another secret key nothing can be read: what comes then matches no code."""
        return box.unlocked(encrypted_text, BOX) or base64.b32encode(secrets.token_bytes(20)).decode()
