"""What is noted of every request: its number, its route, how long it took; never its address, what it asked or what it held."""

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponse

from coachloop.web.measured import note_request
from coachloop.web.pages.probes import PROBES
from coachloop.web.request_id import REQUEST_ID

HEADER = "X-Request-ID"
_TAKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_access = logging.getLogger("coachloop.access")


class ObservedMiddleware:
    """Numbers requests, times them, and answers probes before anything else is asked of them.

    A probe comes by number instead of name, without cookies, and is not to wait for what pages need.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and note that."""
        given = request.headers.get(HEADER, "")
        number = given if _TAKEN.fullmatch(given) else secrets.token_hex(8)
        before = REQUEST_ID.set(number)
        begun = perf_counter()
        try:
            route, answer = PROBES.get(request.path_info, (None, self._get_response))
            response = answer(request)
            response[HEADER] = number
            _note(request, response, seconds=perf_counter() - begun, route=route)
        finally:
            REQUEST_ID.reset(before)
        return response


def _note(request: HttpRequest, response: HttpResponse, *, seconds: float, route: str | None) -> None:
    route = route or (request.resolver_match.view_name if request.resolver_match else "") or "none"
    note_request(route, response.status_code, seconds)
    seen = getattr(request, "_cached_user", None)
    noted = {
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000),
        "user": getattr(seen, "pk", None),
    }
    _access.info(
        request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other", extra=noted
    )
