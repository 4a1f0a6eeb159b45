"""What allauth asks where people sign in by the company's own sign-in, OpenID Connect or SAML."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone

from coachloop.app.errors import RefusedError
from coachloop.app.services import sign_in
from coachloop.app.services.federation import Policy, arrived
from coachloop.core.model.claims import Claims, role_rules
from coachloop.web.access import in_words
from coachloop.web.address import address_of

NAMES = (
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42", "givenName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4", "sn"),
)
"""Under which attributes SAML providers usually give first and last names."""
FAILED = "Signing in by your company account did not work. Try again; if it stays so, tell your IT department."


class FederationAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Whoever comes is found, made or refused by the service; nobody signs up, and nobody links accounts by hand."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find who they are, and bring their roles up to date."""
        claims, config = claims_of(sociallogin), settings.CONFIG
        rules, makes = (
            (config.oidc_roles, config.oidc_makes_people)
            if claims.source == "oidc"
            else (config.saml_roles, config.saml_makes_people)
        )
        known = sociallogin.user if sociallogin.is_existing else None
        try:
            policy = Policy(role_rules(rules), makes)
            user = arrived(claims, known=known, policy=policy, now=timezone.now())
        except RefusedError as refusal:
            refuse(request, in_words(refusal), account=claims.email if claims.verified else "", why=claims.source)
        if known is None:
            sociallogin.connect(request, user)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 -- allauth's
        """Never by itself: the service makes people."""
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> None:
        """Say so on the sign-in page; what exactly was wrong stands in the audit log by its kind alone."""
        refuse(request, FAILED, account="", why=f"{provider.id}: not proven")


def refuse(request: HttpRequest, words: str, *, account: str, why: str) -> NoReturn:
    """Back to the sign-in page, with a reason in plain words."""
    sign_in.refused(account=account, why=why, address=address_of(request), now=timezone.now())
    messages.error(request, words)
    raise ImmediateHttpResponse(redirect("sign-in"))


def claims_of(sociallogin: Any) -> Claims:
    """What the provider says, whichever it is."""
    said = sociallogin.account.extra_data
    if sociallogin.account.provider.startswith("oidc"):
        said = {**said.get("userinfo", {}), **said.get("id_token", {})}
        trusted = settings.CONFIG.oidc_trusts_email and "email_verified" not in said
        verified = trusted or said.get("email_verified") in (True, "true")
        email, name, groups = said.get("email"), said.get("name"), said.get(settings.CONFIG.oidc_claim)
    else:
        verified = True  # the company's own directory signed it, and no site but this one is meant
        groups, email = said.get(settings.CONFIG.saml_attribute), next(iter(sociallogin.email_addresses), None)
        email, name = email.email if email else "", " ".join(filter(None, map(partial(_first, said), NAMES)))
    source = "oidc" if sociallogin.account.provider.startswith("oidc") else "saml"
    return Claims(source, sociallogin.account.uid, str(email or ""), verified, str(name or ""), _groups(groups))


def _first(said: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first value that is given under one of these names."""
    return next((str(said[name][0]) for name in names if said.get(name)), "")


def _groups(said: Any) -> frozenset[str]:
    """Groups come as a list, or as one string."""
    return frozenset(str(one) for one in (said if isinstance(said, list | tuple) else [said] if said else []))
