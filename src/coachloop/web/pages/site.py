"""How a site works: its days, its sessions, and how long people have to challenge and to decide."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import sites as queries
from coachloop.app.queries.sites import SiteView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services.sites import RANGES, Rules, change_site
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.submitting import refusals

PEOPLE = (Role.OPERATIONS, Role.ADMIN)
WEEKDAYS = [(str(number), name) for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1)]


def _whole(name: str, label: str, help_text: str) -> forms.IntegerField:
    least, most, _ = RANGES[name]
    widget = forms.NumberInput(attrs={"class": "form-control", "min": least, "max": most})
    return forms.IntegerField(
        label=label, help_text=f"{help_text} From {least} to {most}.", min_value=least, max_value=most, widget=widget
    )


class RulesForm(forms.Form):
    """A site's settings."""

    working_days = forms.MultipleChoiceField(
        label="Working days",
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one day."},
    )
    session_minutes = _whole("session_minutes", "Minutes of a session", "How long a coaching slot lasts.")
    developmental_weeks = _whole(
        "developmental_weeks",
        "Weeks between developmental conversations",
        "Every agent is offered one at least this often.",
    )
    dispute_days = _whole(
        "dispute_days", "Working days to challenge a verdict", "Counted from the day on which the verdict landed."
    )
    decide_days = _whole(
        "decide_days", "Working days to decide a challenge", "Counted from the day on which it was raised."
    )


@page(*PEOPLE)
def site(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How does this site work?"""
    return _show(request, viewer)


@require_POST
@page(*PEOPLE)
def change(request: HttpRequest, viewer: Viewer, site_id: int) -> HttpResponse:
    """Set how it works."""
    form = RulesForm(request.POST, prefix=f"site-{site_id}")
    if form.is_valid():
        given = form.cleaned_data | {"working_days": "".join(sorted(form.cleaned_data["working_days"]))}
        with refusals(form, None):
            change_site(viewer=viewer, site_id=site_id, rules=Rules(**given), now=timezone.now())
            messages.success(request, "Changed. Dates that were promised before stay as they are.")
            return redirect("site")
    return _show(request, viewer, wrong=(site_id, form), status=422)


def _show(
    request: HttpRequest, viewer: Viewer, *, wrong: tuple[int, RulesForm] | None = None, status: int = 200
) -> HttpResponse:
    shown = [(one, wrong[1] if wrong and wrong[0] == one.id else _form(one)) for one in queries.site_views(viewer)]
    return render(request, "coachloop/site.html", {"sites": shown, "keeps": viewer.has(Role.ADMIN)}, status=status)


def _form(one: SiteView) -> RulesForm:
    begun: dict[str, Any] = {name: getattr(one, name) for name in RANGES} | {"working_days": list(one.working_days)}
    return RulesForm(initial=begun, prefix=f"site-{one.id}")
