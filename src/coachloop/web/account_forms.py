"""What people type about their own account, and what an admin types about somebody's."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.http import urlencode

CODE = {"class": "form-control", "autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}


def _password(label: str, help_text: str = "", *, new: bool = False) -> forms.CharField:
    kind = "new-password" if new else "current-password"
    widget = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": kind})
    missing = {"required": "Type a password."}
    return forms.CharField(label=label, help_text=help_text, widget=widget, strip=False, error_messages=missing)


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


class CodeForm(forms.Form):
    """One code of the app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        help_text="Six digits of the app on your phone, or one of your recovery codes.",
        max_length=20,
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": "Type the code that the app shows now."},
    )


class FirstCodeForm(CodeForm):
    """The code that shows that the app has the secret; there are no recovery codes yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "The six digits that the app shows now."


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = _password("New password", "At least twelve characters: a few words are easy to keep in mind.", new=True)
    again = _password("The same again", new=True)

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        given = self.cleaned_data
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", "The two differ. Type the same twice.")
        return given


class OwnPasswordForm(forms.Form):
    """The password that they have, before something that guards the account is changed."""

    current = _password("Your password now")

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_current(self) -> str:
        """It is theirs."""
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise forms.ValidationError("This is not your password.")
        return current


class ChangePasswordForm(NewPasswordForm, OwnPasswordForm):
    """Theirs, and the new one twice."""

    field_order = ("current", "password", "again")


class AccountForm(forms.Form):
    """Whose account an admin looks after."""

    email = forms.EmailField(
        label="Whose account?",
        help_text="Their email address.",
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Type their email address.", "invalid": "Type their email address."},
    )


def picture(user: Any, secret: str) -> str:
    """A secret as the square that the app on the phone reads, for an image's address."""
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return f"data:image/svg+xml,{urlencode({'': svg})[1:].replace('+', '%20')}"
