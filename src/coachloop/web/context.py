"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from coachloop.app.queries import programmes
from coachloop.core.model.people import Role
from coachloop.web.access import viewer_of
from coachloop.web.navigation import navigation

TITLES = {
    Role.AGENT: "agent",
    Role.TEAM_LEADER: "team leader",
    Role.EVALUATOR: "evaluator",
    Role.QA_LEAD: "QA lead",
    Role.OPERATIONS: "operations",
    Role.ADMIN: "admin",
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role, who is signed in, the programme that they look at, and whether this is the demonstration centre."""
    frame: dict[str, Any] = {"demo": settings.DEMO}
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return frame
    who = viewer_of(request)
    theirs = programmes.choices(who) if who.programme_id is not None else ()
    return frame | {
        "navigation": navigation(who, request.path),
        "me": request.user.name,
        "programmes": theirs,
        "programme": next((one.name for one in theirs if one.chosen), ""),
        "may_want_tokens": bool(who.roles - {Role.AGENT}),
        "my_roles": ", ".join(TITLES[role] for role in Role if role in who.roles) or "no role yet",
    }
