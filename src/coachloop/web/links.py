"""Signed links to what is heard: for one person, one recording as it is now, and two hours."""

from typing import Any

from django.core import signing
from django.urls import reverse

from coachloop.app.queries.audio import Listenable
from coachloop.app.queries.viewing import Viewer

LINK_SECONDS = 2 * 60 * 60
"""How long a link plays; a page that is open for longer fetches a new one."""

SALT = "coachloop.media"


def link(viewer: Viewer, heard: Listenable) -> str:
    """Where this viewer hears it from now on; empty before there is something to hear."""
    if heard.copy is None or viewer.user is None:
        return ""
    named = {"for": viewer.user.pk, "call": heard.key, "file": heard.copy.name}
    return reverse("media", args=[signing.dumps(named, salt=SALT)])


def named(signed: str) -> dict[str, Any]:
    """For whom a link is, and to what.

    Raises:
        SignatureExpired: it was made too long ago.
        BadSignature: nobody here made it.
    """
    found: dict[str, Any] = signing.loads(signed, salt=SALT, max_age=LINK_SECONDS)
    return found
