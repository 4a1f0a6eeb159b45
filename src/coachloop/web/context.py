"""What every page's frame needs."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import viewer_of

TITLES = {
    Role.AGENT: "agent",
    Role.TEAM_LEADER: "team leader",
    Role.EVALUATOR: "evaluator",
    Role.QA_LEAD: "QA lead",
    Role.OPERATIONS: "operations",
    Role.ADMIN: "admin",
}
PLACES: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("me", "My page", (Role.AGENT,)),
    ("week", "Week", (Role.TEAM_LEADER, Role.QA_LEAD)),
    ("slots", "Slots", (Role.TEAM_LEADER,)),
    ("heatmap", "Heatmap", (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)),
    ("proposals", "Proposals", (Role.QA_LEAD,)),
    ("impact", "Impact", (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)),
    ("drift", "Drift", (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS, Role.ADMIN)),
    ("effect", "Effect", (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)),
    ("worth", "Worth", (Role.QA_LEAD, Role.OPERATIONS)),
    ("gatherings", "Huddles", (Role.TEAM_LEADER, Role.QA_LEAD, Role.OPERATIONS)),
    ("rules", "Rules", (Role.OPERATIONS,)),
    ("mix", "Both kinds", (Role.OPERATIONS,)),
    ("lost-slots", "Protected time", (Role.OPERATIONS,)),
    ("conversations", "Conversations", (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)),
    ("clips", "Clips", (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)),
    ("report-choices", "Reports", (Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS, Role.QA_LEAD)),
    ("templates", "Templates", tuple(Role)),
    ("audit-log", "Audit log", (Role.ADMIN,)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation."""

    title: str
    url: str
    here: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role, who is signed in, and whether this is the demonstration centre."""
    frame: dict[str, Any] = {"demo": settings.DEMO}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return frame
    who = viewer_of(request)
    return frame | {
        "places": [*_places(who, request.path)],
        "me": request.user.name,
        "coaches": who.has(Role.TEAM_LEADER),
        "compares": who.has(Role.TEAM_LEADER, Role.QA_LEAD),
        "my_roles": ", ".join(TITLES[role] for role in Role if role in who.roles) or "no role yet",
    }


def _places(who: Viewer, path: str) -> list[Place]:
    open_to = [(reverse(name), title) for name, title, roles in PLACES if who.has(*roles)]
    here = max((url for url, _ in open_to if path == url or path.startswith(f"{url}/")), key=len, default="")
    return [Place(title, url, here=url == here) for url, title in open_to]
