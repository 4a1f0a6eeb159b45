"""How far the scores can be trusted: for everybody, with the calls for those who may see them."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control

from coachloop.app.queries import trust_page as queries
from coachloop.app.queries.disputes import Overturned
from coachloop.app.queries.trust import DECIDED, TrustRow
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.trust import refresh_for_a_page
from coachloop.core.insight.fairness import LEAST, LEAST_AGENTS
from coachloop.core.insight.trust import Where
from coachloop.core.model.people import Role
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import found, page
from coachloop.web.asked import number, query_without
from coachloop.web.charts.trend import SIZES, THEMES
from coachloop.web.charts.trust import trust_svg

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
"""Who has calls to read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A behaviour's figures with what the page adds: the way to the next step, where the viewer may go it, and its challenges."""

    row: TrustRow
    table: tuple[tuple[Outcome, tuple[tuple[Outcome, int], ...]], ...]
    step_url: str
    challenged: Overturned | None


@page(*Role)
def templates(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which scores can be trusted?"""
    return render(request, "coachloop/trust_templates.html", {"templates": queries.templates(viewer)})


@page(*Role)
def trust(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """How far can these scores be trusted?"""
    refresh_for_a_page(viewer, key, now=timezone.now())
    view = found(queries.trusted(viewer, key))
    challenged = queries.challenges(viewer, key)
    shown = [Shown(row, _table(row), _step_url(viewer, key, row), challenged.get(row.behaviour)) for row in view.rows]
    return render(
        request,
        "coachloop/trust.html",
        {
            "view": view,
            "shown": shown,
            "outcomes": DECIDED,
            "reads_calls": viewer.has(*READERS),
            "least": LEAST,
            "least_agents": LEAST_AGENTS,
        },
    )


@page(*Role)
@cache_control(private=True, max_age=300)
def chart(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """What the machine says beside what is likely true, as a picture."""
    refresh_for_a_page(viewer, key, now=timezone.now())
    view = found(queries.trusted(viewer, key))
    theme, size = request.GET.get("theme", "light"), request.GET.get("size", "wide")
    picture = trust_svg(view.rows, theme if theme in THEMES else "light", size if size in SIZES else "wide")
    return HttpResponse(picture, content_type="image/svg+xml")


@page(*READERS)
def calls(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Which calls are behind this number? Who sees the list has seen their verdicts, and that is written down."""
    asked = {name: request.GET.get(name, "") for name in ("behaviour", "said", "true")}
    cell = queries.cell(viewer, key, asked["behaviour"], said=asked["said"], true=asked["true"])
    if cell is None:
        raise Http404
    listed = queries.calls_behind(viewer, key, cell, page=number(request, "page", 1))
    audit.look(viewer, *(row.key for row in listed.rows), now=timezone.now())
    shown = {"key": key, "cell": cell, "page": listed, "query": query_without(request, "page")}
    return render(request, "coachloop/trust_calls.html", shown)


def _table(row: TrustRow) -> tuple[tuple[Outcome, tuple[tuple[Outcome, int], ...]], ...]:
    """Rows by what the machine says; one that nobody ever said is left out."""
    return tuple(
        (Outcome(said), tuple((true, counts[true.value]) for true in DECIDED))
        for said, counts in row.confusion.items()
        if sum(counts.values()) or said in {Outcome.MET, Outcome.NOT_MET}
    )


def _step_url(viewer: Viewer, key: str, row: TrustRow) -> str:
    """Where one does the next step; empty for those who can't."""
    match Where(row.where):
        case Where.AUDIT if viewer.has(Role.QA_LEAD, Role.OPERATIONS):
            return reverse("audits")
        case Where.ROOM if viewer.has(Role.QA_LEAD):
            return reverse("rooms")
        case Where.STUDIO if viewer.has(Role.QA_LEAD):
            return reverse("studio", kwargs={"key": key})
        case Where.CALLS if viewer.has(*READERS):
            return _most_apart(key, row)
        case _:
            return ""


def _most_apart(key: str, row: TrustRow) -> str:
    """The calls in which machine and people differ most often in the same way."""
    apart = {(said, true): n for said, counts in row.confusion.items() for true, n in counts.items() if said != true}
    said, true = max(apart, key=lambda one: apart[one])
    return f"{reverse('trust-calls', kwargs={'key': key})}?behaviour={row.behaviour}&said={said}&true={true}"
