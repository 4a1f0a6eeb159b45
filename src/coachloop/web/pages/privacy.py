"""Privacy: what is kept how long, erasing somebody, and giving somebody what is known of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import erasures
from coachloop.app.queries import retention as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import erasing, person_export, retention
from coachloop.core.model.people import Role
from coachloop.core.model.retention import KINDS, Kind
from coachloop.web.access import found, in_words, page

LONGEST = 6
"""Digits of a number of days that are read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody named, and why that was refused."""

    kind: str = ""
    key: str = ""
    basis: str = ""
    refused: str = ""
    there: erasures.Found | None = None


@page(Role.ADMIN)
def privacy(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is kept, for how long, and of whom?"""
    return _show(request, viewer)


@require_POST
@page(Role.ADMIN)
def keep(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Look what would go, or say how long each kind is kept."""
    wanted = {kind: days for kind in KINDS if (days := _days(request, kind)) is not _UNSAID}
    if "save" not in request.POST:
        return _show(request, viewer, wanted=wanted, looked=True)
    try:
        retention.keep_all(viewer=viewer, wanted=wanted, now=timezone.now())
    except RefusedError as refusal:
        return _show(request, viewer, wanted=wanted, refused=in_words(refusal), status=422)
    messages.success(request, "Saved. The next run, once a day, deletes what is older.")
    return redirect("privacy")


@require_POST
@page(Role.ADMIN)
def erase(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Look who it is, then erase them: the worker does it."""
    kind, key, basis = _named(request)
    there = erasures.found(viewer, kind, key) if kind in erasures.WHOM else None
    if there is None:
        refused = (
            f"Nothing is here of {kind or 'them'} “{key}”: ids are matched letter by letter." if key else "Say who."
        )
        return _show(request, viewer, erase=Asked(kind, key, basis, refused), status=422)
    if request.POST.get("sure") != there.key:
        return _show(request, viewer, erase=Asked(kind, key, basis, there=there))
    number = erasing.ask(viewer=viewer, kind=kind, key=key, basis=basis, now=timezone.now())
    messages.success(request, "They are being erased; this takes some minutes on a large site.")
    return redirect("erasure", number)


@require_POST
@page(Role.ADMIN)
def export(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Everything about somebody as an archive."""
    kind, key, _ = _named(request)
    try:
        blocks = person_export.export(viewer=viewer, kind=kind, key=key, now=timezone.now())
    except RefusedError as refusal:
        return _show(request, viewer, export=Asked(kind, key, refused=in_words(refusal)), status=422)
    response = StreamingHttpResponse(blocks, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{kind}.zip"'
    return response


@page(Role.ADMIN)
def erasure(request: HttpRequest, viewer: Viewer, erasure_id: int) -> HttpResponse:
    """What was erased, when and by whom, and what is kept? Made to be printed."""
    return render(request, "coachloop/erasure.html", {"one": found(erasures.certificate(viewer, erasure_id))})


@page(Role.ADMIN)
def certificate(request: HttpRequest, viewer: Viewer, erasure_id: int) -> HttpResponse:
    """The same for a program."""
    del request
    return JsonResponse(found(erasures.certificate(viewer, erasure_id)).as_json())


_UNSAID: Any = object()


def _days(request: HttpRequest, kind: Kind) -> int | None:
    text = request.POST.get(kind)
    if text is None:
        return _UNSAID  # type: ignore[no-any-return]  # told apart from nothing, which is for good
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else 0


def _named(request: HttpRequest) -> tuple[str, str, str]:
    given = request.POST
    return given.get("kind", "")[:20], given.get("key", "").strip()[:254], given.get("basis", "")[:4000]


def _show(request: HttpRequest, viewer: Viewer, *, status: int = 200, **more: Any) -> HttpResponse:
    shown = {
        "lines": queries.lines(viewer, now=timezone.now(), wanted=more.pop("wanted", None)),
        "erasures": erasures.certificates(viewer),
        "erase": Asked(),
        "export": Asked(),
        **more,
    }
    return render(request, "coachloop/privacy.html", shown, status=status)
