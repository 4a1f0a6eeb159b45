"""Audits: how far people have checked the machine, what it costs, what a new draw would take, and those there were."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import audit_frames
from coachloop.app.queries import audits_page as queries
from coachloop.app.queries.audits_page import Plan
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import assignments, audit_draws
from coachloop.app.services.audit_draws import DUE_DAYS, TWICE, WITHIN, Wanted
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import day, number, posted_number

DAYS = (7, 14, 28, 56, 90)
POINTS = (2, 3, 5, 7, 10)
AT_ONCE = 100_000
"""Up to so many calls the size stands there unasked; of more it takes some seconds, and waits for the button."""

LOOKERS = (Role.QA_LEAD, Role.OPERATIONS)


@page(*LOOKERS)
def audits(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Is enough checked, what does it cost, and what would the next audit take?"""
    every = queries.templates(viewer)
    chosen = request.GET.get("template", "")
    template = chosen if chosen in dict(every) else next((key for key, _ in every), "")
    today, days = timezone.localdate(), number(request, "days", 28, most=3650) or 28
    first = today - timedelta(days=days - 1)
    draws = viewer.has(Role.QA_LEAD)
    coverage = queries.coverage(viewer, template, first=first, last=today) if template else None
    at_once = "within" in request.GET or (coverage is not None and coverage.whole.scored <= AT_ONCE)
    plan, why_not = (
        _plan(request, viewer, template, first=first, last=today) if draws and template and at_once else (None, "")
    )
    shown = {
        "templates": every,
        "template": template,
        "days": days,
        "periods": DAYS,
        "points": POINTS,
        "within": round(100 * plan.within) if plan else round(100 * WITHIN),
        "coverage": coverage,
        "at_once": at_once,
        "plan": plan,
        "why_not": why_not,
        "due": assignments.working_day(timezone.now(), DUE_DAYS),
        "twice": TWICE,
        "workers": queries.workers(viewer, today=today),
        "past": queries.past_draws(viewer, today=today),
        "draws": draws,
    }
    return render(request, "coachloop/audits.html", shown)


@require_POST
@page(Role.QA_LEAD)
def draw(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Draw calls and give them out."""
    today = timezone.localdate()
    wanted = Wanted(
        template=request.POST.get("template", ""),
        behaviour=request.POST.get("behaviour", ""),
        first=day(request.POST.get("first", "")) or today - timedelta(days=27),
        last=day(request.POST.get("last", "")) or today,
        within=posted_number(request, "within", 5, most=50) / 100,
        size=posted_number(request, "size", 0),
        seed=request.POST.get("seed", "").replace("\0", ""),
        due_on=day(request.POST.get("due", "")),
        twice=posted_number(request, "twice", 10, most=100) / 100,
        also=[int(one) for one in request.POST.getlist("also") if one.isascii() and one.isdecimal() and len(one) < 10],
    )
    try:
        row = audit_draws.draw_audit(viewer=viewer, wanted=wanted, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect(f"{reverse('audits')}?{urlencode({'template': wanted.template})}")
    messages.success(request, "Drawn, and given out. Whoever answers finds the calls under Reviews.")
    return redirect("audit", row.pk)


@page(*LOOKERS)
def audit(request: HttpRequest, viewer: Viewer, draw_id: int) -> HttpResponse:
    """One draw: how far it is, and whether it was what it says."""
    row = found(next(iter(queries.past_draws(viewer, today=timezone.localdate(), draw_id=draw_id)), None))
    kept = queries.kept(viewer, draw_id)
    verified = audit_frames.verify(viewer, draw_id) if request.GET.get("verify") else None
    shown = {"row": row, "kept": kept, "verified": verified, "draws": viewer.has(Role.QA_LEAD)}
    return render(request, "coachloop/audit.html", shown)


@require_POST
@page(Role.QA_LEAD)
def give_out(request: HttpRequest, viewer: Viewer, draw_id: int) -> HttpResponse:
    """Ask somebody about what waits for somebody."""
    many = audit_draws.give_out_again(viewer=viewer, draw_id=draw_id, now=timezone.now())
    if many:
        messages.success(request, f"{many} given out.")
    else:
        messages.error(request, "Nobody may answer these: give somebody else the role of evaluator first.")
    return redirect("audit", draw_id)


def _plan(request: HttpRequest, viewer: Viewer, template: str, *, first: date, last: date) -> tuple[Plan | None, str]:
    within = number(request, "within", round(100 * WITHIN), most=50) or round(100 * WITHIN)
    behaviour = request.GET.get("behaviour", "")
    try:
        return queries.plan(
            viewer, template, behaviour=behaviour, first=first, last=last, within=within / 100, twice=TWICE
        ), ""
    except RefusedError as refusal:
        return None, in_words(refusal)
