"""Protected time: a leader's weekly slots, and what operations see of those that were lost."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import lost_slots
from coachloop.app.queries import slots as queries
from coachloop.app.queries.slots import Occurrence, SlotWeek, WeeklySlot
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import slots as services
from coachloop.core.model.people import Role
from coachloop.web import asked
from coachloop.web.access import found, in_words, page
from coachloop.web.slot_forms import EndForm, MoveForm, SlotForm
from coachloop.web.submitting import refusals


@page(Role.TEAM_LEADER)
def slots(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """When does the team have time for coaching?"""
    day, team = asked.day(request.GET.get("week", "")), request.GET.get("team", "")
    week = queries.slot_week(viewer, team=team, day=day, now=timezone.now())
    if week is None and team:
        week = found(None)
    return _show(request, week)


@require_POST
@page(Role.TEAM_LEADER)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Protect one more time a week."""
    week = _week(viewer, request.POST.get("team", ""))
    form = SlotForm(request.POST, weekdays=week.weekdays)
    if form.is_valid():
        times = [form.cleaned_data["wanted"]]
        with refusals(form, "starts"):
            services.add_slots(viewer=viewer, team_key=week.team.key, times=times, now=timezone.now())
            messages.success(request, "It is protected from today on.")
            return _back(week)
    return _show(request, week, form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def fill(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Protect every time that is proposed."""
    week = _week(viewer, request.POST.get("team", ""))
    try:
        count = services.add_slots(viewer=viewer, team_key=week.team.key, times=week.lacking, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, f"{count} slots are protected. Move any of them that does not fit.")
    return _back(week)


@require_http_methods(["GET", "POST"])
@page(Role.TEAM_LEADER)
def move(request: HttpRequest, viewer: Viewer, *, slot_id: int, day: str) -> HttpResponse:
    """Where does this one go instead?"""
    week, one = _occurrence(viewer, slot_id, found(asked.day(day)))
    form = MoveForm(request.POST or None, initial={"day": one.day})
    if request.method == "POST" and form.is_valid():
        with refusals(form, None):
            services.move_slot(viewer=viewer, slot_id=slot_id, day=one.day, to=form.replacement, now=timezone.now())
            messages.success(request, "Moved." if not one.booked else "Moved, and the session in it with it.")
            return _back(week, one.monday)
    status = 422 if form.errors else 200
    shown = {"week": week, "one": one, "form": form, "last": week.days[-1].day}
    return render(request, "coachloop/slots_move.html", shown, status=status)


@require_http_methods(["GET", "POST"])
@page(Role.TEAM_LEADER)
def end(request: HttpRequest, viewer: Viewer, slot_id: int) -> HttpResponse:
    """Which time comes instead, every week?"""
    week, slot = _weekly(viewer, slot_id)
    form = EndForm(request.POST or None, weekdays=week.weekdays)
    if request.method == "POST" and form.is_valid():
        reason, instead = form.cleaned_data["reason"], form.instead(slot.time.minutes)
        with refusals(form, None):
            services.end_slot(viewer=viewer, slot_id=slot_id, reason=reason, instead=instead, now=timezone.now())
            messages.success(request, "From next week on." if instead else "It ends with this week.")
            return _back(week)
    status = 422 if form.errors else 200
    return render(request, "coachloop/slots_end.html", {"week": week, "slot": slot, "form": form}, status=status)


@page(Role.OPERATIONS)
def lost(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What became of protected time?"""
    shown = lost_slots.lost(viewer, today=timezone.localdate())
    return render(request, "coachloop/slots_lost.html", {"lost": shown})


def _week(viewer: Viewer, team: str, day: date | None = None) -> SlotWeek:
    return found(queries.slot_week(viewer, team=team, day=day, now=timezone.now()))


def _occurrence(viewer: Viewer, slot_id: int, day: date) -> tuple[SlotWeek, Occurrence]:
    week = _week(viewer, found(queries.team_of_slot(viewer, slot_id)), day)
    every = (one for each in week.days for one in each.occurrences)
    return week, found(next((one for one in every if one.slot_id == slot_id and one.day == day), None))


def _weekly(viewer: Viewer, slot_id: int) -> tuple[SlotWeek, WeeklySlot]:
    week = _week(viewer, found(queries.team_of_slot(viewer, slot_id)))
    return week, found(next((one for one in week.weekly if one.id == slot_id), None))


def _back(week: SlotWeek, monday: date | None = None) -> HttpResponse:
    return redirect(f"{reverse('slots')}?team={week.team.key}&week={monday or week.monday}")


def _show(
    request: HttpRequest, week: SlotWeek | None, *, form: SlotForm | None = None, status: int = 200
) -> HttpResponse:
    if week is not None and form is None:
        form = SlotForm(weekdays=week.weekdays, initial={"minutes": week.minutes})
    return render(request, "coachloop/slots.html", {"week": week, "form": form}, status=status)
