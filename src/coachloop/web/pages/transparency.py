"""How we score: one page to hand to agents and the works council."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coachloop.app.queries import transparency as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.web.access import page
from coachloop.wiring import running


@page()
def how_we_score(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How are calls scored here, and what can I do about it?"""
    shown = {"sections": queries.pack(viewer, running()), "today": timezone.localdate()}
    return render(request, "coachloop/how_we_score.html", shown)
