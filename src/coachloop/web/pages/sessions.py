"""A session: the example beside the guided conversation; and what happens to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coachloop import wiring
from coachloop.app.errors import NewerWordsError, RefusedError
from coachloop.app.queries import choosing, listening, recordings
from coachloop.app.queries import session_page as queries
from coachloop.app.queries.session_page import SessionView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import asking, audit, coaching, confirming, drafts, examples
from coachloop.app.services.coaching import Notes
from coachloop.app.services.drafts import Written
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page, viewer_of
from coachloop.web.asked import posted_number
from coachloop.web.forms import ContestForm, HeldForm, PlanForm, Start, held_form
from coachloop.web.submitting import refusals

PEOPLE = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
DRAFTED = (*drafts.SHARED, "private_notes")


@page(*PEOPLE)
def session(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """What do we talk about, and what comes of it?"""
    view = _view(viewer, session_id)
    audit.look(viewer, *view.quoted, now=timezone.now())
    return _show(request, view)


@require_POST
@page(Role.TEAM_LEADER)
def plan(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Give it its time."""
    view = _view(viewer, session_id)
    form = PlanForm(request.POST)
    if form.is_valid():
        with refusals(form, "planned_for"):
            coaching.plan_session(
                viewer=viewer, session_id=view.id, planned_for=form.cleaned_data["planned_for"], now=timezone.now()
            )
            messages.success(request, "It is planned.")
            return redirect("session", view.id)
    return _show(request, view, plan_form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def start(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """The conversation begins: its minutes run."""
    view = _view(viewer, session_id)
    try:
        started = drafts.start_session(viewer=viewer, session_id=view.id, now=timezone.now())
    except RefusedError as refusal:
        return _refused(request, view, refusal)
    if _by_script(request):
        return JsonResponse({"started_at": started.isoformat()})
    return redirect("session", view.id)


@require_POST
@page(Role.TEAM_LEADER)
def questions(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Let the model write some, where there is one."""
    view, exchange = _view(viewer, session_id), wiring.page_exchange()
    if exchange is None:
        messages.error(request, "No judge is set up here, and none is needed: these questions serve.")
        return redirect("session", view.id)
    try:
        asking.write_questions(viewer=viewer, session_id=view.id, exchange=exchange, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    return redirect("session", view.id)


@require_POST
@page(Role.TEAM_LEADER)
def draft(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Keep what was written so far; where somebody wrote later, say so and change nothing."""
    view = _view(viewer, session_id)
    fields = {name: request.POST[name] for name in DRAFTED if name in request.POST}
    written = Written(fields, request.POST.get("basis", ""), request.POST.get("writer", ""))
    try:
        kept = drafts.save_draft(viewer=viewer, session_id=view.id, written=written, now=timezone.now())
    except NewerWordsError:
        return _newer(request, view, fields)
    except RefusedError as refusal:
        return _refused(request, view, refusal)
    if _by_script(request):
        return JsonResponse({"saved_at": kept.saved_at.isoformat(), "saved": _time(kept.saved_at)})
    messages.success(request, f"Kept for later, at {_time(kept.saved_at)}.")
    return redirect("session", view.id)


@require_POST
@page(Role.TEAM_LEADER)
def hold(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Write down what was agreed; the session counts as held."""
    view = _view(viewer, session_id)
    form = held_form(view.kind, _start(view), data=request.POST)
    if form.is_valid():
        with refusals(form, None):
            _hold(viewer, view, form)
            messages.success(request, "Held and agreed. The follow-up opens by itself on its day.")
            return redirect("session", view.id)
    return _show(request, view, form=form, status=422)


@require_POST
@page(Role.TEAM_LEADER)
def cancel(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Call it off; a performance session leaves the next one to plan."""
    view = _view(viewer, session_id)
    try:
        following = coaching.cancel_session(viewer=viewer, session_id=view.id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("session", view.id)
    messages.success(request, "Called off. The five days keep running." if following else "Called off.")
    return redirect("session", following.pk) if following else redirect("week")


@require_POST
@page(Role.AGENT)
def confirm(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Yes, this is what we agreed."""
    view = _view(viewer, session_id)
    try:
        confirming.confirm_session(viewer=viewer, session_id=view.id, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, "Confirmed. Thank you.")
    return redirect("session", view.id)


@require_POST
@page(Role.AGENT)
def contest(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """No: this is what is different."""
    view = _view(viewer, session_id)
    form = ContestForm(request.POST)
    if form.is_valid():
        try:
            confirming.contest_session(
                viewer=viewer, session_id=view.id, words=form.cleaned_data["words"], now=timezone.now()
            )
        except RefusedError as refusal:
            messages.error(request, in_words(refusal))
        else:
            messages.success(request, f"{view.leader_name} sees what you wrote. Talk to each other about it.")
        return redirect("session", view.id)
    return _show(request, view, contest_form=form, status=422)


@require_http_methods(["GET", "POST"])
@page(Role.TEAM_LEADER)
def example(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """Which call shows it instead of one that does not hold?"""
    view = _view(viewer, session_id)
    if request.method == "POST":
        chosen = posted_number(request, "example", 0, most=10**9)
        try:
            examples.replace_example(viewer=viewer, session_id=view.id, verdict_id=chosen, now=timezone.now())
        except RefusedError as refusal:
            messages.error(request, in_words(refusal))
            return redirect("session-example", view.id)
        messages.success(request, "The session stands on this call now. Its day stays.")
        return redirect("session", view.id)
    shown = choosing.others(viewer, view.id, today=timezone.localdate()) if view.may_act else ()
    audit.look(viewer, *(one.conversation_key for one in shown), now=timezone.now())
    return render(request, "coachloop/example.html", {"view": view, "examples": shown})


@require_POST
@page(Role.TEAM_LEADER)
def close_overturned(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """End a focus whose example was overturned."""
    view = _view(viewer, session_id)
    try:
        examples.close_overturned(viewer=viewer, session_id=view.id, now=timezone.now())
    except RefusedError as refusal:
        return _refused(request, view, refusal)
    messages.success(request, f"The focus is closed. {view.agent_name} is free for another.")
    return redirect("week")


def _view(viewer: Viewer, session_id: int) -> SessionView:
    return found(queries.session(viewer, session_id, today=timezone.localdate()))


def _start(view: SessionView, written: dict[str, str] | None = None) -> Start:
    """What the form begins with; `written` is what was just sent, else what the draft holds."""
    guide = view.guide
    return Start(
        held_on=timezone.localdate(),
        written=(guide.draft.fields if guide else {}) if written is None else written,
        needs_account=view.needs_account and not view.account,
        goals=guide.open_goals if guide else (),
    )


def _hold(viewer: Viewer, view: SessionView, form: HeldForm) -> None:
    given = form.cleaned_data
    notes = Notes(
        shared=given["shared_notes"],
        private=given["private_notes"],
        account=given.get("account", ""),
        aim=int(given["aim"]) if given.get("aim") else None,
        questions=view.guide.questions if view.guide else (),
    )
    coaching.hold_session(
        viewer=viewer,
        session_id=view.id,
        agreement=form.agreement,
        held_on=given["held_on"],
        now=timezone.now(),
        notes=notes,
    )


def _newer(request: HttpRequest, view: SessionView, sent: dict[str, str]) -> HttpResponse:
    """Say that somebody wrote later, with what they wrote; the page keeps what was sent."""
    newest = view.guide.draft if view.guide else None
    if newest is None or newest.saved_at is None or not _by_script(request):
        return _show(request, view, form=held_form(view.kind, _start(view, sent)), status=409)
    told = {"saved_at": newest.basis, "saved": _time(newest.saved_at), "by": newest.by, "fields": newest.fields}
    return JsonResponse(told, status=409)


def _may_be_written(view: SessionView) -> bool:
    """Whether a model could write questions here and has not yet."""
    open_ = view.kind == "performance" and view.guide is not None and not view.guide.written
    return open_ and wiring.page_exchange() is not None


def _refused(request: HttpRequest, view: SessionView, refusal: RefusedError) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"refused": in_words(refusal)}, status=422)
    messages.error(request, in_words(refusal))
    return redirect("session", view.id)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _show(request: HttpRequest, view: SessionView, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page; `forms` are those that were sent and come back with what is wrong."""
    shown: dict[str, Any] = {"view": view, "now": timezone.now(), "newer": status == 409, **forms}
    shown["recording"] = recordings.beside(viewer_of(request), view.id)
    shown["audible"] = listening.audible(viewer_of(request), view.quoted)
    if view.may_act and (view.status == "planned" or "form" in forms):  # what was sent too late is not lost
        shown["form"] = forms.get("form") or held_form(view.kind, _start(view))
        shown["model"] = _may_be_written(view)
        shown["plan_form"] = forms.get("plan_form") or PlanForm(initial={"planned_for": view.planned_for})
    elif view.mine and view.answered and view.answered.waits:
        shown["contest_form"] = forms.get("contest_form") or ContestForm()
    return render(request, "coachloop/session.html", shown, status=status)
