"""What has slipped, and how many false alerts the site puts up with."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import drift as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import drift as services
from coachloop.core.insight.drift import Budget
from coachloop.core.model.people import Role
from coachloop.web.access import in_words, page
from coachloop.web.submitting import refusals

READERS = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS, Role.ADMIN)


class BudgetForm(forms.Form):
    """How many false alerts a month are put up with; the service checks the range."""

    per_hundred = forms.FloatField(
        label="False alerts a month for each 100 pairs of agent and behaviour",
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "any"}),
    )
    per_team = forms.FloatField(
        label="False alerts a month for each team",
        help_text="The smaller of the two counts. Fewer false alerts means that real slides are noticed some days later.",
        widget=forms.NumberInput(attrs={"class": "form-control", "step": "any"}),
    )


@page(*READERS)
def drift(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who has slipped from what is usual for them?"""
    return _show(request, viewer)


@require_POST
@page(Role.TEAM_LEADER)
def acknowledge(request: HttpRequest, viewer: Viewer, alert_id: int) -> HttpResponse:
    """I have seen it, and look after it."""
    try:
        services.acknowledge(viewer=viewer, alert_id=alert_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    return redirect("drift")


@require_POST
@page(Role.OPERATIONS, Role.ADMIN)
def budget(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How many false alerts a month?"""
    form = BudgetForm(request.POST)
    if form.is_valid():
        given = Budget(form.cleaned_data["per_hundred"], form.cleaned_data["per_team"])
        with refusals(form, None):
            services.set_budget(viewer=viewer, budget=given, now=timezone.now())
            messages.success(request, "Changed. It counts from the next morning on.")
            return redirect("drift")
    return _show(request, viewer, form=form, status=422)


def _show(request: HttpRequest, viewer: Viewer, *, form: BudgetForm | None = None, status: int = 200) -> HttpResponse:
    view = queries.page(viewer, team=request.GET.get("team", ""), today=timezone.localdate())
    begun: dict[str, Any] = {"per_hundred": view.budget.per_hundred, "per_team": view.budget.per_team}
    shown = {"view": view, "form": (form or BudgetForm(initial=begun)) if view.may_change else None}
    return render(request, "coachloop/drift.html", shown, status=status)
