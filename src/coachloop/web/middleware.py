import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import sites
from coachloop.core.model.cipher import UnreadableError

log = logging.getLogger("coachloop.words")


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


class UnreadableMiddleware:
    """Says on every page alike that words can't be decrypted, and in the log why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer where a page met such words."""
        if not isinstance(error, UnreadableError):
            return None
        log.error("Words can't be read: %s", str(error))
        return render(request, "unreadable.html", status=503)


class NoNulMiddleware:
    """Refuses a NUL character in an address or a form, in one place for all pages: PostgreSQL stores none, and would end in an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say that the address or the form holds what no page can take."""
        given = (value for part in (request.GET, request.POST) for _, values in part.lists() for value in values)
        if "\0" in request.path or any("\0" in value for value in given):
            return HttpResponseBadRequest(
                "There is a NUL character in this address or form. Take it out, and send it again."
            )
        return self.get_response(request)
