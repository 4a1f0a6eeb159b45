"""Signing in, and the first page after it."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.usersessions.models import UserSession
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from coachloop.app.errors import RefusedError
from coachloop.app.queries import demo
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import sign_in
from coachloop.core.model.people import Role
from coachloop.web.access import found, in_words, page
from coachloop.web.account_forms import CodeForm, SignInForm
from coachloop.web.address import address_of

PAUSE = (
    "Too many tries: sign-in pauses here for this account. "
    f"Try again in {settings.CONFIG.sign_in_pause_minutes} minutes, or ask an admin."
)
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


class SignIn(LoginView):
    """The sign-in page; in the demonstration centre with a card a role."""

    template_name = "coachloop/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, the company's own ways, and in the demonstration centre the roles."""
        told = {"role_cards": ROLE_CARDS if settings.DEMO else (), "elsewhere": elsewhere()}
        return super().get_context_data(**kwargs) | told

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password is right: on to the code, where there is one."""
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        response: HttpResponse = perform_password_login(self.request, {}, login)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Say what helps; the same for an account that is there and one that is not."""
        paused = pauses(self.request)
        _note(self.request, form.data.get("username", ""), "pause" if paused else "password")
        if paused:
            form = _refusing(form, PAUSE)
        return self.render_to_response(self.get_context_data(form=form), status=429 if paused else 200)


def elsewhere() -> list[tuple[str, str]]:
    """The company's own ways to sign in: the button's name, and the route."""
    config = settings.CONFIG
    ways = ((config.oidc_issuer, config.oidc_name, "oidc"), (config.saml_metadata, config.saml_name, "saml"))
    return [(name, route) for there, name, route in ways if there]


@login_not_required
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the app, or a recovery code."""
    stage = LoginStageController.enter(request, "mfa_authenticate")
    if stage is None:
        return redirect("sign-in")
    form, rests = CodeForm(request.POST or None), False
    if request.method == "POST" and form.is_valid():
        try:
            right = _right(request, stage.login.user, form.cleaned_data["code"])
        except RefusedError as refusal:
            rests = True
            form.add_error("code", in_words(refusal))
        else:
            if right:
                record_authentication(request, stage.login.user, method="mfa")
                response: HttpResponse = stage.exit()
                return response
            form.add_error("code", "This code is wrong, or was used before. Type the one that the app shows now.")
    status = 429 if rests or pauses(request) else 200
    return render(request, "coachloop/sign_in_code.html", {"form": form}, status=status)


def _right(request: HttpRequest, user: Any, typed: str) -> bool:
    """Whether the code is right; wrong ones count as wrong passwords do."""
    named = {"username": user.email}
    if not AxesProxyHandler.is_allowed(request, named):
        raise RefusedError(PAUSE)
    if sign_in.right_code(user=user, code=typed, now=timezone.now()):
        return True
    AxesProxyHandler.user_login_failed(sender=code, credentials=named, request=request)
    _note(request, user.email, "code")
    return False


def pauses(request: HttpRequest) -> bool:
    """Whether this try came while the account paused for this address, or made it pause."""
    return bool(getattr(request, "axes_locked_out", False))


def _note(request: HttpRequest, account: str, why: str) -> None:
    sign_in.refused(account=account, why=why, address=address_of(request), now=timezone.now())


def _refusing(form: AuthenticationForm, words: str) -> AuthenticationForm:
    form.errors["__all__"] = form.error_class([words])
    return form


@login_not_required
@require_POST
def sign_in_as(request: HttpRequest, role: str) -> HttpResponse:
    """Sign in as somebody of this role, without a password. Only the demonstration centre has this page."""
    if not settings.DEMO or role not in set(Role):
        raise Http404
    person = found(demo.person_in(Role(role)))
    get_adapter().login(request, person)
    UserSession.objects.create_from_request(request)
    return redirect("home")


@page()
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The first page of the viewer's role."""
    first = next((name for role, name in FIRST_PAGES if viewer.has(role)), None)
    return redirect(first) if first else render(request, "coachloop/no_role.html")
