"""An agent's page, for the agent and for those who may see it; and the picture of a trend on it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control

from coachloop.app.queries import agent_page as queries
from coachloop.app.queries.report import newest_report
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.charts.trend import SIZES, THEMES, trend_svg


@page(Role.AGENT)
def me(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What am I working on?"""
    key = queries.own_key(viewer)
    if key is None:
        return render(request, "coachloop/no_agent.html")
    return _show(request, viewer, key)


@page(Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
def agent(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What does this agent work on?"""
    return _show(request, viewer, key)


@page(Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
@cache_control(private=True, max_age=300)
def trend(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """A behaviour's trend as a picture, light or dark."""
    behaviour, theme = request.GET.get("behaviour", ""), request.GET.get("theme", "light")
    template = request.GET.get("template", "")
    today = timezone.localdate()
    seen = found(queries.trend(viewer, key, template=template, behaviour=behaviour, today=today))
    size = request.GET.get("size", "wide")
    picture = trend_svg(seen, theme if theme in THEMES else "light", size if size in SIZES else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")


def _show(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    view = found(queries.agent_page(viewer, key, today=timezone.localdate()))
    newest = newest_report(viewer, key, today=timezone.localdate())
    audit.look(viewer, *view.quoted, *(newest.report.calls if newest else ()), now=timezone.now())
    drawn = view.trend
    chart = urlencode({"template": drawn.template, "behaviour": drawn.behaviour}) if drawn else ""
    return render(request, "coachloop/agent.html", {"view": view, "chart": chart, "newest": newest})
