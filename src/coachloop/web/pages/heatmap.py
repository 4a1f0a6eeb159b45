"""The behaviour heatmap."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import heatmap as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.asked import number, query_without

PERIODS = (28, 90)


@page(Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)
def heatmap(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who needs help with what?"""
    days = number(request, "days", PERIODS[0])
    days = days if days in PERIODS else PERIODS[0]
    template, team = request.GET.get("template", ""), request.GET.get("team", "")
    asked = queries.Asked(template, team, page=number(request, "page", 1))
    shown = queries.heatmap(viewer, asked, days=days, today=timezone.localdate())
    name = "coachloop/heatmap.html"
    return render(
        request,
        f"{name}#grid" if request.headers.get("HX-Request") else name,
        {"map": shown, "days": days, "periods": PERIODS, "query": query_without(request, "page")},
    )
