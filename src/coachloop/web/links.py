"""Signed links to what is heard: for one person, one recording as it is now, and two hours."""

from typing import Any

from django.core import signing
from django.urls import reverse

from coachloop.app.queries.audio import Listenable
from coachloop.app.queries.clips import ClipView
from coachloop.app.queries.viewing import Viewer

LINK_SECONDS = 2 * 60 * 60
"""How long a link plays; a page that is open for longer fetches a new one."""

SALT, CLIP_SALT = "coachloop.media", "coachloop.clip"


def link(viewer: Viewer, heard: Listenable) -> str:
    """Where this viewer hears it from now on; empty before there is something to hear."""
    if heard.copy is None or viewer.user is None:
        return ""
    named = {"for": viewer.user.pk, "call": heard.key, "file": heard.copy.name}
    return reverse("media", args=[signing.dumps(named, salt=SALT)])


def clip_link(viewer: Viewer, clip: ClipView) -> str:
    """The same of a clip; empty where they may not hear it, or nobody can."""
    if clip.sound is None or viewer.user is None:
        return ""
    named = {"for": viewer.user.pk, "clip": clip.id, "file": clip.sound.name.name}
    return reverse("clip-sound", args=[signing.dumps(named, salt=CLIP_SALT)])


def named(signed: str, *, salt: str = SALT) -> dict[str, Any]:
    """For whom a link is, and to what.

    Raises:
        SignatureExpired: it was made too long ago.
        BadSignature: nobody here made it.
    """
    found: dict[str, Any] = signing.loads(signed, salt=salt, max_age=LINK_SECONDS)
    return found
