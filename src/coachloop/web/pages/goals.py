"""An agent's goals: for them, and for whoever leads them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import goals as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import goals as services
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.forms import GoalForm, StepForm
from coachloop.web.submitting import refusals

PEOPLE = (Role.AGENT, Role.TEAM_LEADER)


@page(*PEOPLE)
def goals(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Where do I want to be?"""
    return _show(request, viewer, key)


@require_POST
@page(*PEOPLE)
def open_goal(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Write a new one down."""
    form = GoalForm(request.POST)
    if form.is_valid():
        with refusals(form, None):
            services.open_goal(viewer=viewer, agent_key=key, now=timezone.now(), **form.cleaned_data)
            return _back(request, "Written down. A first step makes it easier.", key)
    return _show(request, viewer, key, form=form, status=422)


@require_POST
@page(*PEOPLE)
def change_goal(request: HttpRequest, viewer: Viewer, goal_id: int) -> HttpResponse:
    """Say it in other words, or move its day."""
    key = _key(viewer, goal_id)
    form = GoalForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {"words": "", "target_day": None}
    return _do(request, services.change_goal, key, "Changed.", viewer=viewer, goal_id=goal_id, **given)


@require_POST
@page(*PEOPLE)
def close_goal(request: HttpRequest, viewer: Viewer, goal_id: int) -> HttpResponse:
    """Reached, or let go."""
    key, reached = _key(viewer, goal_id), request.POST.get("reached") == "yes"
    said = "Reached: well done." if reached else "Let go. That is an answer too."
    return _do(request, services.close_goal, key, said, viewer=viewer, goal_id=goal_id, reached=reached)


@require_POST
@page(*PEOPLE)
def add_step(request: HttpRequest, viewer: Viewer, goal_id: int) -> HttpResponse:
    """One step more."""
    key = _key(viewer, goal_id)
    return _do(request, services.add_step, key, "Added.", viewer=viewer, goal_id=goal_id, **_step(request))


@require_POST
@page(*PEOPLE)
def tick_step(request: HttpRequest, viewer: Viewer, step_id: int) -> HttpResponse:
    """Done, or not yet after all."""
    key, done = _key_of_step(viewer, step_id), request.POST.get("done") == "yes"
    said = "Done." if done else "Open again."
    return _do(request, services.tick_step, key, said, viewer=viewer, step_id=step_id, done=done)


@require_POST
@page(*PEOPLE)
def change_step(request: HttpRequest, viewer: Viewer, step_id: int) -> HttpResponse:
    """Say it in other words; left empty it goes."""
    key = _key_of_step(viewer, step_id)
    if "words" not in request.POST:
        return HttpResponse("Send the step's words; empty ones remove it.", status=422, content_type="text/plain")
    return _do(request, services.change_step, key, "Changed.", viewer=viewer, step_id=step_id, **_step(request))


def _key(viewer: Viewer, goal_id: int) -> str:
    return found(queries.agent_of(viewer, goal_id=goal_id))


def _key_of_step(viewer: Viewer, step_id: int) -> str:
    return found(queries.agent_of(viewer, step_id=step_id))


def _step(request: HttpRequest) -> dict[str, Any]:
    form = StepForm(request.POST)
    return (
        form.cleaned_data
        if form.is_valid()
        else {"words": request.POST.get("words", "").replace("\0", ""), "by_when": None}
    )


def _do(request: HttpRequest, act: Callable[..., object], key: str, said: str, **given: Any) -> HttpResponse:  # noqa: PLR0917 -- what to do, about whom, what to say
    try:
        act(now=timezone.now(), **given)
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return _back(request, "", key)
    return _back(request, said, key)


def _back(request: HttpRequest, said: str, key: str) -> HttpResponse:
    """To the page it was sent from: the goals, or the session they are talked about in."""
    if said:
        messages.success(request, said)
    back = request.POST.get("back", "")
    if back.startswith("/sessions/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("goals", key)


def _show(
    request: HttpRequest, viewer: Viewer, key: str, *, form: GoalForm | None = None, status: int = 200
) -> HttpResponse:
    shown = {"view": found(queries.page(viewer, key)), "form": form or GoalForm()}
    return render(request, "coachloop/goals.html", shown, status=status)
