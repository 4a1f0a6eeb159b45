"""Reviews: what waits to be answered blind, the form beside the words, and afterwards what the machine and others say."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import NewerWordsError, RefusedError
from coachloop.app.queries import assignments as queries
from coachloop.app.queries.assignments import Form
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import assignments as services
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web import transcript
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import posted_number
from coachloop.web.player import player

ANSWERERS = (Role.EVALUATOR, Role.QA_LEAD, Role.TEAM_LEADER)
KEYS = ((Outcome.MET, "M"), (Outcome.NOT_MET, "N"), (Outcome.NOT_APPLICABLE, "A"))


@page(*ANSWERERS)
def reviews(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What waits for me, and by when?"""
    rows = queries.queue(viewer, today=timezone.localdate())
    return render(request, "coachloop/reviews.html", {"rows": rows, "overdue": sum(row.overdue for row in rows)})


@page(*ANSWERERS)
def review(request: HttpRequest, viewer: Viewer, assignment_id: int) -> HttpResponse:
    """The blind form; once submitted what others say, in a room as soon as it is opened."""
    form = queries.form(viewer, assignment_id)
    if form is None:
        return _afterwards(request, viewer, assignment_id)
    return _form(request, viewer, form)


@require_POST
@page(*ANSWERERS)
def save(request: HttpRequest, viewer: Viewer, assignment_id: int) -> HttpResponse:
    """Keep what was answered so far; another window that kept something since is told, and nothing is written over."""
    form = queries.form(viewer, assignment_id)
    if form is None:
        raise Http404
    now = timezone.now()
    try:
        saves = services.save_answers(
            viewer=viewer,
            assignment_id=assignment_id,
            answers=_answers(request, form),
            saves=posted_number(request, "saves", 0),
            now=now,
        )
    except NewerWordsError as newer:
        return JsonResponse({"refused": in_words(newer), "saves": form.saves, "fields": _fields(form)}, status=409)
    except RefusedError as refusal:
        return JsonResponse({"refused": in_words(refusal)}, status=422)
    return JsonResponse({"saves": saves, "saved": f"{timezone.localtime(now):%H:%M:%S}"})


@require_POST
@page(*ANSWERERS)
def submit(request: HttpRequest, viewer: Viewer, assignment_id: int) -> HttpResponse:
    """Answer for good; what is refused comes back with everything that was written."""
    form = queries.form(viewer, assignment_id)
    if form is None:
        found(queries.beside(viewer, assignment_id) or queries.sealed(viewer, assignment_id))
        messages.error(request, "You have submitted these answers already; they stand.")
        return redirect("review", assignment_id)
    answers = _written(request, form)
    try:
        answers = _answers(request, form)
        services.submit(
            viewer=viewer,
            assignment_id=assignment_id,
            answers=answers,
            saves=posted_number(request, "saves", 0),
            now=timezone.now(),
        )
    except NewerWordsError:
        words = "Your answers were changed in another window since. Below is what you just sent; submit again if it is what you mean."
        messages.error(request, words)
        return _form(request, viewer, form, given=answers)
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return _form(request, viewer, form, given=answers)
    messages.success(request, "Submitted. From now on your answers stand.")
    return redirect("review", assignment_id)


@require_POST
@page(*ANSWERERS)
def pass_on(request: HttpRequest, viewer: Viewer, assignment_id: int) -> HttpResponse:
    """Leave it to somebody else, with a reason."""
    form = found(queries.form(viewer, assignment_id))
    try:
        services.pass_on(
            viewer=viewer, assignment_id=assignment_id, because=request.POST.get("because", ""), now=timezone.now()
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return _form(request, viewer, form, status=422)
    messages.success(request, "Passed on.")
    return redirect("reviews")


def _form(
    request: HttpRequest, viewer: Viewer, form: Form, *, given: Mapping[str, Any] | None = None, status: int = 0
) -> HttpResponse:
    audit.look(viewer, form.conversation_key, now=timezone.now())
    said = {str(one.id): one for one in form.questions}
    answers = {pk: _said(one) | (given or {}).get(pk, {}) for pk, one in said.items()}
    shown = {
        "form": form,
        "lines": transcript.bare(form.turns),
        "player": player(request, viewer, form.conversation_key, turns=form.turns),
        "asked": [(one, answers[str(one.id)], json.dumps(answers[str(one.id)]["quotes"])) for one in form.questions],
        "keys": KEYS,
        "overdue": form.due_on < timezone.localdate(),
    }
    return render(request, "coachloop/review.html", shown, status=status or (200 if given is None else 422))


def _afterwards(request: HttpRequest, viewer: Viewer, assignment_id: int) -> HttpResponse:
    waiting = queries.queue(viewer, today=timezone.localdate())
    following = next((row.id for row in waiting), None)
    sealed = queries.sealed(viewer, assignment_id)
    if sealed is not None:
        return render(request, "coachloop/review_sealed.html", {"title": sealed, "following": following})
    view = found(queries.beside(viewer, assignment_id))
    audit.look(viewer, view.conversation_key, now=timezone.now())
    return render(
        request, "coachloop/review_done.html", {"view": view, "following": following, "waiting": len(waiting)}
    )


def _said(question: queries.Question) -> dict[str, Any]:
    quotes = [{"turn": one.turn, "start": one.start, "end": one.end, "quote": one.quote} for one in question.quotes]
    return {"outcome": question.outcome, "quotes": quotes, "note": question.note}


def _fields(form: Form) -> dict[str, str]:
    """The form's fields as they are kept."""
    kept = {str(one.id): _said(one) for one in form.questions}
    return {
        f"{name}-{pk}": json.dumps(said[name]) if name == "quotes" else said[name]
        for pk, said in kept.items()
        for name in ("outcome", "note", "quotes")
    }


def _written(request: HttpRequest, form: Form) -> dict[str, dict[str, Any]]:
    """What was sent, as long as it is not known whether the evidence can be read."""
    names = ("outcome", "note", "words")
    return {str(one.id): {name: request.POST.get(f"{name}-{one.id}", "") for name in names} for one in form.questions}


def _answers(request: HttpRequest, form: Form) -> dict[str, dict[str, Any]]:
    return {str(one.id): _answer(request, one.id, form) for one in form.questions}


def _answer(request: HttpRequest, pk: int, form: Form) -> dict[str, Any]:
    """One answer; words that were typed where nothing can be selected are looked for in the transcript."""
    try:
        quotes = json.loads(request.POST.get(f"quotes-{pk}") or "[]")
    except ValueError as error:
        raise RefusedError("the evidence came in a form that can't be read; load the page again") from error
    typed = request.POST.get(f"words-{pk}", "").strip()
    if typed and isinstance(quotes, list):
        quotes = [*quotes, _place(typed, form)]
    return {
        "outcome": request.POST.get(f"outcome-{pk}", ""),
        "note": request.POST.get(f"note-{pk}", ""),
        "quotes": quotes,
    }


def _place(words: str, form: Form) -> dict[str, Any]:
    for turn, said in enumerate(form.turns):
        if (start := said.text.find(words)) >= 0:
            return {"turn": turn, "start": start, "end": start + len(words), "quote": words}
    raise RefusedError(f"nobody says “{words:.80}” in this transcript; copy the words exactly")
