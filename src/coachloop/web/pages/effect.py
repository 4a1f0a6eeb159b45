"""What coaching moved, what that is worth, and who needs a workshop."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from coachloop.app.queries import effect_page as queries
from coachloop.app.queries import programme, worth
from coachloop.app.queries import workshops as needs
from coachloop.app.queries.programme import Programme
from coachloop.app.queries.viewing import Viewer
from coachloop.app.queries.worth import Value, WhatIf
from coachloop.app.services import valuations
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.charts.effect import effect_svg
from coachloop.web.charts.trend import SIZES, THEMES
from coachloop.web.submitting import refusals
from coachloop.web.worth_forms import ValueForm, WhatIfForm

PEOPLE = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)
DAYS = 28
MOST_NAMES = 60
"""More agents than that who need one workshop are counted by team: nobody reads hundreds of names."""


@page(*PEOPLE)
def effect(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Did the coaching work?"""
    return render(request, "coachloop/effect.html", {"view": queries.effect_page(viewer)})


@page(*PEOPLE)
@cache_control(private=True, max_age=300)
def chart(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What coaching moved as a picture, light or dark."""
    seen = found(programme.stored(viewer))
    theme, size = request.GET.get("theme", "light"), request.GET.get("size", "wide")
    picture = effect_svg(seen, theme if theme in THEMES else "light", size if size in SIZES else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")


@page(Role.QA_LEAD, Role.OPERATIONS)
def worth_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is coaching worth?"""
    return _worth(request, viewer)


@require_POST
@page(Role.OPERATIONS)
def set_value(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Set what an outcome is worth and an hour costs."""
    form, outcome = ValueForm(request.POST), request.POST.get("outcome", "")
    if form.is_valid():
        with refusals(form, "value"):
            valuations.set_value(viewer=viewer, outcome=outcome, now=timezone.now(), **form.cleaned_data)
            messages.success(request, "Noted. The figures below follow.")
            return redirect(f"{reverse('worth')}?outcome={outcome}")
    return _worth(request, viewer, form=form, status=422)


@page(*PEOPLE)
def workshops(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who needs which workshop?"""
    shown = needs.workshops(viewer, as_of=timezone.localdate(), days=DAYS)
    about = {"needs": shown, "may_plan": viewer.has(Role.TEAM_LEADER), "most_names": MOST_NAMES}
    return render(request, "coachloop/workshops.html", about)


def _worth(request: HttpRequest, viewer: Viewer, *, form: ValueForm | None = None, status: int = 200) -> HttpResponse:
    seen, names = programme.stored(viewer), worth.outcomes(viewer)
    asked = request.POST.get("outcome", "") or request.GET.get("outcome", "")
    outcome = asked if asked in names else next(iter(names), "")
    value = worth.value_of(viewer, outcome)
    begun = {"value": value.value, "hour": value.hour} if value else {}
    shown: dict[str, Any] = {
        "outcomes": names,
        "outcome": outcome,
        "view": worth.view(seen, outcome=outcome, value=value) if seen and outcome else None,
        "form": (form or ValueForm(initial=begun)) if viewer.has(Role.OPERATIONS) and outcome else None,
    }
    if seen and value:
        shown |= _what_if(request, seen, value)
    return render(request, "coachloop/worth.html", shown, status=status)


def _what_if(request: HttpRequest, seen: Programme, value: Value) -> dict[str, Any]:
    choices = [(f"{one.template}/{one.behaviour}", one.title) for one in seen.behaviours if one.a_day]
    asked = WhatIfForm(request.GET if "behaviour" in request.GET else None, choices=choices)
    answer: WhatIf | None = None
    if asked.is_bound and asked.is_valid():
        template, _, behaviour = asked.cleaned_data["behaviour"].rpartition("/")
        with refusals(asked, "behaviour"):
            answer = worth.what_if(
                seen,
                outcome=value.outcome,
                value=value,
                behaviour=(template, behaviour),
                agents=asked.cleaned_data["agents"],
            )
    return {"what_if_form": asked, "what_if": answer}
