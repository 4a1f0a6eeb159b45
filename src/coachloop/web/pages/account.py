"""My account: the password, codes of an app beside it, and where one is signed in."""

from typing import Any

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from coachloop.app.queries import sign_in as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import sign_in
from coachloop.web.access import page
from coachloop.web.account_forms import ChangePasswordForm, FirstCodeForm, NewPasswordForm, OwnPasswordForm, picture
from coachloop.web.sessions import lacks_codes, renew
from coachloop.web.submitting import refusals

SECRET = "coachloop_codes_secret"  # noqa: S105 -- the name under which the session keeps it until the first code is typed


@page()
def account(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What guards my account, and where am I signed in?"""
    return _show(request, viewer)


@require_POST
@page()
def change_password(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Set another password; every other session ends."""
    form = ChangePasswordForm(request.user, request.POST)
    if form.is_valid() and _chosen(viewer, form):
        renew(request)
        messages.success(request, "Your password is changed. Wherever else you were signed in, you are not any more.")
        return redirect("my-account")
    return _show(request, viewer, password_form=form, status=422)


@page()
def set_up_codes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Read a secret with the phone, and type the first code."""
    secret = request.session.setdefault(SECRET, generate_totp_secret())
    form = FirstCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form, "code"):
            codes = sign_in.turn_on_codes(
                viewer=viewer, secret=secret, code=form.cleaned_data["code"], now=timezone.now()
            )
            del request.session[SECRET]
            renew(request, by="mfa")
            return render(request, "coachloop/recovery_codes.html", {"codes": codes})
    told = {"form": form, "secret": _in_fours(secret), "picture": picture(request.user, secret)}
    status = 422 if form.errors else 200
    return render(request, "coachloop/set_up_codes.html", told | {"must": lacks_codes(request)}, status=status)


@require_POST
@page()
def turn_off_codes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Sign in by the password alone again."""
    form = OwnPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _show(request, viewer, codes_form=form, status=422)
    sign_in.turn_off_codes(viewer=viewer, email=viewer.person.email, now=timezone.now())
    renew(request)
    messages.success(request, "No codes are asked for any more.")
    return redirect("my-account")


@require_POST
@page()
def recovery_codes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """New recovery codes in place of the old ones."""
    form = OwnPasswordForm(request.user, request.POST)
    if form.is_valid():
        with refusals(form, None):
            codes = sign_in.new_recovery_codes(viewer=viewer, now=timezone.now())
            return render(request, "coachloop/recovery_codes.html", {"codes": codes})
    return _show(request, viewer, codes_form=form, status=422)


@require_POST
@page()
def sign_out_elsewhere(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """End every session but this one."""
    here = request.session.session_key or ""
    ended = sign_in.sign_out_everywhere(viewer=viewer, user=viewer.person, now=timezone.now(), but=here)
    messages.success(request, f"Signed out in {ended} other place{'' if ended == 1 else 's'}.")
    return redirect("my-account")


class SetPassword(PasswordResetConfirmView):
    """A link's page: it works once, for a day. The link's secret is taken out of the address before anything is shown."""

    form_class = NewPasswordForm  # type: ignore[assignment]  # the service sets it, not Django's form
    template_name = "coachloop/set_password.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Without the person: the service knows them."""
        kwargs = super().get_form_kwargs()
        kwargs.pop("user", None)
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the address, which is what they sign in by."""
        return super().get_context_data(**kwargs) | {"email": self.user.email if self.user else ""}

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, and go and sign in with it."""
        if self.user is None or not _chosen(sign_in.themselves(self.user), form):
            return self.form_invalid(form)
        self.request.session.flush()
        messages.success(self.request, "Your password is set. Sign in with it.")
        return redirect("sign-in")


set_password = login_not_required(SetPassword.as_view())


def _chosen(viewer: Viewer, form: NewPasswordForm) -> bool:
    with refusals(form, "password"):
        sign_in.choose_password(viewer=viewer, password=form.cleaned_data["password"], now=timezone.now())
    return not form.errors


def _show(request: HttpRequest, viewer: Viewer, *, status: int = 200, **forms: Any) -> HttpResponse:
    told = {
        "guards": queries.guards(viewer),
        "sessions": queries.sessions(viewer, here=request.session.session_key or ""),
        "password_form": ChangePasswordForm(request.user),
        "codes_form": OwnPasswordForm(request.user, prefix=None, auto_id="codes_%s"),
        **forms,
    }
    return render(request, "coachloop/account.html", told, status=status)


def _in_fours(secret: str) -> str:
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
