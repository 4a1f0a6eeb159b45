"""Reports and digests on the page, what people choose of them, and the roll-out team by team."""

from datetime import date, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.queries import agent_page, digests, report_choices
from coachloop.app.queries import report as queries
from coachloop.app.queries.report import AgentReport
from coachloop.app.queries.report_choices import OWNERS, Chosen
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import reports as services
from coachloop.core.coaching.report import Kind, long_day
from coachloop.core.model.letter import Ways
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import day as asked_day
from coachloop.web.asked import number, posted_number
from coachloop.wiring import ways

WHEN = {
    Kind.DAILY: "On each of your working days, about the working day before. Only if there is something to say.",
    Kind.WEEKLY: "On your first working day of the week, about the week before.",
    Kind.PLAN: "On the first working day of the week: sessions to hold with the days left, and follow-ups due.",
    Kind.MOVED: "On the last working day of the week: what went up or down in your team, and what did not clearly.",
    Kind.MONTHLY: "On the first working day of the month, about the month before: counts of the whole centre, no names.",
}
TITLES = {
    Kind.WEEKLY: "Your week",
    Kind.PLAN: "The week's plan",
    Kind.MOVED: "What moved",
    Kind.MONTHLY: "How the loop runs",
}
MOST_WEEKS = 12


@page(Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS, Role.QA_LEAD)
def choices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What do I want to be told, when and how?"""
    known, there = report_choices.choices(viewer), ways()
    if request.method == "POST":
        chosen = [_posted(request, one) for one in known]
        try:
            services.choose(viewer=viewer, chosen=chosen, ways=there, now=timezone.now())
        except RefusedError as error:
            messages.error(request, in_words(error))
        else:
            messages.success(request, "Saved. It counts from now on.")
        return redirect("report-choices")
    rows = [(one, TITLES.get(one.kind, one.title), WHEN[one.kind], _offered(one.kind, there)) for one in known]
    shown = {"rows": rows, "ways": there, "runs": viewer.has(Role.OPERATIONS, Role.QA_LEAD)}
    return render(request, "coachloop/report_choices.html", shown)


@page(Role.AGENT)
def my_report(request: HttpRequest, viewer: Viewer, *, day: str, template: str) -> HttpResponse:
    """How was my day?"""
    return _day(request, viewer, found(agent_page.own_key(viewer)), day=day, template=template)


@page(Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
def agent_report(request: HttpRequest, viewer: Viewer, *, key: str, day: str, template: str) -> HttpResponse:
    """What does this agent read?"""
    return _day(request, viewer, key, day=day, template=template)


@page(Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS)
def digest(request: HttpRequest, viewer: Viewer, kind: str) -> HttpResponse:
    """The week or the month, as it would be sent now."""
    if kind not in set(Kind) - {Kind.DAILY}:
        raise Http404
    wanted = Kind(kind)
    if OWNERS[wanted] not in viewer.roles:
        raise NotYoursError("this summary is not for your role")
    report = digests.digest(viewer, wanted, today=timezone.localdate())
    audit.look(viewer, *(report.calls if report else ()), now=timezone.now())
    shown = {
        "title": report.subject if report else TITLES[wanted],
        "eyebrow": "As it would be sent now",
        "report": report,
        "nothing": "Once calls are scored and coaching is under way, it is here.",
        "back": reverse("report-choices"),
        "back_words": "Reports",
    }
    return render(request, "coachloop/report.html", shown)


@page(Role.OPERATIONS, Role.QA_LEAD)
def roll_out(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which team gets a report when?"""
    today = timezone.localdate()
    template, weeks = request.GET.get("template", ""), number(request, "weeks", 2, most=MOST_WEEKS) or 1
    first_day = asked_day(request.GET.get("first_day", "")) or today + timedelta(days=7 - today.weekday())
    order, refusal = None, ""
    if template:
        try:
            order = report_choices.preview(viewer, template=template, first_day=first_day, weeks=weeks)
        except RefusedError as error:
            refusal = in_words(error)
    shown = {
        "done": report_choices.roll_outs(viewer, today=today),
        "templates": report_choices.to_roll_out(viewer),
        "template": template,
        "first_day": first_day,
        "weeks": weeks,
        "most_weeks": MOST_WEEKS,
        "order": order,
        "names": report_choices.team_names(viewer),
        "refusal": refusal,
    }
    return render(request, "coachloop/roll_out.html", shown)


@require_POST
@page(Role.OPERATIONS, Role.QA_LEAD)
def start_roll_out(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Switch it on for all teams, one after the other."""
    first_day = asked_day(request.POST.get("first_day", ""))
    weeks, template = posted_number(request, "weeks", 2, most=MOST_WEEKS) or 1, request.POST.get("template", "")
    try:
        if first_day is None:
            raise _no_day()
        services.roll_out(viewer=viewer, template=template, first_day=first_day, weeks=weeks, now=timezone.now())
    except RefusedError as error:
        messages.error(request, in_words(error))
    else:
        messages.success(request, "It is set. Each team's agents get the report from their day on.")
    return redirect("roll-out")


def _no_day() -> RefusedError:
    return RefusedError("choose the day on which the first team starts")


def _offered(kind: Kind, there: Ways) -> tuple[str, ...]:
    return there.personal + (there.shared if kind is Kind.MONTHLY else ())


def _posted(request: HttpRequest, one: Chosen) -> Chosen:
    """What the form says of one kind; a time that is none leaves it as it was."""
    try:
        at = time.fromisoformat(request.POST.get(f"{one.name}-at", ""))
    except ValueError:
        at = one.at
    chosen = tuple(request.POST.getlist(f"{one.name}-way"))
    return Chosen(one.kind, one.template, at.replace(tzinfo=None), chosen, on=f"{one.name}-on" in request.POST)


def _day(request: HttpRequest, viewer: Viewer, key: str, *, day: str, template: str) -> HttpResponse:
    wanted = found(asked_day(day))
    seen = queries.daily_report(viewer, key, template=template, day=wanted)
    audit.look(viewer, *(seen.report.calls if seen else ()), now=timezone.now())
    return render(request, "coachloop/report.html", _shown(viewer, key, day=wanted, seen=seen))


def _shown(viewer: Viewer, key: str, *, day: date, seen: AgentReport | None) -> dict[str, object]:
    """What the page of one day shows."""
    whose = found(queries.whose(viewer, key))
    return {
        "title": seen.report.subject if seen else long_day(day),
        "eyebrow": whose.name,
        "note": "" if whose.mine else f"This is what {whose.name} reads.",
        "report": seen.report if seen else None,
        "nothing": "No call of that day had a moment that this template looks at.",
        "back": reverse("me") if whose.mine else reverse("agent", args=[key]),
        "back_words": "My page" if whose.mine else whose.name,
    }
