"""A session: the example beside the guided conversation; and what happens to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import session_page as queries
from coachloop.app.queries.session_page import SessionView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.app.services.coaching import Notes
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.forms import HeldForm, PlanForm, held_form

PEOPLE = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)


@page(*PEOPLE)
def session(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """What do we talk about, and what comes of it?"""
    view = _view(viewer, session_id)
    if view.example:
        audit.look(viewer, view.example.conversation_key, now=timezone.now())
    return _show(request, view)


@require_POST
@page(Role.TEAM_LEADER)
def plan(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Give it its time."""
    view = _view(viewer, session_id)
    form = PlanForm(request.POST)
    if form.is_valid():
        try:
            coaching.plan_session(
                viewer=viewer, session_id=view.id, planned_for=form.cleaned_data["planned_for"], now=timezone.now()
            )
        except RefusedError as refusal:
            form.add_error("planned_for", in_words(refusal))
        else:
            messages.success(request, "It is planned.")
            return redirect("session", view.id)
    return _show(request, view, plan_form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def hold(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Write down what was agreed; the session counts as held."""
    view = _view(viewer, session_id)
    form = held_form(view.kind, data=request.POST, needs_account=_account_wanted(view))
    if form.is_valid():
        try:
            _hold(viewer, view, form)
        except RefusedError as refusal:
            form.add_error(None, in_words(refusal))
        else:
            messages.success(request, "Held and agreed. The follow-up opens by itself on its day.")
            return redirect("session", view.id)
    return _show(request, view, form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def cancel(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Call it off; a performance session leaves the next one to plan."""
    view = _view(viewer, session_id)
    try:
        following = coaching.cancel_session(viewer=viewer, session_id=view.id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("session", view.id)
    messages.success(request, "Called off. The five days keep running." if following else "Called off.")
    return redirect("session", following.pk) if following else redirect("week")


def _view(viewer: Viewer, session_id: int) -> SessionView:
    return found(queries.session(viewer, session_id, today=timezone.localdate()))


def _hold(viewer: Viewer, view: SessionView, form: HeldForm) -> None:
    given = form.cleaned_data
    coaching.hold_session(
        viewer=viewer,
        session_id=view.id,
        agreement=form.agreement,
        held_on=given["held_on"],
        now=timezone.now(),
        notes=Notes(given["shared_notes"], given["private_notes"], given.get("account", "")),
    )


def _show(
    request: HttpRequest,
    view: SessionView,
    *,
    form: HeldForm | None = None,
    plan_form: PlanForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {"view": view}
    if view.may_act and view.status == "planned":
        shown["form"] = form or held_form(view.kind, held_on=timezone.localdate(), needs_account=_account_wanted(view))
        shown["plan_form"] = plan_form or PlanForm(initial={"planned_for": view.planned_for})
    return render(request, "coachloop/session.html", shown, status=status)


def _account_wanted(view: SessionView) -> bool:
    return view.needs_account and not view.account
