"""Disputes: an agent challenges a verdict, a QA lead gives it to somebody, they decide, and everybody reads what became of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import disputes as queries
from coachloop.app.queries.challenges import challengeable
from coachloop.app.queries.disputes import DisputeView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import disputes as services
from coachloop.core.insight.overturned import ENOUGH, OFTEN
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web import transcript
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import number, posted_number
from coachloop.web.dispute_forms import ChallengeForm, DecideForm
from coachloop.web.player import player
from coachloop.web.submitting import refusals

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.EVALUATOR, Role.QA_LEAD)
DECIDERS = (Role.EVALUATOR, Role.QA_LEAD)
MOST = 10**9


@page(*READERS)
def disputes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What was challenged, and what became of it? Whoever reads that has seen a verdict of the call: it is written down."""
    over = request.GET.get("show") == "over"
    advises = viewer.has(Role.QA_LEAD)
    listed = queries.disputes(viewer, today=timezone.localdate(), open_=not over, page=number(request, "page", 1))
    audit.look(viewer, *(row.conversation_key for row in listed.rows), now=timezone.now())
    shown = {
        "page": listed,
        "over": over,
        "query": "show=over" if over else "",
        "advises": advises,
        "is_agent": viewer.has(Role.AGENT),
        "hidden": 0 if over else queries.hidden(viewer),
        "overturned": queries.overturned(viewer) if advises else (),
        "enough": ENOUGH,
        "often": OFTEN,
    }
    return render(request, "coachloop/disputes.html", shown)


@require_http_methods(["GET", "POST"])
@page(Role.AGENT)
def challenge(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Challenge one verdict about a call of mine."""
    posted = request.method == "POST"
    verdict_id = (posted_number if posted else number)(request, "verdict", 0, most=MOST)
    about = found(challengeable(viewer, [verdict_id]).get(verdict_id))
    form = ChallengeForm(request.POST if posted else None)
    if form.is_valid():
        with refusals(form, "words"):
            row = services.raise_dispute(
                viewer=viewer, verdict_id=verdict_id, words=form.cleaned_data["words"], now=timezone.now()
            )
            messages.success(request, "Sent. A QA lead gives it to somebody who had nothing to do with it.")
            return redirect("dispute", row.pk)
    shown = {"about": about, "form": form, "late": timezone.localdate() > about.until}
    return render(request, "coachloop/challenge.html", shown, status=422 if posted else 200)


@page(*READERS)
def dispute(request: HttpRequest, viewer: Viewer, dispute_id: int) -> HttpResponse:
    """What was challenged, what does the call say, and what became of it? A look at the words is written to the audit log."""
    return _show(request, viewer, _view(viewer, dispute_id))


@require_POST
@page(Role.QA_LEAD)
def assign(request: HttpRequest, viewer: Viewer, dispute_id: int) -> HttpResponse:
    """Give it to somebody who neither scored nor coached it."""
    try:
        row = services.assign(
            viewer=viewer,
            dispute_id=dispute_id,
            to=posted_number(request, "to", 0, most=MOST),
            instead_of=posted_number(request, "instead_of", 0, most=MOST) or None,
            now=timezone.now(),
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, f"{row.assigned_to} decides it by {row.decide_by:%A %-d %B}.")
    return redirect("dispute", dispute_id)


@require_POST
@page(*DECIDERS)
def decide(request: HttpRequest, viewer: Viewer, dispute_id: int) -> HttpResponse:
    """Say what stands, and why."""
    view = _view(viewer, dispute_id)
    form = DecideForm(request.POST, challenged=view.challenged)
    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, None):
            services.decide(
                viewer=viewer,
                dispute_id=dispute_id,
                stands=Outcome(given["stands"]),
                reason=given["reason"],
                now=timezone.now(),
            )
            messages.success(request, "Decided. The agent is told, and every number follows.")
            return redirect("dispute", dispute_id)
    return _show(request, viewer, view, form=form, status=422)


@require_POST
@page(Role.AGENT)
def withdraw(request: HttpRequest, viewer: Viewer, dispute_id: int) -> HttpResponse:
    """Take it back."""
    try:
        services.withdraw(viewer=viewer, dispute_id=dispute_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, "Taken back. What was said of the call stands.")
    return redirect("dispute", dispute_id)


def _view(viewer: Viewer, dispute_id: int) -> DisputeView:
    return found(queries.dispute(viewer, dispute_id, today=timezone.localdate()))


def _show(
    request: HttpRequest, viewer: Viewer, view: DisputeView, *, form: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    call = found(queries.call_of(viewer, view.id))
    audit.look(viewer, view.conversation_key, now=timezone.now())
    verdict = next((one for scored in call.scored for one in scored.verdicts), None)
    shown: dict[str, Any] = {
        "view": view,
        "call": call,
        "lines": transcript.lines(call),
        "player": player(request, viewer, view.conversation_key, turns=call.turns, moments=transcript.moments(call)),
        "verdict": verdict,
        "jump": transcript.jump(verdict) if verdict else "",
        "form": form or DecideForm(challenged=view.challenged),
    }
    return render(request, "coachloop/dispute.html", shown, status=status)
