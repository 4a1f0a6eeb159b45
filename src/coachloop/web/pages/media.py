"""Recordings as they are heard: by a signed link that is for one person and expires, and never without asking whether they may."""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from coachloop.app.queries import audio as queries
from coachloop.app.queries import listening
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import clip_sound as services
from coachloop.core.model.media import MediaUnavailableError, Name
from coachloop.core.model.people import Role
from coachloop.web import links
from coachloop.web.access import found, page
from coachloop.web.ranges import ranged
from coachloop.wiring import cut_clip


@require_safe
@page()
def media(request: HttpRequest, viewer: Viewer, signed: str) -> HttpResponseBase:
    """The sound, or the part of it that the browser asks for. Whoever may not read the words any more hears nothing either."""
    try:
        named = _named(viewer, signed, salt=links.SALT)
    except signing.SignatureExpired:
        return _expired()
    heard = found(listening.of(viewer, named["call"]))
    copy = found(heard.copy)
    if copy.name != named["file"]:
        raise Http404
    sound = _sound(request, copy)
    audit.look(viewer, heard.key, now=timezone.now())
    return sound


@require_safe
@page(Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
def clip_sound(request: HttpRequest, viewer: Viewer, signed: str) -> HttpResponseBase:
    """The same of a clip: as long as they see it, and the agent in it agrees to be heard."""
    try:
        named = _named(viewer, signed, salt=links.CLIP_SALT)
    except signing.SignatureExpired:
        return _expired()
    name = found(services.heard(viewer=viewer, clip_id=named["clip"], cut=cut_clip, now=timezone.now()))
    if name.name != named["file"]:
        raise Http404
    return _sound(request, name)


def _named(viewer: Viewer, signed: str, *, salt: str) -> dict[str, Any]:
    """What a link of theirs leads to; a link of somebody else leads nowhere."""
    try:
        named = links.named(signed, salt=salt)
    except signing.SignatureExpired:
        raise
    except signing.BadSignature as error:
        raise Http404 from error
    if viewer.user is None or named["for"] != viewer.user.pk:
        raise Http404
    return named


def _expired() -> HttpResponse:
    return HttpResponse("This link has expired. Load the page again, and play it there.", status=410)


def _sound(request: HttpRequest, name: Name) -> HttpResponseBase:
    try:
        response = ranged(request, name, media=queries.media(), content_type="audio/mp4")
    except MediaUnavailableError:
        return HttpResponse("The place where recordings lie does not answer. Try again in a minute.", status=503)
    response["Cache-Control"] = "private, no-cache"
    return response
