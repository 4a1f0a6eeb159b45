"""Templates: what is scored, and how."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coachloop.app.queries import template_page as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import found, page


@page(*Role)
def templates(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is scored?"""
    return render(
        request,
        "coachloop/templates.html",
        {"templates": queries.templates(viewer), "may_write": viewer.has(Role.QA_LEAD)},
    )


@page(*Role)
def template(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """How is it scored?"""
    return render(
        request,
        "coachloop/template.html",
        {"view": found(queries.template(viewer, key)), "may_write": viewer.has(Role.QA_LEAD)},
    )
