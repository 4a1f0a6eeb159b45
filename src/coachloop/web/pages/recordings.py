"""Coach the coach: a leader's own page, and what leaders share with each other to be answered blind."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import how_i_coach as mine
from coachloop.app.queries import recordings as queries
from coachloop.app.queries import session_page
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services import recordings as services
from coachloop.core.model.held_notes import LONGEST_NOTES
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import ANSWERS, Outcome
from coachloop.web import transcript
from coachloop.web.access import found, in_words, page
from coachloop.web.player import player

ANSWERERS = (Role.TEAM_LEADER, Role.QA_LEAD)


@page(Role.TEAM_LEADER)
def how_i_coach(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """How do I coach? Theirs alone."""
    handed, practices = queries.handed(viewer), mine.practices(viewer)
    audit.look(viewer, *{one.words.conversation_key for one in practices if one.words}, now=timezone.now())
    shown = {
        "handed": handed,
        "practices": practices,
        "without": queries.without(viewer, today=timezone.localdate()),
        "waiting": sum(not one.answered for one in queries.to_answer(viewer)),
    }
    return render(request, "coachloop/how_i_coach.html", shown)


@page(Role.TEAM_LEADER)
def recording(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """What was said, what was found in it, and who may see it."""
    view = found(queries.whole(viewer, recording_id))
    audit.look(viewer, view.key, now=timezone.now())
    shown = {
        "view": view,
        "lines": transcript.lines(view),
        "player": player(request, viewer, view.key, turns=view.turns, moments=transcript.moments(view)),
        "scored": [(each, [(verdict, transcript.jump(verdict)) for verdict in each.verdicts]) for each in view.scored],
        "handed": next(one for one in queries.handed(viewer) if one.id == recording_id),
        "compared": [one for one in queries.compared(viewer, recording_id) if len(one.said) > 1],
    }
    return render(request, "coachloop/recording.html", shown)


@require_POST
@page(Role.TEAM_LEADER)
def hand_in(request: HttpRequest, viewer: Viewer, session_id: int) -> HttpResponse:
    """What was said, typed or as a file."""
    found(session_page.session(viewer, session_id, today=timezone.localdate()))
    try:
        services.hand_in(
            viewer=viewer,
            session_id=session_id,
            notes=_notes(request),
            both_agreed=request.POST.get("both_agreed") == "yes",
            now=timezone.now(),
        )
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return redirect("session", session_id)
    messages.success(request, "Handed in. It is scored within a minute, and you alone see what comes out.")
    return redirect("how-i-coach")


@require_POST
@page(Role.TEAM_LEADER)
def share(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """Let the QA lead and other leaders answer the same questions."""
    services.share(viewer=viewer, recording_id=recording_id, now=timezone.now())
    messages.success(request, "Shared. The QA lead and other leaders answer blind; then you compare.")
    return redirect("recording", recording_id)


@require_POST
@page(Role.TEAM_LEADER)
def unshare(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """Nobody else sees it any more."""
    services.unshare(viewer=viewer, recording_id=recording_id, now=timezone.now())
    messages.success(request, "Nobody else sees it any more.")
    return redirect("recording", recording_id)


@require_POST
@page(Role.AGENT, Role.TEAM_LEADER)
def take_back(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """Either of the two says no; back to the session."""
    session_id = found(queries.session_of(viewer, recording_id))
    services.take_back(viewer=viewer, recording_id=recording_id, now=timezone.now())
    messages.success(request, "Taken back. What was said is deleted, with everything that was found in it.")
    return redirect("session", session_id)


@page(*ANSWERERS)
def shared(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Do we see the same? What is shared, and how far machine and people agree."""
    shown = {"rows": queries.to_answer(viewer), "agreements": queries.agreements(viewer)}
    return render(request, "coachloop/shared_coaching.html", shown)


@page(*ANSWERERS)
def answer(request: HttpRequest, viewer: Viewer, recording_id: int) -> HttpResponse:
    """The words and the questions, nothing else; afterwards everybody's answers."""
    view = found(queries.words(viewer, recording_id))
    audit.look(viewer, view.key, now=timezone.now())
    asked, given, status = queries.questions(recording_id), dict[int, Outcome](), 200
    if request.method == "POST":
        given = {one.id: Outcome(said) for one in asked if (said := request.POST.get(f"answer-{one.id}")) in ANSWERS}
        try:
            services.answer(viewer=viewer, recording_id=recording_id, outcomes=given, now=timezone.now())
        except RefusedError as refusal:
            messages.error(request, in_words(refusal))
            status = 422
        else:
            messages.success(request, "Answered. This is what the others say.")
            return redirect("shared-answer", recording_id)
    shown = {
        "view": view,
        "lines": transcript.lines(view),
        "compared": queries.compared(viewer, recording_id),
        "asked": [(one, given.get(one.id)) for one in asked],
        "answers": ANSWERS,
    }
    return render(request, "coachloop/shared_answer.html", shown, status=status)


def _notes(request: HttpRequest) -> str:
    """What was typed, or else the file's text."""
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or request.POST.get("notes", "").strip():
        return request.POST.get("notes", "")
    try:
        return str(sent.read(4 * LONGEST_NOTES + 4), "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError("the file is no plain text in UTF-8; save it as .txt, or paste it") from error
