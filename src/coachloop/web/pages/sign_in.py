"""Signing in, and the first page after it."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from coachloop.app.queries import demo
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.web.access import found, page

BACKEND = "django.contrib.auth.backends.ModelBackend"
FIRST_PAGES = (
    (Role.TEAM_LEADER, "week"),
    (Role.QA_LEAD, "week"),
    (Role.AGENT, "me"),
    (Role.OPERATIONS, "heatmap"),
    (Role.EVALUATOR, "reviews"),
    (Role.ADMIN, "audit-log"),
)
ROLE_CARDS = (
    (Role.TEAM_LEADER, "Team leader", "Who needs help with what this week, with the proof at hand"),
    (Role.AGENT, "Agent", "The one thing you work on, your trend, and what went well"),
    (Role.QA_LEAD, "QA lead", "Every call and score, across all teams"),
    (Role.OPERATIONS, "Operations", "Teams and behaviours, never a single person"),
    (Role.EVALUATOR, "Evaluator", "Calls that wait for your blind answer"),
    (Role.ADMIN, "Admin", "Who did what, and when"),
)


class SignInForm(AuthenticationForm):
    """Email and password."""

    error_messages = {  # noqa: RUF012 -- Django's own attribute
        "invalid_login": "This email and password do not belong together. Check both; an admin can set a new password.",
        "inactive": "This account is switched off. Ask an admin.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for bound in self.fields.values():
            bound.widget.attrs["class"] = "form-control"


class SignIn(LoginView):
    """The sign-in page; in the demonstration centre with a card a role."""

    template_name = "coachloop/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and in the demonstration centre the roles."""
        return super().get_context_data(**kwargs) | {"role_cards": ROLE_CARDS if settings.DEMO else ()}


@login_not_required
@require_POST
def sign_in_as(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as somebody of this role, without a password. Only the demonstration centre has this page."""
    if not settings.DEMO or role not in set(Role):
        raise Http404
    login(request, found(demo.person_in(Role(role))), backend=BACKEND)
    return redirect("home")


@page()
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The first page of the viewer's role."""
    first = next((name for role, name in FIRST_PAGES if viewer.has(role)), None)
    return redirect(first) if first else render(request, "coachloop/no_role.html")
