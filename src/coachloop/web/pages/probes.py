"""What machines ask: whether the process answers, whether it can do its work, and figures."""

import hmac
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from coachloop.app.queries.readiness import readiness
from coachloop.web.measured import exposition

FOR_PAGES = frozenset({"database", "migrations", "media"})
"""Without these no page can be answered; a worker that is late leaves the pages as they are."""

ASKED, FAILED = ("GET", "HEAD"), 503


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _unkept(HttpResponse("ok\n", content_type="text/plain"), request)


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """Whether visitors should be sent here; with `?worker=1` also whether background work is done."""
    if _draining():
        return _unkept(JsonResponse({"ready": False, "checks": {"server": "is shutting down"}}, status=FAILED), request)
    checks = readiness(timezone.now())
    needed = FOR_PAGES | ({"worker"} if request.GET.get("worker") else set())
    fine = all(checks[name] == "ok" for name in needed)
    return _unkept(JsonResponse({"ready": fine, "checks": checks}, status=200 if fine else FAILED), request)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for who has the token; where none is set, there are none."""
    token = settings.CONFIG.metrics_token.get_secret_value()
    if not token:
        return _unkept(HttpResponse("COACHLOOP_METRICS_TOKEN is not set.\n", "text/plain", status=404), request)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        refused = HttpResponse(
            "Authorization: Bearer and COACHLOOP_METRICS_TOKEN are needed.\n", "text/plain", status=401
        )
        refused["WWW-Authenticate"] = "Bearer"
        return _unkept(refused, request)
    return _unkept(HttpResponse(exposition(), "text/plain; version=0.0.4; charset=utf-8"), request)


PROBES: dict[str, tuple[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/health": ("health", health),
    "/ready": ("ready", ready),
    "/metrics": ("metrics", metrics),
}
"""By path: the route's name and what answers."""


def _draining() -> bool:
    """Whether `serve` was told to end: it says so here first, and ends when nobody is sent any more."""
    flag = os.environ.get("COACHLOOP_DRAINING")
    return bool(flag) and Path(str(flag)).exists()


def _unkept(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    if request.method not in ASKED:
        response = HttpResponse(status=405, headers={"Allow": ", ".join(ASKED)})
    response["Cache-Control"] = "no-store"
    setattr(response, "_has_been_logged", True)  # noqa: B010 -- Django's own sign: a probe's 503 is an answer, no error
    response["X-Content-Type-Options"] = "nosniff"
    return response
