"""The plan for a leader's week: proposed, looked at, confirmed once."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from coachloop.app.queries import planning
from coachloop.app.queries import week as weeks
from coachloop.app.queries.planning import Ahead
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import planning as services
from coachloop.app.services.planning import Chosen, Outcome
from coachloop.core.model.people import Role
from coachloop.web.access import found, page

MOST_LINES = 200


@require_http_methods(["GET", "POST"])
@page(Role.TEAM_LEADER)
def plan(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who sits down when?"""
    given = request.POST if request.method == "POST" else request.GET
    now = timezone.now()
    week = weeks.week(viewer, team=given.get("team", ""), today=timezone.localdate())
    if week.team is None:
        return redirect("week")
    ahead = found(planning.ahead(viewer, week, now=now))
    if request.method != "POST":
        return _show(request, ahead)
    chosen = [one for one in map(_chosen, request.POST.getlist("line")[:MOST_LINES]) if one]
    outcomes = services.confirm(viewer=viewer, team_key=ahead.team_key, chosen=chosen, now=now)
    return _told(request, ahead, outcomes)


def _told(request: HttpRequest, ahead: Ahead, outcomes: list[Outcome]) -> HttpResponse:
    done = sum(not one.refusal for one in outcomes)
    for one in outcomes:
        if one.refusal:
            line = ahead.row(one.chosen.key)
            who = f"{line.wanted.agent_name}: " if line else ""
            messages.error(request, f"{who}{one.refusal[:1].upper()}{one.refusal[1:].rstrip('.')}.")
    if not outcomes:
        messages.error(request, "Nothing was ticked, so nothing is planned.")
    elif done:
        messages.success(request, f"{done} session{'s are' if done > 1 else ' is'} planned. Both of you are invited.")
    return redirect(f"{reverse('week')}?team={ahead.team_key}")


def _chosen(line: str) -> Chosen | None:
    """A line as the form sends it back; nonsense is left out."""
    key, _, starts = line.rpartition("@")
    try:
        moment = datetime.fromisoformat(starts)
    except ValueError:
        return None
    return Chosen(key, moment) if key and moment.tzinfo and 2000 <= moment.year <= 2100 else None


def _show(request: HttpRequest, ahead: Ahead) -> HttpResponse:
    return render(request, "coachloop/plan.html", {"ahead": ahead})
