"""A team leader's week, and the two decisions that start there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import drift, mix, planning, proposals, requests, session_page
from coachloop.app.queries import week as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.core.model.people import Role
from coachloop.web.access import in_words, page


@page(Role.TEAM_LEADER, Role.QA_LEAD)
def week(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who to coach this week, and on what?"""
    today = timezone.localdate()
    shown = queries.week(viewer, team=request.GET.get("team", ""), today=today)
    key = shown.team.key if shown.team else ""
    proposed = proposals.to_answer(viewer, team=key)
    audit.look(viewer, *shown.quoted, *proposals.quoted(proposed), now=timezone.now())
    offers = mix.offers(shown.offers, today=today)
    more = {
        "ahead": planning.ahead(viewer, shown, now=timezone.now()),
        "offers": offers,
        "mixes": mix.of_week(shown, offers, today=today),
        "asks": requests.open_requests(viewer, team=key),
        "proposed": proposed,
        "slipped": drift.open_alerts(viewer, team=key),
        "advises": viewer.has(Role.QA_LEAD),
    }
    return render(request, "coachloop/week.html", {"week": shown, "today": today, **more})


@require_POST
@page(Role.TEAM_LEADER)
def accept_focus(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Take today's suggestion for an agent, then plan when to sit down."""
    try:
        coaching.accept_focus(viewer=viewer, agent_key=key, now=timezone.now(), as_of=timezone.localdate())
    except RefusedError as refusal:
        if session_page.next_session_id(viewer, key) is None:
            return _refused(request, refusal)
    session_id = session_page.next_session_id(viewer, key)
    return redirect("session", session_id) if session_id else redirect("week")


@require_POST
@page(Role.TEAM_LEADER)
def open_developmental(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Offer an agent a conversation of their own, then plan when to sit down."""
    try:
        session = coaching.open_developmental(viewer=viewer, agent_key=key, now=timezone.now())
    except RefusedError as refusal:
        return _refused(request, refusal)
    return redirect("session", session.pk)


def _refused(request: HttpRequest, refusal: RefusedError) -> HttpResponse:
    messages.error(request, in_words(refusal))
    return redirect("week")
