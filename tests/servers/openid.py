"""A real OpenID provider, django-oauth-toolkit, as its own process: `python -c 'import openid; openid.main()' FOLDER PORT REDIRECT_URI`.

People sign in there with their name as password. What its next tokens say wrong is written into FOLDER/mischief.json.
"""

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

FOLDER, PORT, REDIRECT = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
CLIENT, SECRET = "coachloop", "a secret between the two"
PEOPLE = {
    "ada": {"email": "ada@example.org", "email_verified": True, "name": "Ada Lindholm", "groups": ["leads"]},
    "new": {"email": "new@example.org", "email_verified": True, "name": "Nia New", "groups": ["qa"]},
    "any": {"email": "ada@example.org", "email_verified": False, "name": "Anybody", "groups": ["admins"]},
    "mute": {"email": "ada@example.org", "name": "Says Nothing", "groups": ["admins"]},
}


def _configure() -> None:
    from django.conf import settings  # noqa: PLC0415 -- Django's own order

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="of the provider",  # noqa: S106 -- of a test
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "provider.sqlite3"}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SESSION_COOKIE_NAME="provider",
        LOGIN_URL="/login",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": pem,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who", "email": "address", "profile": "name"},
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        },
    )


def _fill() -> None:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from oauth2_provider.models import Application  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in PEOPLE:
        User.objects.create_user(username=name, password=name)
    Application.objects.create(
        client_id=CLIENT, client_secret=SECRET, client_type="confidential", authorization_grant_type="authorization-code",
        redirect_uris=REDIRECT, algorithm="RS256", skip_authorization=True,
    )  # fmt: skip


def _mischief() -> dict:
    path = FOLDER / "mischief.json"
    return json.loads(path.read_text()) if path.exists() else {}


_configure()
import django  # noqa: E402 -- settings first

django.setup()

from django.contrib.auth import authenticate, login  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402


class Validator(OAuth2Validator):
    """Says of people what PEOPLE says, and what mischief changes."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: object) -> dict:
        return {**PEOPLE[request.user.username], "sub": request.user.username}

    def get_id_token_dictionary(self, *args: object) -> tuple:
        claims, until = super().get_id_token_dictionary(*args)
        return {**claims, **_mischief().get("claims", {})}, until

    def finalize_id_token(self, id_token: dict, *args: object) -> str:
        wrong = _mischief()
        id_token.update({"nonce": wrong["claims"]["nonce"]} if "nonce" in wrong.get("claims", {}) else {})
        made = super().finalize_id_token(id_token, *args)
        return f"{made[:-8]}AAAAAAAA" if wrong.get("forged") else made


def sign_in(request: object) -> HttpResponse:
    """A form without looks."""
    if request.method == "POST":
        person = authenticate(request, username=request.POST["username"], password=request.POST["password"])
        login(request, person)
        return HttpResponseRedirect(request.GET["next"])
    return HttpResponse('<form method="post"><input name="username"><input name="password"><button>Go</button></form>')


urlpatterns = [path("login", sign_in), path("o/", include("oauth2_provider.urls"))]


def main() -> None:
    from wsgiref.simple_server import make_server  # noqa: PLC0415

    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    _fill()
    make_server("127.0.0.1", PORT, get_wsgi_application()).serve_forever()
