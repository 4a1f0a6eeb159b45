"""The tokens by which programs act as oneself: made, shown once, ended."""

from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from coachloop.app.queries import tokens as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import tokens as services
from coachloop.app.services.tokens import Made, Wanted
from coachloop.core.model.people import Role
from coachloop.core.model.scopes import in_words as meaning
from coachloop.core.model.scopes import open_to
from coachloop.web.access import page
from coachloop.web.api.access import ENDPOINTS
from coachloop.web.submitting import refusals

DAYS = 90
"""How long a token lives unless something else is chosen."""


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label="What is it for?",
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Say what it is for: you will want to know that later."},
    )
    scopes = forms.MultipleChoiceField(
        label="What may it do?",
        help_text="No more than you may yourself. Give it what it needs, and nothing else.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    last_day = forms.DateField(
        label="Until when?",
        help_text="At most a year.",
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose a day."},
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, format_html('{} <span class="soft fw-normal">{}</span>', scope, meaning(scope)))
            for scope in open_to(viewer.roles)
        ]

    @property
    def wanted(self) -> Wanted:
        """What was asked for; its last day counts whole."""
        given = self.cleaned_data
        ends = timezone.make_aware(datetime.combine(given["last_day"], time.max))
        return Wanted(given["name"], given["scopes"], ends)


@page(*Role)
def mine(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which programs act as me?"""
    return _show(request, viewer)


@require_safe
@page(*Role)
def operations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What can a program do for me? What is for other roles is left out."""
    theirs = (one for one in ENDPOINTS.values() if not one.roles or viewer.has(*one.roles))
    endpoints = sorted(theirs, key=lambda one: (one.area, one.address, one.method))
    areas = [(area, list(them)) for area, them in groupby(endpoints, lambda one: one.area)]
    return render(request, "coachloop/operations.html", {"areas": areas})


@require_POST
@page(*Role)
def make(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make one; its secret is shown this once."""
    form = TokenForm(request.POST, viewer=viewer)
    if form.is_valid():
        with refusals(form, None):
            made = services.make(viewer=viewer, wanted=form.wanted, now=timezone.now())
            return _show(request, viewer, made=made)
    return _show(request, viewer, form=form, status=422)


@require_POST
@page(*Role)
def revoke(request: HttpRequest, viewer: Viewer, token_id: int) -> HttpResponse:
    """End one, at once."""
    services.revoke(viewer=viewer, token_id=token_id, now=timezone.now())
    messages.success(request, "It is ended: no program gets in with it any more.")
    return redirect("my-tokens")


def _show(
    request: HttpRequest, viewer: Viewer, *, made: Made | None = None, form: TokenForm | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    begun = {"last_day": timezone.localdate(now) + timedelta(days=DAYS)}
    shown = {
        "rows": queries.tokens(viewer, now=now),
        "made": made,
        "form": form or TokenForm(initial=begun, viewer=viewer),
    }
    response = render(request, "coachloop/tokens.html", shown, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
