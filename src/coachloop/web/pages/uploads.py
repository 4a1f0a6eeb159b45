"""Recordings and transcripts come in by the browser: chosen on a page, sent in pieces, so that one goes on where it broke off.

In pieces by the tus protocol, 1.0.0 (https://tus.io/protocols/resumable-upload): the core, creation and termination.
"""

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coachloop.app.errors import RefusedError, WrongStateError
from coachloop.app.queries import uploads as queries
from coachloop.app.queries.uploads import UploadView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import uploads as services
from coachloop.core.model.media import MediaUnavailableError
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.wiring import incoming

BRINGERS = (Role.TEAM_LEADER, Role.QA_LEAD)
VERSION, OFFSET = "1.0.0", "application/offset+octet-stream"
LONGEST_METADATA = 4000


@require_http_methods(["GET", "POST"])
@page(*BRINGERS)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Bring in calls as sound or as words. Where no script runs, the form sends the files whole."""
    if request.method == "POST":
        for file in request.FILES.getlist("files"):
            if isinstance(file, UploadedFile):
                _whole(request, viewer, file)
        return redirect("add-recordings")
    shown = {
        "rows": queries.uploads(viewer),
        "agents": queries.agents(viewer),
        "most_megabytes": f"{queries.most_bytes() / 1e6:,.0f}",
    }
    shown["may_leave_open"] = viewer.has(Role.QA_LEAD)
    return render(request, "coachloop/add_recordings.html", shown)


@require_http_methods(["POST", "OPTIONS"])
@page(*BRINGERS)
def begin(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make room for one file; what the server can do, by OPTIONS."""
    if request.method == "OPTIONS":
        able = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination", "Tus-Max-Size": queries.most_bytes()}
        return _tus(HttpResponse(status=HTTPStatus.NO_CONTENT, headers=able))
    size = _number(request, "Upload-Length")
    if (wrong := _wrong(request)) or size is None:
        return wrong or _refused("Upload-Length: how many bytes the file has", HTTPStatus.BAD_REQUEST)
    if size > queries.most_bytes():
        words = f"it is too large; at most {queries.most_bytes() / 1e6:,.0f} MB are taken"
        return _refused(words, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    given = _metadata(request.headers.get("Upload-Metadata", ""))
    try:
        row = services.begin(viewer=viewer, name=given.get("filename", ""), size=size, fields=given, now=timezone.now())
    except RefusedError as refusal:
        return _refused(in_words(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _tus(HttpResponse(status=HTTPStatus.CREATED, headers={"Location": reverse("upload", args=[row.key])}))


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@page(*BRINGERS)
def upload(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """One file: how far it has come, the next bytes of it, what it became, or no more of it."""
    view = found(queries.upload(viewer, key))
    if request.method == "GET":
        return JsonResponse(_state(view))
    if wrong := _wrong(request):
        return wrong
    if request.method == "HEAD":
        headers = {"Upload-Offset": view.offset, "Upload-Length": view.size, "Cache-Control": "no-store"}
        return _tus(HttpResponse(headers=headers))
    if request.method == "DELETE":
        services.drop(viewer=viewer, key=key)
        return _tus(HttpResponse(status=HTTPStatus.NO_CONTENT))
    return _grow(request, viewer, view)


def _grow(request: HttpRequest, viewer: Viewer, view: UploadView) -> HttpResponse:
    at = _number(request, "Upload-Offset")
    if request.content_type != OFFSET:
        return _refused(f"the bytes come as {OFFSET}", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if at is None:
        return _refused("Upload-Offset: how many bytes are here already", HTTPStatus.BAD_REQUEST)
    try:
        here = services.append(viewer=viewer, key=view.key, at=at, read=request.read)
        if here == view.size:
            services.finish(viewer=viewer, key=view.key, reader=incoming, now=timezone.now())
    except services.BusyError as busy:
        return _refused(in_words(busy), HTTPStatus.LOCKED)
    except WrongStateError as elsewhere:
        return _refused(in_words(elsewhere), HTTPStatus.CONFLICT)
    except MediaUnavailableError as error:
        return _refused(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
    return _tus(HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Upload-Offset": here}))


def _whole(request: HttpRequest, viewer: Viewer, file: "UploadedFile[Any]") -> None:
    given = {name: request.POST.get(name, "") for name in ("agent", *services.FIELDS)}
    try:
        row = services.begin(viewer=viewer, name=file.name or "", size=file.size or 0, fields=given, now=timezone.now())
        services.append(viewer=viewer, key=row.key, at=0, read=file.read)
        services.finish(viewer=viewer, key=row.key, reader=incoming, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, f"{file.name}: {in_words(refusal)}")
    except MediaUnavailableError as error:
        messages.error(request, f"{file.name}: {error}; bring it again later")


def _state(view: UploadView) -> dict[str, object]:
    address = reverse("conversation", args=[view.conversation]) if view.conversation else ""
    state = {"name": view.name, "size": view.size, "offset": view.offset, "done": view.is_done}
    return state | {"conversations": view.conversations, "address": address, "refused": view.refused}


def _wrong(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    response = _refused(f"this server speaks tus {VERSION}", HTTPStatus.PRECONDITION_FAILED)
    response["Tus-Version"] = VERSION
    return response


def _refused(words: str, status: HTTPStatus) -> HttpResponse:
    return _tus(HttpResponse(words, status=status, content_type="text/plain; charset=utf-8"))


def _tus(response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = VERSION
    return response


def _number(request: HttpRequest, header: str) -> int | None:
    text = request.headers.get(header, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _metadata(header: str) -> Mapping[str, str]:
    """`name base64,name base64`: what can't be read is left out."""
    found = {}
    for pair in header[:LONGEST_METADATA].split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode().replace("\0", "")
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
