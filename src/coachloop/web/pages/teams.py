"""Teams and sites as admins keep them; operations read the teams."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import people, staff
from coachloop.app.queries import sites as site_queries
from coachloop.app.queries.people import Named
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import absences
from coachloop.app.services import sites as site_services
from coachloop.app.services import teams as services
from coachloop.app.services.people import Place
from coachloop.core.model.people import Role
from coachloop.web.access import found, page
from coachloop.web.people_forms import AddTeamForm, ClosureForm, SiteForm, TeamForm
from coachloop.web.submitting import done, refusals

READERS = (Role.ADMIN, Role.OPERATIONS)


def _site_choices(viewer: Viewer) -> list[Named]:
    return [Named(one.pk, one.name) for one in site_queries.at_hand(viewer).order_by("name")]


@page(*READERS)
def teams(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which teams are there, and who leads them?"""
    return _list(request, viewer)


def _list(request: HttpRequest, viewer: Viewer, form: AddTeamForm | None = None, *, status: int = 200) -> HttpResponse:
    keeps = viewer.has(Role.ADMIN)
    sites = _site_choices(viewer)
    if keeps and form is None:
        first = {"site": sites[0].id} if len(sites) == 1 else {}
        form = AddTeamForm(sites=sites, leaders=people.may_lead(viewer), initial=first)
    shown = {"teams": staff.teams(viewer), "form": form, "keeps": keeps, "here": "teams"}
    return render(request, "coachloop/people_teams.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a team."""
    form = AddTeamForm(request.POST, sites=_site_choices(viewer), leaders=people.may_lead(viewer))

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "key"):
            row = services.add_team(
                viewer=viewer,
                key=given["key"],
                name=given["name"],
                site_id=given["site"],
                leader_id=given["leader"],
                now=timezone.now(),
            )
            return done(request, f"{row.name} is there.", "team", row.pk)
    return _list(request, viewer, form, status=422)


@page(*READERS)
def team(request: HttpRequest, viewer: Viewer, team_id: int) -> HttpResponse:
    """Who is in this team, and who was?"""
    return _one(request, viewer, team_id)


def _one(
    request: HttpRequest, viewer: Viewer, team_id: int, *, form: TeamForm | None = None, status: int = 200
) -> HttpResponse:
    seen, keeps = found(staff.team(viewer, team_id, today=timezone.localdate())), viewer.has(Role.ADMIN)
    if keeps and form is None:
        begun = {"name": seen.name, "site": seen.site.id, "leader": seen.leader.id if seen.leader else ""}
        leaders = people.may_lead(viewer)
        known = leaders if seen.leader is None or seen.leader in leaders else (*leaders, seen.leader)
        form = TeamForm(sites=_site_choices(viewer), leaders=known, initial=begun)
    shown = {"view": seen, "form": form, "keeps": keeps, "here": "teams"}
    return render(request, "coachloop/people_team.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def change(request: HttpRequest, viewer: Viewer, team_id: int) -> HttpResponse:
    """Call it otherwise, or give it another site or leader."""
    seen, leaders = found(staff.team(viewer, team_id, today=timezone.localdate())), people.may_lead(viewer)
    known = (*leaders, seen.leader) if seen.leader else leaders
    form = TeamForm(request.POST, sites=_site_choices(viewer), leaders=known)

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "leader"):
            services.change_team(
                viewer=viewer,
                team_id=team_id,
                name=given["name"],
                site_id=given["site"],
                leader_id=given["leader"],
                now=timezone.now(),
            )
            return done(request, "Changed.", "team", team_id)
    return _one(request, viewer, team_id, form=form, status=422)


@page(Role.ADMIN)
def sites(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Where are we, and when are we closed?"""
    return _sites(request, viewer)


def _sites(
    request: HttpRequest, viewer: Viewer, *, wrong: dict[str, SiteForm | ClosureForm] | None = None, status: int = 200
) -> HttpResponse:
    wrong = wrong or {}
    rows = [
        (
            each,
            wrong.get(f"place-{each.site.id}") or _place_form(each),
            wrong.get(f"closure-{each.site.id}") or ClosureForm(prefix=f"closure-{each.site.id}"),
        )
        for each in staff.sites_kept(viewer, today=timezone.localdate())
    ]
    add_form = wrong.get("new") or SiteForm(prefix="new")
    shown = {"sites": rows, "add": add_form, "keeps": viewer.keeps_all, "here": "sites"}
    return render(request, "coachloop/people_sites.html", shown, status=status)


def _place_form(each: staff.SiteKept) -> SiteForm:
    site = each.site
    begun = {"name": site.name, "timezone": site.timezone, "country": site.country, "region": site.region}
    return SiteForm(initial=begun, prefix=f"place-{site.id}")


def _place(given: Mapping[str, Any]) -> Place:
    return Place(given["timezone"], given["country"], given["region"])


@require_POST
@page(Role.ADMIN)
def add_site(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make another site."""
    form = SiteForm(request.POST, prefix="new")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, None):
            site_services.add_site(viewer=viewer, name=given["name"], place=_place(given), now=timezone.now())
            return done(request, "The site is there.", "sites")
    return _sites(request, viewer, wrong={"new": form}, status=422)


@require_POST
@page(Role.ADMIN)
def move_site(request: HttpRequest, viewer: Viewer, site_id: int) -> HttpResponse:
    """Call it otherwise, or put it into another zone, country or region."""
    form = SiteForm(request.POST, prefix=f"place-{site_id}")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, None):
            site_services.change_place(
                viewer=viewer, site_id=site_id, name=given["name"], place=_place(given), now=timezone.now()
            )
            return done(request, "Changed. Dates that were promised before stay as they are.", "sites")
    return _sites(request, viewer, wrong={f"place-{site_id}": form}, status=422)


@require_POST
@page(Role.ADMIN)
def close(request: HttpRequest, viewer: Viewer, site_id: int) -> HttpResponse:
    """Note a day on which a site is closed."""
    form = ClosureForm(request.POST, prefix=f"closure-{site_id}")

    if form.is_valid():
        with refusals(form, "day"):
            absences.add_closure(viewer=viewer, site_id=site_id, now=timezone.now(), **form.cleaned_data)
            return done(request, "Noted. The day counts on nobody's five.", "sites")
    return _sites(request, viewer, wrong={f"closure-{site_id}": form}, status=422)


@require_POST
@page(Role.ADMIN)
def open_again(request: HttpRequest, viewer: Viewer, closure_id: int) -> HttpResponse:
    """Take such a day out."""
    absences.remove_closure(viewer=viewer, closure_id=closure_id, now=timezone.now())
    return done(request, "Taken out. The day counts again.", "sites")
