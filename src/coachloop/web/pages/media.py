"""Recordings as they are heard: by a signed link that is for one person and expires, and never without asking whether they may."""

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from coachloop.app.queries import listening
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.web import links
from coachloop.web.access import found, page
from coachloop.web.ranges import ranged


@require_safe
@page()
def media(request: HttpRequest, viewer: Viewer, signed: str) -> HttpResponseBase:
    """The sound, or the part of it that the browser asks for. Whoever may not read the words any more hears nothing either."""
    try:
        named = links.named(signed)
    except signing.SignatureExpired:
        return HttpResponse("This link has expired. Load the page again, and play it there.", status=410)
    except signing.BadSignature as error:
        raise Http404 from error
    if viewer.user is None or named["for"] != viewer.user.pk:
        raise Http404
    heard = found(listening.of(viewer, named["call"]))
    copy = found(heard.copy)
    if copy.name != named["file"] or not copy.is_file():
        raise Http404
    audit.look(viewer, heard.key, now=timezone.now())
    response = ranged(request, copy, content_type="audio/mp4", etag=copy.stem)
    response["Cache-Control"] = "private, no-cache"
    return response
