"""Who is away, and who stands in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import away as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import absences
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.slot_forms import AbsenceForm, LeaderAbsenceForm
from coachloop.web.submitting import refusals

PEOPLE = (Role.TEAM_LEADER, Role.OPERATIONS, Role.ADMIN)


@page(*PEOPLE)
def away(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who is away, and who stands in?"""
    return _show(request, viewer)


@require_POST
@page(*PEOPLE)
def leader(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Note that a leader is away."""
    form = _leader_form(queries.away(viewer, today=timezone.localdate()), request.POST)
    if form.is_valid():
        with refusals(form, "stand_in" if form.stand_in_id else "last"):
            absences.leader_away(
                viewer=viewer,
                leader_id=int(form.cleaned_data["who"]),
                days=form.days,
                stand_in_id=form.stand_in_id,
                now=timezone.now(),
            )
            messages.success(request, "Noted." if form.stand_in_id else "Noted. Nobody stands in yet.")
            return redirect("away")
    return _show(request, viewer, leader_form=form, status=422)


@require_POST
@page(*PEOPLE)
def back(request: HttpRequest, viewer: Viewer, absence_id: int) -> HttpResponse:
    """Note that a leader is back."""
    absences.leader_back(viewer=viewer, absence_id=absence_id, now=timezone.now())
    messages.success(request, "Welcome back. Nobody stands in any more.")
    return redirect("away")


@require_POST
@page(Role.TEAM_LEADER)
def agent(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Note that an agent is away."""
    form = _agent_form(queries.away(viewer, today=timezone.localdate()), request.POST)
    if form.is_valid():
        with refusals(form, "last"):
            absences.add_absence(viewer=viewer, agent_key=form.cleaned_data["who"], days=form.days, now=timezone.now())
            messages.success(request, "Noted. These days do not count on their five.")
            return redirect("away")
    return _show(request, viewer, agent_form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def agent_back(request: HttpRequest, viewer: Viewer, absence_id: int) -> HttpResponse:
    """Forget an agent's absence that does not take place."""
    absences.remove_absence(viewer=viewer, absence_id=absence_id, now=timezone.now())
    messages.success(request, "Taken out. The days count again.")
    return redirect("away")


def _leader_form(seen: queries.Away, data: Any = None) -> LeaderAbsenceForm:
    people = [(str(one.id), one.name) for one in seen.leaders]
    candidates = [(str(one.id), one.name) for one in seen.candidates]
    return LeaderAbsenceForm(data, people=people, candidates=candidates, prefix="leader")


def _agent_form(seen: queries.Away, data: Any = None) -> AbsenceForm:
    return AbsenceForm(data, people=[(one.key, one.name) for one in seen.agents], prefix="agent")


def _show(
    request: HttpRequest,
    viewer: Viewer,
    *,
    leader_form: LeaderAbsenceForm | None = None,
    agent_form: AbsenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = queries.away(viewer, today=timezone.localdate())
    shown = {
        "away": seen,
        "leader_form": leader_form or (_leader_form(seen) if seen.leaders else None),
        "agent_form": agent_form or (_agent_form(seen) if seen.agents else None),
    }
    return render(request, "coachloop/away.html", shown, status=status)
