"""A follow-up: the look-back that closes the loop."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import effect_page
from coachloop.app.queries import follow_up as numbers
from coachloop.app.queries import session_page as queries
from coachloop.app.queries.session_page import FollowUpView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.forms import FollowUpForm
from coachloop.web.pages.sessions import PEOPLE
from coachloop.web.submitting import refusals


@page(*PEOPLE)
def follow_up(request: HttpRequest, viewer: Viewer, follow_up_id: int) -> HttpResponse:
    """Did it happen, did it work, what next?"""
    view = _view(viewer, follow_up_id)
    return _show(request, viewer, view, form=FollowUpForm())


@require_POST
@page(Role.TEAM_LEADER)
def close(request: HttpRequest, viewer: Viewer, follow_up_id: int) -> HttpResponse:
    """Close it with its three answers."""
    view, form = _view(viewer, follow_up_id), FollowUpForm(request.POST)
    if form.is_valid():
        with refusals(form, None):
            following = coaching.close_follow_up(
                viewer=viewer, follow_up_id=view.id, answers=form.answers, now=timezone.now()
            )
            messages.success(request, "The loop is closed." if following is None else "Closed. Plan the next session.")
            return redirect("session", following.pk) if following else redirect("follow-up", view.id)
    return _show(request, viewer, view, form=form, status=422)


def _view(viewer: Viewer, follow_up_id: int) -> FollowUpView:
    return found(queries.follow_up(viewer, follow_up_id, today=timezone.localdate()))


def _show(
    request: HttpRequest, viewer: Viewer, view: FollowUpView, *, form: FollowUpForm, status: int = 200
) -> HttpResponse:
    back = numbers.look_back(viewer, view.id, today=timezone.localdate())
    audit.look(viewer, *back.quoted, now=timezone.now())
    may_close = view.open and view.session.may_act
    shown = {"view": view, "back": back, "form": form if may_close else None}
    shown["measured"] = effect_page.of_session(viewer, view.session.id)
    return render(request, "coachloop/follow_up.html", shown, status=status)
