"""How far the rules of coaching are kept, for operations."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries.coverage import FEW, coverage
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.asked import day

FIRST = date(2000, 1, 1)


@page(Role.OPERATIONS)
def rules(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Are the rules kept?"""
    today = timezone.localdate()
    first = _month(request, today)
    before, after = (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
    shown = {
        "kept": coverage(viewer, first_day=first, today=today),
        "under_way": first == today.replace(day=1),
        "before": before if before >= FIRST else None,
        "after": after if after <= today else None,
        "few": FEW,
    }
    return render(request, "coachloop/rules.html", shown)


def _month(request: HttpRequest, today: date) -> date:
    """The month asked for, this one where none is or it is still to come."""
    asked = day(f"{request.GET.get('month', '')}-01")
    this = today.replace(day=1)
    return asked if asked and FIRST <= asked <= this else this
