"""Signing in by a SAML provider: there, and back with an assertion that it signed for this very request."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.saml import views
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from coachloop.web.federation import FAILED, refuse

acs = csrf_exempt(login_not_required(require_POST(views.acs)))
metadata = login_not_required(require_GET(views.metadata))


@login_not_required
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider; the answer must name this request."""
    to = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    app = get_adapter().get_app(request, provider="saml", client_id=settings.SAML_SLUG)
    answer: HttpResponse = app.get_provider(request).redirect(request, "login", next_url=to if safe else None)
    return answer


@login_not_required
@require_GET
def finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Back from the provider: whatever is not as it should be, ends at the sign-in page."""
    try:
        answer: HttpResponse = _finished(request, organization_slug)
    except ImmediateHttpResponse as error:
        answer = error.response
    return answer


def _finished(request: HttpRequest, slug: str) -> Any:
    try:
        return views.finish_acs(request, organization_slug=slug)
    except (PermissionDenied, ValueError, SyntaxError):  # lxml's mistakes are SyntaxErrors
        refuse(request, FAILED, account="", why="saml: not proven")


@login_not_required
def sls(request: HttpRequest, organization_slug: str) -> HttpResponse:  # noqa: ARG001 -- the metadata names it
    """Signing out elsewhere signs nobody out here: each site is left by itself."""
    return HttpResponse("Sign out at each site itself.", status=410, content_type="text/plain")
