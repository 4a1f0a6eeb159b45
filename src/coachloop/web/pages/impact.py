"""Which behaviours move the outcome, and which move before it does."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from coachloop.app.queries import impact as queries
from coachloop.app.queries.impact import Found
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.charts.impact import impact_svg
from coachloop.web.charts.trend import SIZES, THEMES

PEOPLE = (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)


@page(*PEOPLE)
def impact(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which behaviours move the outcome?"""
    every = queries.stored(viewer)
    shown = {"every": every, "seen": _asked(every, request), "templates": len({one.run.template_id for one in every})}
    return render(request, "coachloop/impact.html", shown)


@page(*PEOPLE)
@cache_control(private=True, max_age=300)
def chart(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The effects as a picture, light or dark."""
    seen = found(_asked(queries.stored(viewer), request))
    theme, size = request.GET.get("theme", "light"), request.GET.get("size", "wide")
    picture = impact_svg(seen, theme if theme in THEMES else "light", size if size in SIZES else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")


def _asked(every: Sequence[Found], request: HttpRequest) -> Found | None:
    """The run that the address names, else the first in which something survives, else the first."""
    named = request.GET.get("run", "")
    first = next((one for one in every if one.survives), next(iter(every), None))
    return next((one for one in every if str(one.run.pk) == named), first)
