"""Huddles and workshops: planned, held with who came, and what moved since."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import gatherings as queries
from coachloop.app.queries.gatherings import GatheringPage
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import gatherings as services
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.gathering_forms import GatheringForm, HeldGatheringForm
from coachloop.web.submitting import refusals

PEOPLE = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)


@page(*PEOPLE)
def gatherings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What do several learn together?"""
    shown = {"rows": queries.gatherings(viewer), "may_plan": viewer.has(Role.TEAM_LEADER)}
    return render(request, "coachloop/gatherings.html", shown)


@page(Role.TEAM_LEADER)
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """One behaviour, for whom, and when?"""
    choices = queries.choices(viewer)
    if request.method != "POST":
        begun = {"behaviour": request.GET.get("behaviour", ""), "agents": request.GET.getlist("agent")}
        begun |= {"kind": request.GET["kind"]} if "kind" in request.GET else {}
        return _new(request, GatheringForm(initial=begun, choices=choices), choices)
    form = GatheringForm(request.POST, choices=choices)
    if form.is_valid():
        with refusals(form, None):
            made = services.plan_gathering(viewer=viewer, wanted=form.wanted, now=timezone.now())
            messages.success(request, f"The {made.kind} is planned. Whoever is asked to it sees it on their page.")
            return redirect("gathering", made.pk)
    return _new(request, form, choices, status=422)


@page(*PEOPLE)
def gathering(request: HttpRequest, viewer: Viewer, gathering_id: int) -> HttpResponse:
    """Who came, and what moved since?"""
    view = _view(viewer, gathering_id)
    return _show(request, view, _held_form(view))


@require_POST
@page(Role.TEAM_LEADER)
def hold(request: HttpRequest, viewer: Viewer, gathering_id: int) -> HttpResponse:
    """Note who came."""
    view = _view(viewer, gathering_id)
    form = _held_form(view, request.POST)
    if form.is_valid():
        with refusals(form, None):
            services.hold_gathering(viewer=viewer, gathering_id=view.row.id, held=form.held, now=timezone.now())
            messages.success(request, "Noted. From tomorrow on the page counts what happens since.")
            return redirect("gathering", view.row.id)
    return _show(request, view, form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def cancel(request: HttpRequest, viewer: Viewer, gathering_id: int) -> HttpResponse:
    """Call it off."""
    view = _view(viewer, gathering_id)
    try:
        services.cancel_gathering(viewer=viewer, gathering_id=view.row.id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    return redirect("gatherings")


def _view(viewer: Viewer, gathering_id: int) -> GatheringPage:
    return found(queries.gathering(viewer, gathering_id, today=timezone.localdate()))


def _held_form(view: GatheringPage, data: Any = None) -> HeldGatheringForm:
    begun = {
        "came": [one.key for one in view.people],
        "held_on": timezone.localdate(),
        "minutes": view.row.minutes,
        "note": view.note,
    }
    return HeldGatheringForm(data, initial=begun, people=view.people, mine=view.mine)


def _new(request: HttpRequest, form: GatheringForm, choices: queries.Choices, *, status: int = 200) -> HttpResponse:
    return render(request, "coachloop/gathering_new.html", {"form": form, "choices": choices}, status=status)


def _show(request: HttpRequest, view: GatheringPage, form: HeldGatheringForm, *, status: int = 200) -> HttpResponse:
    waits = view.may_act and not view.row.held_on and not view.row.cancelled
    shown = {"view": view, "form": form if waits else None}
    return render(request, "coachloop/gathering.html", shown, status=status)
