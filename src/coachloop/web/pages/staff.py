"""Agents as admins keep them: where they are, who left, and who was met in calls."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import people, staff
from coachloop.app.queries.staff import AgentsAsked, AgentView
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import agents as services
from coachloop.app.services import leaving, memberships, merging
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.asked import number, query_without
from coachloop.web.people_forms import AddAgentForm, AgentForm, BackForm, JoinForm, LeaveForm, MergeForm
from coachloop.web.submitting import done, refusals

ENDED = {
    "sessions": ("session", "sessions"),
    "foci": ("focus", "focuses"),
    "follow_ups": ("follow-up", "follow-ups"),
    "suggestions": ("suggestion", "suggestions"),
    "alerts": ("alert", "alerts"),
    "proposals": ("proposal", "proposals"),
    "invitations": ("invitation", "invitations"),
    "sign_ins": ("sign-in", "sign-ins"),
}
"""What ends when somebody leaves: one, and several."""


@page(Role.ADMIN)
def agents(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Which agents are there?"""
    return _list(request, viewer, AddAgentForm(teams=staff.team_choices(viewer)))


def _list(request: HttpRequest, viewer: Viewer, form: AddAgentForm, *, status: int = 200) -> HttpResponse:
    words, left = request.GET.get("words", "").strip()[:200], request.GET.get("left") == "1"
    asked = AgentsAsked(words=words, left=left, page=number(request, "page", 1))
    shown = {
        "page": staff.agents(viewer, asked, today=timezone.localdate()),
        "asked": asked,
        "query": query_without(request, "page"),
        "form": form,
        "met": staff.met_count(viewer),
        "here": "agents",
    }
    return render(request, "coachloop/people_agents.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Write an agent down."""
    form = AddAgentForm(request.POST, teams=staff.team_choices(viewer))

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "key"):
            row = services.add_agent(
                viewer=viewer, key=given["key"], name=given["name"], team_id=given["team"], now=timezone.now()
            )
            return done(request, f"{row.name} is written down.", "people-agent", row.pk)
    return _list(request, viewer, form, status=422)


@page(Role.ADMIN)
def agent(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """Who is this, and where do they belong?"""
    return _one(request, viewer, _seen(viewer, agent_id))


def _seen(viewer: Viewer, agent_id: int) -> AgentView:
    return found(staff.agent(viewer, agent_id, today=timezone.localdate()))


def _one(
    request: HttpRequest, viewer: Viewer, seen: AgentView, *, status: int = 200, **wrong: forms.Form
) -> HttpResponse:
    teams = staff.team_choices(viewer)
    email = people.email(viewer, seen.user.id) if seen.user else ""
    begun = {"name": seen.name, "joined_on": seen.joined_on, "email": email}
    shown: dict[str, Any] = {
        "view": seen,
        "change": AgentForm(initial=begun, prefix="change"),
        "join": JoinForm(teams=teams, initial={"first": timezone.localdate()}, prefix="join"),
        "leave": LeaveForm(initial={"last_day": timezone.localdate()}, prefix="leave"),
        "back": BackForm(teams=teams, initial={"first": timezone.localdate()}, prefix="back"),
        "here": "agents",
        **wrong,
    }
    return render(request, "coachloop/people_agent.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def change(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """Correct who they are."""
    seen, form = _seen(viewer, agent_id), AgentForm(request.POST, prefix="change")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "email"):
            services.change_agent(
                viewer=viewer,
                agent_id=agent_id,
                name=given["name"],
                joined_on=given["joined_on"],
                user_id=people.find(viewer, given["email"]) if given["email"] else None,
                now=timezone.now(),
            )
            return done(request, "Changed.", "people-agent", agent_id)
    return _one(request, viewer, seen, change=form, status=422)


@require_POST
@page(Role.ADMIN)
def join(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """Put them into a team."""
    seen = _seen(viewer, agent_id)
    form = JoinForm(request.POST, teams=staff.team_choices(viewer), prefix="join")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "first"):
            memberships.join_team(
                viewer=viewer,
                agent_id=agent_id,
                team_id=given["team"],
                first_day=given["first"],
                last_day=given["last"],
                now=timezone.now(),
            )
            return done(
                request,
                "Noted. The team before ends the day before; calls that name no team follow soon.",
                "people-agent",
                agent_id,
            )
    return _one(request, viewer, seen, join=form, status=422)


@require_POST
@page(Role.ADMIN)
def remove_stay(request: HttpRequest, viewer: Viewer, membership_id: int) -> HttpResponse:
    """Take out days in a team that were a mistake."""
    agent_id = memberships.remove_membership(viewer=viewer, membership_id=membership_id, now=timezone.now())
    return done(request, "Taken out. The team before goes on.", "people-agent", agent_id)


@require_POST
@page(Role.ADMIN)
def leaves(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """Note their last day."""
    seen, form = _seen(viewer, agent_id), LeaveForm(request.POST, prefix="leave")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "last_day"):
            day = given["last_day"]
            over = leaving.leave(viewer=viewer, agent_id=agent_id, last_day=day, now=timezone.now())
            ended = ", ".join(f"{count} {ENDED[what][count != 1]}" for what, count in over.items())
            return done(request, f"Noted. Ended: {ended}." if ended else "Noted.", "people-agent", agent_id)
    return _one(request, viewer, seen, leave=form, status=422)


@require_POST
@page(Role.ADMIN)
def back(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """Note that they are here again."""
    seen = _seen(viewer, agent_id)
    form = BackForm(request.POST, teams=staff.team_choices(viewer), prefix="back")

    if form.is_valid():
        given = form.cleaned_data
        with refusals(form, "first"):
            leaving.come_back(
                viewer=viewer, agent_id=agent_id, team_id=given["team"], first_day=given["first"], now=timezone.now()
            )
            return done(request, "Welcome back. Who signs in as them is switched on by hand.", "people-agent", agent_id)
    return _one(request, viewer, seen, back=form, status=422)


@page(Role.ADMIN)
def met(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Whom do calls name that nobody has written down?"""
    return _met(request, viewer)


def _met(request: HttpRequest, viewer: Viewer, *, status: int = 200) -> HttpResponse:
    shown = {
        "page": staff.met(viewer, page=number(request, "page", 1)),
        "query": query_without(request, "page"),
        "known": staff.known_agents(viewer, today=timezone.localdate()),
        "here": "agents",
    }
    return render(request, "coachloop/people_met.html", shown, status=status)


@require_POST
@page(Role.ADMIN)
def confirm(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """They are new colleagues: those who are ticked, or all."""
    chosen = [int(each) for each in request.POST.getlist("agent") if each.isdecimal() and len(each) < 19]
    ids = staff.met_ids(viewer) if request.POST.get("all") else chosen
    done = services.confirm(viewer=viewer, agent_ids=ids, now=timezone.now())
    if done:
        messages.success(request, f"{done} {'is' if done == 1 else 'are'} known now.")
    else:
        messages.error(request, "Tick whom you mean.")
    return redirect("met")


@require_POST
@page(Role.ADMIN)
def merge(request: HttpRequest, viewer: Viewer, agent_id: int) -> HttpResponse:
    """That is somebody we know."""
    form = MergeForm(request.POST)
    gone = _seen(viewer, agent_id)
    if not form.is_valid():
        messages.error(request, f"Say who {gone.name} is.")
        return _met(request, viewer, status=422)
    try:
        into = staff.find_named(viewer, form.cleaned_data["into"])
        moved = merging.merge(viewer=viewer, agent_id=agent_id, into_id=into, now=timezone.now())
    except RefusedError as refusal:
        messages.error(request, in_words(refusal))
        return _met(request, viewer, status=422)
    return done(
        request,
        f"{gone.name} is known now: {moved} conversation{'' if moved == 1 else 's'} moved.",
        "people-agent",
        into,
    )
