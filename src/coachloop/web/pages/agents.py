"""An agent's page, for the agent and for those who may see it; the picture of a trend on it; and asking for coaching."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import agent_page as queries
from coachloop.app.queries import disputes, listening
from coachloop.app.queries.challenges import challengeable
from coachloop.app.queries.choosing import leads_agent
from coachloop.app.queries.report import newest_report
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching, requests
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.charts.trend import SIZES, THEMES, trend_svg
from coachloop.web.forms import AskForm
from coachloop.web.submitting import refusals


@page(Role.AGENT)
def me(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What am I working on?"""
    return _mine(request, viewer)


@require_POST
@page(Role.AGENT)
def ask(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask my leader for a conversation."""
    form = AskForm(request.POST)
    if form.is_valid():
        with refusals(form, "words"):
            requests.ask_for_coaching(viewer=viewer, words=form.cleaned_data["words"], now=timezone.now())
            messages.success(request, "Asked. Your team leader sees it on their week.")
            return redirect("me")
    return _mine(request, viewer, form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def answer(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Answer an agent who asks: with the conversation that is planned, or a new one."""
    now = timezone.now()
    try:
        planned = requests.answer_with_planned(viewer=viewer, agent_key=key, now=now)
        opened = planned or coaching.open_developmental(viewer=viewer, agent_key=key, now=now).pk
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("week")
    return redirect("session", opened)


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


def _mine(request: HttpRequest, viewer: Viewer, *, form: AskForm | None = None, status: int = 200) -> HttpResponse:
    key = queries.own_key(viewer)
    if key is None:
        return render(request, "coachloop/no_agent.html", status=status)
    return _show(request, viewer, key, form=form, status=status)


def _show(
    request: HttpRequest, viewer: Viewer, key: str, *, form: AskForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    view = found(queries.agent_page(viewer, key, today=today))
    newest = newest_report(viewer, key, today=today)
    audit.look(viewer, *view.quoted, *(newest.report.calls if newest else ()), now=timezone.now())
    drawn = view.trend
    chart = urlencode({"template": drawn.template, "behaviour": drawn.behaviour}) if drawn else ""
    shown = {"view": view, "chart": chart, "newest": newest, "today": today, "ask_form": form or AskForm()}
    example = view.focus.example if view.focus else None
    shown |= {
        "disputes": disputes.of_agent(viewer, key, today=today) if view.mine else (),
        "may": challengeable(viewer, [example.verdict_id]).get(example.verdict_id) if example else None,
    }
    shown |= {"advises": viewer.has(Role.QA_LEAD), "leads": leads_agent(viewer, key)}
    shown["audible"] = listening.audible(viewer, view.quoted)
    return render(request, "coachloop/agent.html", shown, status=status)
