"""Both kinds of coaching, team by team."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import mix as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import page


@page(Role.OPERATIONS, Role.QA_LEAD, Role.TEAM_LEADER)
def mix(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Do teams coach in both ways?"""
    return render(request, "coachloop/mix.html", {"mixes": queries.mixes(viewer, today=timezone.localdate())})
