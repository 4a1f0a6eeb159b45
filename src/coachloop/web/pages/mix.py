"""Both kinds of coaching, team by team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import mix as queries
from coachloop.app.queries.follow_up import waiting
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import page


@page(Role.OPERATIONS, Role.QA_LEAD, Role.TEAM_LEADER)
def mix(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Do teams coach in both ways?"""
    today = timezone.localdate()
    shown = {"mixes": queries.mixes(viewer, today=today), "waiting": waiting(viewer, today=today)}
    return render(request, "coachloop/mix.html", shown)
