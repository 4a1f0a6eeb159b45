"""The template studio: write a behaviour, try it on real calls, label what is wrong, publish."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from coachloop.adapters.playbooks import playbooks
from coachloop.app.errors import RefusedError
from coachloop.app.queries import studio as queries
from coachloop.app.queries import trying
from coachloop.app.queries.backtest import backtest as back_test
from coachloop.app.queries.rescoring import Period
from coachloop.app.queries.studio import Mistakes, Studio
from coachloop.app.queries.trying import Judged, Tried
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, labels
from coachloop.app.services import studio as service
from coachloop.core.model.people import Role
from coachloop.core.model.template import Template
from coachloop.core.model.verdict import ANSWERS, Outcome
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import day, posted_number
from coachloop.web.forms import NewTemplateForm
from coachloop.web.trials import MOST_BACKTESTED, local_scorers
from coachloop.wiring import impatient_scorers, rehearsing, scorers

PAGE = "coachloop/studio.html"
JUDGE_SECONDS = 20
"""How long a page waits for a judge; what it was not asked in this time, the next press asks."""


@page(Role.QA_LEAD)
def new(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What should be looked for? From a playbook, or from nothing."""
    texts = [path.read_text(encoding="utf-8") for path in playbooks()]
    books = queries.playbooks(viewer, texts)
    book = next((one for one in books if one.key == request.POST.get("playbook")), None)
    form = NewTemplateForm(request.POST if request.method == "POST" and not book else None)
    if book or form.is_valid():
        try:
            added = service.begin_template(viewer=viewer, text=book.text if book else form.text, now=timezone.now())
        except RefusedError as refusal:
            messages.error(request, in_words(refusal))
        else:
            return redirect("studio", added.version.template.key)
    shown = {"playbooks": books, "form": form}
    return render(request, "coachloop/studio_new.html", shown, status=422 if request.method == "POST" else 200)


@require_safe
@page(Role.QA_LEAD)
def studio(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Does it hear what you mean?"""
    view = found(queries.studio(viewer, key))
    return _show(request, view, text=view.newest.text)


@require_POST
@page(Role.QA_LEAD)
def check(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """The text's mistakes, while it is written."""
    view = found(queries.studio(viewer, key))
    return _answer(request, view, part="faults", state=queries.read(_text(request), key=view.key))


@require_POST
@page(Role.QA_LEAD)
def draft(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Keep the text as the draft of the next version; on to publishing where that was pressed."""
    view, text = found(queries.studio(viewer, key)), _text(request)
    state = queries.read(text, key=view.key)
    if isinstance(state, Mistakes):
        return _answer(request, view, part="saved", state=state, status=422)
    service.save_draft(viewer=viewer, text=text, now=timezone.now())
    if request.POST.get("then") == "publish":
        return redirect("studio-publish", view.key)
    if not _is_htmx(request):
        messages.success(request, "Kept as a draft. Nothing scores with it until it is published.")
        return redirect("studio", view.key)
    return _answer(request, found(queries.studio(viewer, key)), part="saved", state=state, just_saved=True)


@require_POST
@page(Role.QA_LEAD)
def try_out(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Score twenty real calls with the text as it stands; nothing is stored but that somebody looked at their words."""
    view, state = found(queries.studio(viewer, key)), queries.read(_text(request), key=key)
    if isinstance(state, Mistakes):
        return _answer(request, view, part="tried", state=state, status=422)
    other = "other" in request.POST
    number, local = posted_number(request, "draw", 1) + other, local_scorers()
    keep = () if other else _ids(request)
    calls = trying.twenty(viewer, state, draw=number, scorers=local, keep=keep)
    judged = _judged() if "judge" in request.POST else None
    tried = trying.try_out(viewer, state, calls, draw=number, scorers=local, judged=judged)
    audit.look(viewer, *tried.keys, now=timezone.now())
    return _answer(request, view, part="tried", state=state, tried=tried, **_judge_note(viewer, state, tried))


@require_POST
@page(Role.QA_LEAD)
def label(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Keep one answer about one of the calls, and say how far the text agrees with all answers now."""
    view, state = found(queries.studio(viewer, key)), queries.read(_text(request), key=key)
    if isinstance(state, Mistakes):
        return _answer(request, view, part="tried", state=state, status=422)
    call, behaviour, outcome = found(_answered(request, state))
    definition = trying.only(state, [behaviour])
    labels.answer(
        viewer=viewer,
        template=view.key,
        behaviour=definition.behaviours[0],
        conversation=call,
        outcome=outcome,
        now=timezone.now(),
    )
    if not _is_htmx(request):
        return try_out(request, key=key)
    tried = trying.try_out(viewer, definition, [call], draw=0, scorers=local_scorers())
    audit.look(viewer, *tried.keys, now=timezone.now())
    shown = {"view": view, "each": tried.behaviours[0], "call": found(next(iter(tried.behaviours[0].calls), None))}
    return render(request, "coachloop/studio_answer.html", shown)


@require_POST
@page(Role.QA_LEAD)
def backtest(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Any version on any stored period; stores nothing."""
    view = found(queries.studio(viewer, key))
    number = posted_number(request, "version", 0)
    version = view.version(number)
    state = version.template if version else queries.read(_text(request), key=key)
    if isinstance(state, Mistakes):
        return _answer(request, view, part="backtested", state=state, status=422)
    period = Period(day(request.POST.get("since", "")), day(request.POST.get("until", "")))
    result = back_test(viewer, state, scorers=local_scorers(), period=period, sample=MOST_BACKTESTED)
    which = f"Version {number}" if version else "The text as it stands"
    return _answer(request, view, part="backtested", state=state, result=result, which=which)


@require_safe
@page(Role.QA_LEAD)
def confirm(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What changes when this is published?"""
    bench, steps = found(queries.history(viewer, key))
    models = queries.waiting_models(viewer, key) if bench.current else ()
    if bench.draft is None and not models:
        messages.error(request, "There is nothing to publish: the text is the version that scores now.")
        return redirect("studio", key)
    step = steps[0] if bench.draft else None
    shown = {"view": bench, "step": step, "models": models, "rescored": queries.rescored(viewer, bench.newest.template)}
    return render(request, "coachloop/studio_publish.html", shown)


@require_POST
@page(Role.QA_LEAD)
def publish(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Freeze the draft that was looked at, and let it score."""
    found(queries.studio(viewer, key))
    try:
        version = service.publish_draft(
            viewer=viewer, key=key, sha256=request.POST.get("sha256", ""), now=timezone.now()
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("studio", key)
    messages.success(
        request, f"Version {version.number} is published. Its verdicts come in as calls are scored with it."
    )
    return redirect("template", key)


def _text(request: HttpRequest) -> str:
    """The text as it was typed; browsers send CRLF."""
    return request.POST.get("text", "").replace("\r\n", "\n")


def _ids(request: HttpRequest) -> list[int]:
    given = request.POST.get("calls", "").split(",")[: trying.TWENTY]
    return [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 19]


def _answered(request: HttpRequest, template: Template) -> tuple[int, str, Outcome] | None:
    """`call:behaviour:outcome`, or None where that is none of ours."""
    call, _, rest = request.POST.get("answer", "").partition(":")
    behaviour, _, outcome = rest.partition(":")
    known = behaviour in {b.key for b in template.behaviours} and outcome in set(ANSWERS)
    return (int(call), behaviour, Outcome(outcome)) if known and call.isdecimal() and len(call) < 19 else None


def _judged() -> Judged:
    until = monotonic() + JUDGE_SECONDS
    return Judged(impatient_scorers(), lambda: monotonic() < until)


def _judge_note(viewer: Viewer, template: Template, tried: Tried) -> dict[str, Any]:
    """Whether a judge could be asked about what is open, and what that would come to."""
    named = any(member.scorer == "judge" for b in template.behaviours for member in b.score_with)
    if not named or not tried.open_ids:
        return {}
    if "judge" not in scorers():
        return {"judge": "missing"}
    rehearsed, rehearsal = rehearsing()
    trying.rehearse(viewer, template, tried, scorers=rehearsed)
    return {
        "judge": "ready",
        "plan": rehearsal.plan,
        "asked_judge": tried.judged,
        "currency": settings.CONFIG.judge_currency,
    }


def _is_htmx(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def _answer(
    request: HttpRequest, view: Studio, *, part: str, state: Template | Mistakes, status: int = 200, **more: Any
) -> HttpResponse:
    """The part that HTMX asked for, or the whole page around it."""
    shown = {"state": state, "mistakes": state.errors if isinstance(state, Mistakes) else (), **more}
    if _is_htmx(request):
        return render(
            request, f"{PAGE}#{part}", {"view": view, "asked": True, **_frame(request), **shown}, status=status
        )
    return _show(request, view, text=_text(request), status=status, **shown)


def _show(request: HttpRequest, view: Studio, *, text: str, status: int = 200, **more: Any) -> HttpResponse:
    shown: dict[str, Any] = {"view": view, "text": text, "state": queries.read(text, key=view.key), **_frame(request)}
    return render(request, PAGE, shown | more, status=status)


def _frame(request: HttpRequest) -> Mapping[str, Any]:
    given = request.POST
    return {
        "open": given.get("behaviour", ""),
        "since": given.get("since", ""),
        "until": given.get("until", ""),
        "version": given.get("version", ""),
        "most": MOST_BACKTESTED,
    }
