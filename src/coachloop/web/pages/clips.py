"""Clips: the library, one clip, and the moments that may become one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop import wiring
from coachloop.app.errors import RefusedError
from coachloop.app.queries import clip_search
from coachloop.app.queries import clips as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import clips as services
from coachloop.core.model.people import Role
from coachloop.core.model.spoken import LONGEST_QUERY
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import posted_number

PEOPLE = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
KEEPERS = (Role.TEAM_LEADER, Role.QA_LEAD)


@page(*PEOPLE)
def library(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How does it sound when it is done well? Titles and reasons; the words are on each clip's own page, and what can be heard is heard here too."""
    behaviour, words = request.GET.get("behaviour", ""), request.GET.get("words", "").strip()[:LONGEST_QUERY]
    encoder = wiring.encoder()
    shown = {
        "clips": clip_search.library(viewer, behaviour=behaviour, words=words, encoder=encoder),
        "by_meaning": encoder is not None,
        "behaviours": queries.behaviours(viewer),
        "behaviour": behaviour,
        "words": words,
        "may_make": viewer.has(*KEEPERS),
    }
    return render(request, "coachloop/clips.html", shown)


@page(*PEOPLE)
def clip(request: HttpRequest, viewer: Viewer, clip_id: int) -> HttpResponse:
    """One moment, word for word; a look is counted."""
    view = found(queries.clip(viewer, clip_id))
    services.seen(viewer=viewer, clip_id=clip_id, now=timezone.now())
    teams, agents = queries.targets(viewer) if view.may_keep and view.live else ([], [])
    return render(request, "coachloop/clip.html", {"view": view, "teams": teams, "agents": agents})


@page(*KEEPERS)
def candidates(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which moments are worth keeping? The quotes that are shown are looked at."""
    proposed = queries.candidates(viewer, behaviour=request.GET.get("behaviour", ""))
    audit.look(viewer, *dict.fromkeys(one.conversation_key for one in proposed), now=timezone.now())
    return render(request, "coachloop/clip_candidates.html", {"candidates": proposed})


@require_POST
@page(*KEEPERS)
def make(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make one of a moment."""
    try:
        made = services.make_clip(
            viewer=viewer, verdict_id=posted_number(request, "verdict", 0), now=timezone.now(), **_worded(request)
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("clip-candidates")
    messages.success(request, "Made. The agent in it is asked on their page; then you can share it.")
    return redirect("clip", made.pk)


@require_POST
@page(*KEEPERS)
def word(request: HttpRequest, viewer: Viewer, clip_id: int) -> HttpResponse:
    """Another title, or another reason."""
    return _do(
        request,
        clip_id,
        lambda: services.word_clip(viewer=viewer, clip_id=clip_id, now=timezone.now(), **_worded(request)),
        said="Changed.",
    )


@require_POST
@page(*KEEPERS)
def share(request: HttpRequest, viewer: Viewer, clip_id: int) -> HttpResponse:
    """Show it to an agent or a team."""
    chosen = request.POST.get("with_whom", "")
    return _do(
        request,
        clip_id,
        lambda: services.share(viewer=viewer, clip_id=clip_id, with_whom=chosen, now=timezone.now()),
        said="Shared.",
    )


@require_POST
@page(Role.AGENT)
def consent(request: HttpRequest, viewer: Viewer, clip_id: int) -> HttpResponse:
    """Colleagues may see it; and hear it, if that was the question."""
    voice = request.POST.get("voice") == "yes"
    return _do(
        request,
        clip_id,
        lambda: services.consent(viewer=viewer, clip_id=clip_id, voice=voice, now=timezone.now()),
        said="Thank you: colleagues may learn from it now. You can take that back at any time.",
    )


@require_POST
@page(Role.AGENT)
def withdraw(request: HttpRequest, viewer: Viewer, clip_id: int) -> HttpResponse:
    """Nobody else sees it any more."""
    return _do(
        request,
        clip_id,
        lambda: services.withdraw(viewer=viewer, clip_id=clip_id, now=timezone.now()),
        said="Nobody but you finds it any more.",
    )


def _do(request: HttpRequest, clip_id: int, act: Callable[[], object], *, said: str) -> HttpResponse:
    try:
        act()
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, said)
    return redirect("clip", clip_id)


def _worded(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ("title", "why_good")}
