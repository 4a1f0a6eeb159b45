"""Conversations: the list, and one with its words and verdicts side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import conversation as queries
from coachloop.app.queries import disputes
from coachloop.app.queries.assignments import asks_about
from coachloop.app.queries.challenges import challengeable
from coachloop.app.queries.conversation import ConversationView, Filters
from coachloop.app.queries.speakers import speakers
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.people import Role
from coachloop.core.model.spoken import LONGEST_QUERY
from coachloop.core.model.verdict import Outcome
from coachloop.web import transcript
from coachloop.web.access import found, page
from coachloop.web.asked import day, number, query_without
from coachloop.web.player import player

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
FEW_WORDS = 4
PERIODS = ((0, "Any time"), (7, "Last 7 days"), (28, "Last 28 days"), (90, "Last 90 days"))


@page(*READERS)
def conversations(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which calls show it? Filtered, newest first; HTMX asks for the rows alone. Words that are shown are looked at."""
    filters = _filters(request)
    listed = queries.conversations(viewer, filters, today=timezone.localdate(), page=number(request, "page", 1))
    audit.look(viewer, *(row.key for row in listed.rows if row.passages), now=timezone.now())
    name = "coachloop/conversations.html"
    return render(
        request,
        f"{name}#rows" if request.headers.get("HX-Request") else name,
        {
            "page": listed,
            "rows": [(row, [(one, transcript.found(one)) for one in row.passages]) for row in listed.rows],
            "filters": filters,
            "choices": queries.choices(viewer),
            "outcomes": [outcome.value for outcome in Outcome],
            "periods": PERIODS,
            "chosen_behaviour": f"{filters.template}/{filters.behaviour}" if filters.behaviour else "",
            "query": query_without(request, "page"),
            "advises": viewer.has(Role.QA_LEAD),
            "brings": viewer.has(Role.TEAM_LEADER, Role.QA_LEAD),
        },
    )


@page(*READERS)
def conversation(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What was said, and what does each verdict stand on? A look at the words is written to the audit log."""
    asked = asks_about(viewer, key)
    if asked is not None:
        return render(request, "coachloop/conversation_blind.html", {"assignment": asked}, status=404)
    view = found(queries.conversation(viewer, key))
    audit.look(viewer, view.key, now=timezone.now())
    return _show(request, viewer, view)


@require_POST
@page(*READERS)
def as_said(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """The words before they were masked, for whom the operator lets; every look is written down, and before it is given."""
    view = found(queries.original(viewer, key))
    audit.look_at_original(viewer, view.key, now=timezone.now())
    return _show(request, viewer, view, unmasked=True)


def _show(request: HttpRequest, viewer: Viewer, view: ConversationView, *, unmasked: bool = False) -> HttpResponse:
    today = timezone.localdate()
    disputed = disputes.of_calls(viewer, [view.key], today=today)
    may = challengeable(viewer, [verdict.id for each in view.scored for verdict in each.verdicts])
    scored = [
        (
            each,
            [
                (one, transcript.jump(one), disputed.get((view.key, each.key, one.key)), may.get(one.id))
                for one in each.verdicts
            ],
        )
        for each in view.scored
    ]
    advises = viewer.has(Role.QA_LEAD)
    shown = {"view": view, "lines": transcript.lines(view), "scored": scored, "advises": advises, "today": today}
    shown["unmasked"], shown["has_original"] = unmasked, not unmasked and queries.has_original(viewer, view.key)
    shown["who"] = speakers(viewer, view.key)
    shown["agent_says"], shown["customer_says"] = (_words_of(view, who) for who in (Speaker.AGENT, Speaker.CUSTOMER))
    shown["player"] = player(request, viewer, view.key, turns=view.turns, moments=transcript.moments(view))
    return render(request, "coachloop/conversation.html", shown)


def _words_of(view: ConversationView, who: Speaker) -> str:
    """Something by which somebody is known: the first that is longer than a greeting, else the first."""
    said = [turn.text for turn in view.turns if turn.speaker is who]
    return next((text for text in said if len(text.split()) > FEW_WORDS), next(iter(said), ""))


def _filters(request: HttpRequest) -> Filters:
    template, _, behaviour = request.GET.get("behaviour", "").partition("/")
    verdict = request.GET.get("verdict", "")
    low, high = number(request, "low", 0, most=100), number(request, "high", 100, most=100)
    return Filters(
        agent=request.GET.get("agent", ""),
        template=template,
        behaviour=behaviour,
        verdict=verdict if verdict in set(Outcome) else "",
        days=number(request, "days", 0, most=3650),
        words=request.GET.get("words", "").strip()[:LONGEST_QUERY],
        since=day(request.GET.get("since", "")),
        until=day(request.GET.get("until", "")),
        low=min(low, high),
        high=max(low, high),
    )
