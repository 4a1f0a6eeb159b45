"""A file as an answer that can be asked for in parts, so that a browser plays from any second without getting all of it.

RFC 9110, section 14: one range a request. Several at once, and what can't be read, get the whole file, as the RFC allows.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from coachloop.core.model.media import Media, Name

ONE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to `stop`, half-open; empty where nothing of the file is asked for."""

    start: int
    stop: int

    @property
    def is_empty(self) -> bool:
        """Whether no byte of the file is in it: the request can't be satisfied."""
        return self.stop <= self.start


def span(asked: str, size: int) -> Span | None:
    """What a `Range` header asks for of a file; None where it is to be ignored.

    Args:
        asked: the header.
        size: bytes of the file.
    """
    found = ONE.fullmatch(asked)
    if found is None:
        return None
    first, last, ending = found.groups()
    if ending is not None:
        return Span(max(size - int(ending), 0), size)
    if last and int(last) < int(first):
        return None
    return Span(int(first), min(int(last) + 1, size) if last else size)


def ranged(request: HttpRequest, name: Name, *, media: Media, content_type: str) -> HttpResponseBase:
    """The file or the part that is asked for, read in blocks from where it lies; 404 where it is not there.

    Args:
        request: GET or HEAD, with `Range`, `If-Range` and `If-None-Match` where the browser has something of it.
        name: the file; it names this content, another one has another name.
        media: where it lies.
        content_type: what it is.
    """
    size, tag = media.size(name), f'"{name.stem}"'
    if size is None:
        raise Http404
    part = None
    if request.method == "GET" and request.headers.get("If-Range", tag) == tag:
        part = span(request.headers.get("Range", ""), size)
    if _is_known(request, tag):
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    elif part is not None and part.is_empty:
        response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{size}"
    elif part is not None:
        response = StreamingHttpResponse(media.read(name, part.start, part.stop), status=HTTPStatus.PARTIAL_CONTENT)
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        response["Content-Length"] = str(part.stop - part.start)
    else:
        response = HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(media.read(name, 0, size))
        response["Content-Length"] = str(size)
    response["Content-Type"] = content_type
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    return response


def _is_known(request: HttpRequest, tag: str) -> bool:
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    return bool(known & {tag, "*"})
