from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from coachloop.app.queries import sites


class SiteZoneMiddleware:
    """Shows times in the site's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the site's zone switched on."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(sites.zone()):
            return self.get_response(request)
