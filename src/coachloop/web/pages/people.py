"""People who sign in: who they are, what they may do, and whether they still do."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import people as queries
from coachloop.app.queries import staff
from coachloop.app.queries.people import Asked, PersonView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import users
from coachloop.app.services.people import allow_originals
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import number, query_without
from coachloop.web.people_forms import ROLES, AddPersonForm, PersonForm, RoleForm
from coachloop.web.submitting import refusals


@page(Role.ADMIN)
def people(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who signs in?"""
    return _list(request, viewer, AddPersonForm())


def _list(request: HttpRequest, viewer: Viewer, form: AddPersonForm, *, status: int = 200) -> HttpResponse:
    asked = Asked(
        words=request.GET.get("words", "").strip()[:200],
        role=request.GET.get("role", "") if request.GET.get("role") in list(Role) else "",
        off=request.GET.get("off") == "1",
        page=number(request, "page", 1),
    )
    shown = {
        "page": queries.people(viewer, asked),
        "asked": asked,
        "roles": ROLES,
        "query": query_without(request, "page"),
        "form": form,
        "met": staff.met_count(viewer),
        "here": "people",
    }
    return render(request, "coachloop/people.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Let somebody sign in."""
    form = AddPersonForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "email"):
            row = users.add_user(
                viewer=viewer, email=given["email"], name=given["name"], role=Role(given["role"]), now=timezone.now()
            )
            messages.success(request, f"{row.name} is added. They sign in once they have a password.")
            return redirect("person", row.pk)
    return _list(request, viewer, form, status=422)


@page(Role.ADMIN)
def person(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Who is this, and what may they do?"""
    return _one(request, viewer, found(queries.person(viewer, user_id)))


def _one(
    request: HttpRequest, viewer: Viewer, seen: PersonView, *, form: PersonForm | None = None, status: int = 200
) -> HttpResponse:
    shown = {
        "view": seen,
        "form": form or PersonForm(initial={"name": seen.name, "email": seen.email}),
        "role_form": RoleForm(),
        "may_everywhere": viewer.keeps_all and viewer.programme_id is not None,
        "here": "people",
    }
    return render(request, "coachloop/person.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def change(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Correct their name or address."""
    seen = found(queries.person(viewer, user_id))
    form = PersonForm(request.POST)
    if form.is_valid():
        with refusals(form, "email"):
            users.change_user(viewer=viewer, user_id=user_id, now=timezone.now(), **form.cleaned_data)
            messages.success(request, "Changed.")
            return redirect("person", user_id)
    return _one(request, viewer, seen, form=form, status=422)


def _done(request: HttpRequest, viewer: Viewer, user_id: int, *, act: Callable[[], Any], said: str) -> HttpResponse:
    """Do it, and say so, or why not."""
    seen = found(queries.person(viewer, user_id))
    try:
        act()
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return _one(request, viewer, seen, status=422)
    messages.success(request, said)
    return redirect("person", user_id)


@require_POST
@page(Role.ADMIN)
def give_role(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Let them do more."""
    return _roles(request, viewer, user_id, take=False)


@require_POST
@page(Role.ADMIN)
def take_role(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Take a role away."""
    return _roles(request, viewer, user_id, take=True)


def _roles(request: HttpRequest, viewer: Viewer, user_id: int, *, take: bool) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _one(request, viewer, found(queries.person(viewer, user_id)), status=422)
    given = {"role": Role(form.cleaned_data["role"]), "everywhere": form.cleaned_data["everywhere"]}
    change = users.take_role if take else users.give_role
    said = "Taken away." if take else "Given."
    return _done(
        request,
        viewer,
        user_id,
        act=lambda: change(viewer=viewer, user_id=user_id, now=timezone.now(), **given),
        said=said,
    )


@require_POST
@page(Role.ADMIN)
def switch(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Let them sign in no more, or again."""
    active = request.POST.get("active") == "1"
    said = "They can sign in again." if active else "They can't sign in any more, and are signed out everywhere."
    return _done(
        request,
        viewer,
        user_id,
        act=lambda: users.switch_user(viewer=viewer, user_id=user_id, active=active, now=timezone.now()),
        said=said,
    )


@require_POST
@page(Role.ADMIN)
def originals(request: HttpRequest, viewer: Viewer, user_id: int) -> HttpResponse:
    """Let them read what is masked, or no longer."""
    email, allowed = found(queries.person(viewer, user_id)).email, request.POST.get("allowed") == "1"
    said = (
        "They may read what is masked, in calls that they may see."
        if allowed
        else "What is masked stays masked for them."
    )
    return _done(
        request,
        viewer,
        user_id,
        act=lambda: allow_originals(viewer=viewer, email=email, allowed=allowed, now=timezone.now()),
        said=said,
    )
