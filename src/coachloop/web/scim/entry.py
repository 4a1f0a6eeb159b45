"""The one address of SCIM: what it stands on is imported when a directory first asks."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from coachloop.core.model.claims import role_rules


@csrf_exempt
@login_not_required
def scim(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever is below /scim/v2/. No session counts here, so nothing can be forged by one."""
    from coachloop.web.scim.server import answer  # noqa: PLC0415 -- half a second, for those who have a directory

    config = settings.CONFIG
    return answer(request, rest, rules=role_rules(config.scim_roles), a_minute=config.api_requests_a_minute)
