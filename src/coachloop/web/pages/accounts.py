"""Accounts that need an admin: a password link, a lost phone, a pause after wrong passwords, sessions to be ended."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import sign_in
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.account_forms import AccountForm
from coachloop.web.submitting import refusals


@page(Role.ADMIN)
def accounts(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who can't sign in, and what helps?"""
    return _show(request, viewer, AccountForm())


@require_POST
@page(Role.ADMIN)
def password_link(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a link by which somebody sets their password, shown once."""
    form = AccountForm(request.POST)
    if form.is_valid():
        with refusals(form, "email"):
            email = form.cleaned_data["email"]
            link = sign_in.password_link(viewer=viewer, email=email, site=settings.ADDRESS, now=timezone.now())
            return _show(request, viewer, AccountForm(initial={"email": email}), link=link)
    return _show(request, viewer, form, status=422)


@require_POST
@page(Role.ADMIN)
def turn_off_codes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask somebody for no codes any more, whose phone is lost."""

    def off(email: str) -> str:
        sign_in.turn_off_codes(viewer=viewer, email=email, now=timezone.now())
        return f"{email} signs in by the password alone, and can turn codes on again."

    return _do(request, viewer, off)


@require_POST
@page(Role.ADMIN)
def sign_out(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """End every session of somebody."""

    def end(email: str) -> str:
        ended = sign_in.sign_somebody_out(viewer=viewer, email=email, now=timezone.now())
        return f"{email} is signed out everywhere; {ended} session{'' if ended == 1 else 's'} ended."

    return _do(request, viewer, end)


@require_POST
@page(Role.ADMIN)
def unlock(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Let somebody try again at once."""

    def again(email: str) -> str:
        sign_in.unlock(viewer=viewer, account=email, now=timezone.now())
        return f"{email} can try again."

    return _do(request, viewer, again)


def _do(request: HttpRequest, viewer: Viewer, what: Callable[[str], str]) -> HttpResponse:
    form = AccountForm(request.POST)
    if form.is_valid():
        with refusals(form, "email"):
            messages.success(request, what(form.cleaned_data["email"]))
            return redirect("accounts")
    return _show(request, viewer, form, status=422)


def _show(
    request: HttpRequest, viewer: Viewer, form: AccountForm, *, link: str = "", status: int = 200
) -> HttpResponse:
    told = {"form": form, "link": link, "paused": queries.paused(viewer, now=timezone.now())}
    return render(request, "coachloop/accounts.html", told, status=status)
