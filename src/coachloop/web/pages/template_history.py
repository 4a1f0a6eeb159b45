"""A template's versions, what each changed, and the bridge between any two."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from coachloop.app.queries import studio as queries
from coachloop.app.queries.bridge import Way, compare_ways
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.core.insight.bridge import Bridge, Change
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.asked import number
from coachloop.web.trials import without_judge
from coachloop.wiring import bridge_scorers

EXAMPLES = 3
"""Calls shown of each change."""


@require_safe
@page(*Role)
def history(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What changed, and when?"""
    bench, steps = found(queries.history(viewer, key))
    return render(
        request,
        "coachloop/template_history.html",
        {"view": bench, "steps": steps, "may_write": viewer.has(Role.QA_LEAD)},
    )


@require_safe
@page(Role.QA_LEAD)
def bridge(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Is it another ruler, or other people? Both versions on the same calls."""
    bench = found(queries.studio(viewer, key))
    newest = bench.newest.number
    old, new = number(request, "old", newest - 1), number(request, "new", newest)
    before, after = found(bench.version(old)), found(bench.version(new))
    candidates = "candidate" in request.GET and bool(queries.waiting_models(viewer, key))
    now, then = (without_judge(some) for some in bridge_scorers())
    compared = compare_ways(viewer, Way(before.template, now), Way(after.template, then if candidates else now))
    titles = {b.key: b.title for b in (*before.template.behaviours, *after.template.behaviours)}
    rows = [(titles[one.behaviour], one, _examples(one)) for one in compared.bridges]
    looked = [change.conversation_id for _, _, examples in rows for change, _ in examples]
    audit.look(viewer, *dict.fromkeys(looked), now=timezone.now())
    name = "coachloop/template_bridge.html"
    return render(
        request,
        f"{name}#bridge" if request.headers.get("HX-Request") else name,
        {"view": bench, "old": old, "new": new, "compared": compared, "rows": rows, "candidates": candidates},
    )


def _examples(one: Bridge) -> list[tuple[Change, str]]:
    """The first few of every change, each with the words that one of the versions goes by."""
    by_move: dict[tuple[str, str], list[Change]] = {}
    for change in one.changes:
        by_move.setdefault((change.old.outcome, change.new.outcome), []).append(change)
    return [(change, _words(change)) for some in by_move.values() for change in some[:EXAMPLES]]


def _words(change: Change) -> str:
    return next((quote.text for quote in (*change.new.evidence, *change.old.evidence)), "")
