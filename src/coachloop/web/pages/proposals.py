"""Choosing what to coach: a QA lead proposes, a leader answers or chooses otherwise than suggested."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import choosing as choices
from coachloop.app.queries import proposals as queries
from coachloop.app.queries import session_page
from coachloop.app.queries.choosing import Choosing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.app.services import proposals as services
from coachloop.app.services.choice import Otherwise
from coachloop.app.services.proposals import Idea
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import number, posted_number
from coachloop.web.forms import ChooseForm
from coachloop.web.submitting import refusals

MOST_VERDICT = 10**9


@require_http_methods(["GET", "POST"])
@page(Role.TEAM_LEADER)
def choose(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What else to coach an agent on, and why."""
    seen = found(_choosing(request, viewer, key))
    form = _form(
        request,
        seen,
        label="Why this?",
        why="It is kept beside the focus. You and the QA lead read it, the agent does not.",
    )
    if form is not None and form.is_valid() and seen.chosen:
        given = form.cleaned_data
        wish = Otherwise(seen.chosen.template, seen.chosen.behaviour, int(given["example"]), given["why"])
        with refusals(form, None):
            coaching.accept_focus(
                viewer=viewer, agent_key=key, now=timezone.now(), as_of=timezone.localdate(), otherwise=wish
            )
            return _to_session(viewer, key)
    return _show(request, viewer, seen, form=form)


@require_http_methods(["GET", "POST"])
@page(Role.QA_LEAD)
def suggest(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Propose to an agent's leader what to coach."""
    seen = found(_choosing(request, viewer, key))
    form = _form(request, seen, label="Why is it worth coaching?", why="One sentence. Their team leader reads it.")
    if form is not None and form.is_valid() and seen.chosen:
        given = form.cleaned_data
        idea = Idea(seen.chosen.template, seen.chosen.behaviour, int(given["example"]), given["why"])
        with refusals(form, None):
            services.propose(viewer=viewer, agent_key=key, idea=idea, now=timezone.now())
            messages.success(request, f"Proposed. It is in the week of whoever leads {seen.agent_name}.")
            return redirect("proposals")
    return _show(request, viewer, seen, form=form, suggesting=True)


@page(Role.QA_LEAD)
def proposals(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What became of what was proposed?"""
    listed = queries.proposals(viewer, page=number(request, "page", 1))
    audit.look(viewer, *queries.quoted(tuple(listed.rows)), now=timezone.now())
    return render(request, "coachloop/proposals.html", {"page": listed})


@require_POST
@page(Role.TEAM_LEADER)
def take(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Take it as the agent's focus, then plan when to sit down."""
    try:
        focus = services.take(viewer=viewer, proposal_id=proposal_id, now=timezone.now(), as_of=timezone.localdate())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("week")
    return _to_session(viewer, focus.agent.key)


@require_POST
@page(Role.TEAM_LEADER)
def decline(request: HttpRequest, viewer: Viewer, proposal_id: int) -> HttpResponse:
    """Say no, and why."""
    because = request.POST.get("because", "")
    try:
        services.decline(viewer=viewer, proposal_id=proposal_id, because=because, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, "Declined. Your reason is on the QA lead's page.")
    return redirect("week")


def _choosing(request: HttpRequest, viewer: Viewer, key: str) -> Choosing | None:
    posted = request.method == "POST"
    return choices.choosing(
        viewer,
        key,
        behaviour=(request.POST if posted else request.GET).get("behaviour", ""),
        verdict=(posted_number if posted else number)(request, "example", 0, most=MOST_VERDICT),
        today=timezone.localdate(),
    )


def _form(request: HttpRequest, seen: Choosing, *, label: str, why: str) -> ChooseForm | None:
    """Where a behaviour is chosen that has an example."""
    if seen.chosen is None or not seen.examples:
        return None
    ids = [each.verdict_id for each in seen.examples]
    data = request.POST if request.method == "POST" else None
    return ChooseForm(data, examples=ids, label=label, help_text=why, initial={"example": ids[0]})


def _to_session(viewer: Viewer, key: str) -> HttpResponse:
    session_id = session_page.next_session_id(viewer, key)
    return redirect("session", session_id) if session_id else redirect("week")


def _show(
    request: HttpRequest, viewer: Viewer, seen: Choosing, *, form: ChooseForm | None, suggesting: bool = False
) -> HttpResponse:
    audit.look(viewer, *seen.quoted, now=timezone.now())
    shown: dict[str, Any] = {"seen": seen, "form": form, "suggesting": suggesting}
    return render(request, "coachloop/choose.html", shown, status=422 if request.method == "POST" else 200)
