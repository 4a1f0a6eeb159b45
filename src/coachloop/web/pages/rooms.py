"""Calibration rooms: made, opened together, agreed on question by question, worded anew."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from coachloop.app.errors import NewerWordsError, RefusedError
from coachloop.app.queries import room_page, room_question
from coachloop.app.queries import rooms as queries
from coachloop.app.queries.room_page import RoomView
from coachloop.app.queries.room_question import QuestionView, Words
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import rooms as services
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.charts.rooms import rooms_svg
from coachloop.web.charts.trend import SIZES, THEMES
from coachloop.web.player import player
from coachloop.web.room_forms import AgreeForm, RoomForm, WordForm
from coachloop.web.submitting import refusals
from coachloop.web.transcript import said

PEOPLE = (Role.EVALUATOR, Role.TEAM_LEADER, Role.QA_LEAD)
DAYS_TO_ANSWER = 7


@require_safe
@page(*PEOPLE)
def rooms(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Do we hear the same thing?"""
    shown = {"view": queries.rooms(viewer), "keeps": viewer.has(Role.QA_LEAD)}
    return render(request, "coachloop/rooms.html", shown)


@require_safe
@page(*PEOPLE)
@cache_control(private=True, max_age=300)
def chart(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How agreement went from room to room as a picture, light or dark."""
    key = request.GET.get("template", "")
    trend = found(next((one for one in queries.rooms(viewer).trends if one.template_key == key), None))
    theme, size = request.GET.get("theme", "light"), request.GET.get("size", "wide")
    picture = rooms_svg(trend, theme if theme in THEMES else "light", size if size in SIZES else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")


@page(Role.QA_LEAD)
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who answers what, until when?"""
    choices = room_page.choices(viewer)
    begun = {"chosen": "contested", "size": 5, "answer_by": timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)}
    form = RoomForm(request.POST if request.method == "POST" else None, initial=begun, choices=choices)
    if form.is_valid():
        with refusals(form, None):
            made = services.make_room(viewer=viewer, wanted=form.wanted, now=timezone.now())
            messages.success(request, "The room is made, and everybody is told. Each answers alone first.")
            return redirect("room", made.pk)
    shown = {"form": form, "choices": choices}
    return render(request, "coachloop/room_new.html", shown, status=422 if request.method == "POST" else 200)


@require_safe
@page(*PEOPLE)
def room(request: HttpRequest, viewer: Viewer, room_id: int) -> HttpResponse:
    """Before it is opened: who has answered. Then: where do we differ?"""
    view = _view(viewer, room_id)
    audit.look(viewer, *view.keys, now=timezone.now())
    return render(request, "coachloop/room.html", {"view": view})


@require_POST
@page(Role.QA_LEAD)
def remind(request: HttpRequest, viewer: Viewer, room_id: int) -> HttpResponse:
    """Tell those who have not answered."""
    try:
        told = services.remind(viewer=viewer, room_id=room_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        nobody = "Everybody who has not answered was reminded today already."
        messages.success(request, f"Reminded: {told}." if told else nobody)
    return redirect("room", room_id)


@require_POST
@page(Role.QA_LEAD)
def open_together(request: HttpRequest, viewer: Viewer, room_id: int) -> HttpResponse:
    """Show everybody what everybody said."""
    try:
        services.open_together(viewer=viewer, room_id=room_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    return redirect("room", room_id)


@require_POST
@page(Role.QA_LEAD)
def close(request: HttpRequest, viewer: Viewer, room_id: int) -> HttpResponse:
    """End it."""
    try:
        services.close(viewer=viewer, room_id=room_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, "Closed. What you agreed on counts.")
    return redirect("room", room_id)


@require_POST
@page(Role.QA_LEAD)
def take_up(request: HttpRequest, viewer: Viewer, room_id: int) -> HttpResponse:
    """Put the room's words into the template's next draft."""
    view = _view(viewer, room_id)
    try:
        version = services.take_up(viewer=viewer, room_id=room_id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("room", room_id)
    messages.success(request, f"The words stand in draft {version.number}. Look at what changes, then publish it.")
    return redirect("studio-publish", view.template_key)


@require_safe
@page(*PEOPLE)
def question(request: HttpRequest, viewer: Viewer, *, room_id: int, call_id: int, behaviour_id: int) -> HttpResponse:
    """What did everybody hear here?"""
    view = _question(viewer, room_id, call_id, behaviour_id=behaviour_id)
    return _show(request, viewer, view, form=_agree_form(view))


@require_POST
@page(Role.QA_LEAD)
def agree(request: HttpRequest, viewer: Viewer, *, room_id: int, call_id: int, behaviour_id: int) -> HttpResponse:
    """Write down what the room agrees on, and on to the next question."""
    view = _question(viewer, room_id, call_id, behaviour_id=behaviour_id)
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _show(request, viewer, view, form=form, status=422)
    try:
        services.agree(viewer=viewer, room_id=room_id, agreed=form.agreed(view), now=timezone.now())
    except NewerWordsError:
        known = _question(viewer, room_id, call_id, behaviour_id=behaviour_id)
        mine = AgreeForm({**request.POST.dict(), "seen": known.decision.stamp if known.decision else ""})
        return _show(request, viewer, known, form=mine, status=409)
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("room-question", room_id, call_id, behaviour_id)
    messages.success(request, f"Agreed on “{view.title}” in call {view.call_number}.")
    return redirect("room-question", room_id, *view.following) if view.following else redirect("room", room_id)


@require_safe
@page(Role.QA_LEAD)
def words(request: HttpRequest, viewer: Viewer, *, room_id: int, behaviour_id: int) -> HttpResponse:
    """How should it be asked, so that everybody hears the same?"""
    view, now = found(room_question.wording(viewer, room_id, behaviour_id=behaviour_id))
    return _words(request, view, now, form=_word_form(now))


@require_POST
@page(Role.QA_LEAD)
def word(request: HttpRequest, viewer: Viewer, *, room_id: int, behaviour_id: int) -> HttpResponse:
    """Keep the room's words for a behaviour."""
    view, now = found(room_question.wording(viewer, room_id, behaviour_id=behaviour_id))
    form = WordForm(request.POST)
    if not form.is_valid():
        return _words(request, view, now, form=form, status=422)
    try:
        services.word(viewer=viewer, room_id=room_id, new=form.worded(now), now=timezone.now())
    except NewerWordsError:
        view, now = found(room_question.wording(viewer, room_id, behaviour_id=behaviour_id))
        return _words(request, view, now, form=WordForm({**request.POST.dict(), "seen": now.stamp}), status=409)
    except RefusedError as refusal:
        form.add_error(None, in_words(refusal))
        return _words(request, view, now, form=form, status=422)
    messages.success(request, "Kept. Take the room's words into the next draft when you are through.")
    return redirect("room", room_id)


def _view(viewer: Viewer, room_id: int) -> RoomView:
    return found(room_page.room(viewer, room_id, today=timezone.localdate()))


def _question(viewer: Viewer, room_id: int, call_id: int, *, behaviour_id: int) -> QuestionView:
    return found(room_question.question(viewer, room_id, call_id, behaviour_id=behaviour_id))


def _agree_form(view: QuestionView) -> AgreeForm:
    known = view.decision
    begun = {"outcome": known.outcome, "why": known.why, "seen": known.stamp} if known else {}
    return AgreeForm(initial=begun)


def _word_form(now: Words) -> WordForm:
    known = now.wording
    question, good = (known.question, known.good) if known else ("", "")
    return WordForm(initial={"question": question or now.question, "good": good or now.good, "seen": now.stamp})


def _show(
    request: HttpRequest, viewer: Viewer, view: QuestionView, *, form: AgreeForm, status: int = 200
) -> HttpResponse:
    audit.look(viewer, view.conversation_key, now=timezone.now())
    shown: dict[str, Any] = {"view": view, "lines": said(view), "newer": status == 409}
    shown["player"] = player(request, viewer, view.conversation_key, turns=view.turns)
    shown["form"] = form if view.keeps and not view.closed else None
    return render(request, "coachloop/room_question.html", shown, status=status)


def _words(request: HttpRequest, view: RoomView, now: Words, *, form: WordForm, status: int = 200) -> HttpResponse:
    shown = {"view": view, "now": now, "form": form, "newer": status == 409}
    return render(request, "coachloop/room_words.html", shown, status=status)
