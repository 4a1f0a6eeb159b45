"""Signing in by an OpenID provider: there, and back with an ID token that is checked to the letter."""

import secrets
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET
from requests import RequestException

from coachloop.adapters.id_token import Expected, IdTokenError, verified


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """allauth's, with an ID token that must be there, signed, ours and an answer to this very request."""

    nonce = ""

    def get_provider(self) -> Any:
        """Ours."""
        return provider(self.request)

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:  # noqa: ARG002 -- allauth's
        """Where the provider sends people back to."""
        return request.build_absolute_uri(reverse("oidc-callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who they are; asked of the provider once more where the token lacks the address or the groups."""
        data = {"id_token": self._decode_id_token(app, str(kwargs["response"].get("id_token", "")))}
        if (
            not {"email", settings.CONFIG.oidc_claim} <= data["id_token"].keys()
            and "userinfo_endpoint" in self.openid_config
        ):
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"].get("sub") != data["id_token"]["sub"]:
                raise OAuth2Error("the provider speaks of somebody else")
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        expected = Expected(settings.CONFIG.oidc_issuer, app.client_id, self.nonce)
        try:
            return verified(id_token, answer.json(), expected, now=timezone.now())
        except IdTokenError as error:
            raise OAuth2Error(str(error)) from error


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """allauth's; whoever signs in is known by the subject of the ID token."""

    oauth2_adapter_class = Adapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The subject."""
        return str(data["id_token"]["sub"])


class Callback(OAuth2CallbackView):  # type: ignore[misc]  # allauth has no types
    """allauth's; the nonce of the state that comes back goes to whoever checks the token."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@login_not_required
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider, with a state, a nonce and a PKCE challenge of this browser alone."""
    nonce, to = secrets.token_urlsafe(24), request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    try:
        answer: HttpResponse = provider(request).redirect(
            request, "login", next_url=to if safe else None, auth_params={"nonce": nonce}, nonce=nonce
        )
    except RequestException:
        from allauth.socialaccount.helpers import render_authentication_error  # noqa: PLC0415 -- it reads the tables

        return render_authentication_error(request, provider(request))  # type: ignore[no-any-return]
    return answer


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    view = Callback.adapter_view(Adapter(request, settings.OIDC_KEY))
    return view(request)  # type: ignore[no-any-return]


def provider(request: HttpRequest) -> Any:
    """The provider that the site names."""
    app = get_adapter().get_app(request, provider=settings.OIDC_KEY)
    return Provider(request, app=app)
