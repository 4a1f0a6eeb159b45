"""The audit log."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coachloop.app.queries import audit_log as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import page
from coachloop.web.asked import number


@page(Role.ADMIN)
def audit_log(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who did what, and when?"""
    return render(
        request, "coachloop/audit_log.html", {"page": queries.entries(viewer, page=number(request, "page", 1))}
    )
