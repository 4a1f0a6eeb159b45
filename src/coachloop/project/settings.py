"""Django's settings, from the environment."""

import secrets
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.csp import CSP

from coachloop.adapters.media import Bucket, opened
from coachloop.project import config
from coachloop.project.federation import oidc_provider, saml_app
from coachloop.project.logs import logging_settings

CONFIG = config.load()
HOME: Path = CONFIG.home.resolve()
HOME.mkdir(parents=True, exist_ok=True)
MEDIA = partial(
    opened,
    Bucket(
        CONFIG.media, CONFIG.media_key.get_secret_value(), CONFIG.media_secret.get_secret_value(), CONFIG.media_endpoint
    ),
)
"""Gives the place where recordings lie, by the folder of the site."""


def _secret_key() -> str:
    if CONFIG.secret_key:
        return CONFIG.secret_key.get_secret_value()
    path = HOME / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


PATIENCE = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3} | {
    "tcp_user_timeout": 20_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=20000",
}
"""When the network is cut, either end of a connection to PostgreSQL gives it up within about 25 seconds, and what it held is free again:
by default a machine waits for a quarter of an hour, and the server holds its locks for two hours."""


def _database() -> dict[str, Any]:
    if CONFIG.database_url:
        found: dict[str, Any] = {**dj_database_url.parse(CONFIG.database_url, conn_max_age=60, conn_health_checks=True)}
        if found["ENGINE"].endswith(".postgresql"):
            found["OPTIONS"] = PATIENCE | found.get("OPTIONS", {})
        return found
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": HOME / "coachloop.sqlite3"}


SECRET_KEY = _secret_key()
ENCRYPTION_KEY = CONFIG.encryption_key
"""By itself, because each word that is stored asks for it: to ask for it in CONFIG takes Django twenty times as long."""
DEBUG = False
DEMO = CONFIG.demo
ALLOWED_HOSTS = [host.strip() for host in CONFIG.hosts.split(",")]
ADDRESS = CONFIG.address or (f"https://{ALLOWED_HOSTS[0]}" if CONFIG.https else f"http://{ALLOWED_HOSTS[0]}:8000")

INSTALLED_APPS = [
    "coachloop.app.apps.CoachloopConfig",
    "coachloop.web.apps.WebConfig",
    "coachloop.worker.apps.WorkerConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_ox",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
]
AUTH_USER_MODEL = "coachloop.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "coachloop.web.accounts.ByEmail"]
ACCOUNT_ADAPTER = "coachloop.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # tries are counted in the database, over all processes
MFA_ADAPTER = "coachloop.web.accounts.CodesAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
AXES_FAILURE_LIMIT = CONFIG.sign_in_tries
AXES_COOLOFF_TIME = timedelta(minutes=CONFIG.sign_in_pause_minutes)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "coachloop.web.accounts.account_named"
AXES_CLIENT_IP_CALLABLE = "coachloop.web.accounts.address_of"
AXES_SENSITIVE_PARAMETERS = ["username", "password", "code"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # the sign-in page says itself that it pauses

OIDC_KEY = f"oidc-{sha256(CONFIG.oidc_issuer.encode()).hexdigest()[:12]}" if CONFIG.oidc_issuer else ""
"""The provider's name in the database: people of another one are other people."""
SOCIALACCOUNT_ADAPTER = "coachloop.web.federation.FederationAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if CONFIG.oidc_issuer:
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = oidc_provider(CONFIG, OIDC_KEY)
SAML_SLUG = "company"
if CONFIG.saml_metadata:
    INSTALLED_APPS += ["allauth.socialaccount"] if not CONFIG.oidc_issuer else []
    INSTALLED_APPS += ["allauth.socialaccount.providers.saml"]
    SOCIALACCOUNT_PROVIDERS["saml"] = {"APPS": [saml_app(CONFIG, SAML_SLUG)]}

MIDDLEWARE = [
    "coachloop.web.observed.ObservedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coachloop.web.middleware.NoNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "coachloop.web.sessions.LifetimeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coachloop.web.sessions.CodesRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "coachloop.web.middleware.UnreadableMiddleware",
    "coachloop.web.middleware.SiteZoneMiddleware",
]
ROOT_URLCONF = "coachloop.project.urls"
WSGI_APPLICATION = "coachloop.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coachloop.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": _database()}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }

TASKS = {
    "default": {
        "BACKEND": "django_ox.backend.OxBackend",
        "OPTIONS": {
            "LOCK_TIMEOUT": 15,
            "SCHEDULES": {
                "sweep": {"task": "coachloop.worker.tasks.sweep", "every": 5},
                "hear": {"task": "coachloop.worker.tasks.hear", "every": 10},
                "watch": {"task": "coachloop.worker.tasks.watch", "every": 60},
                "busy": {"task": "coachloop.worker.tasks.busy", "cron": "*/5 * * * *"},
                "tell-addresses": {"task": "coachloop.worker.tasks.tell_addresses", "every": 5},
                "tell": {"task": "coachloop.worker.tasks.tell", "every": 60},
                "watch-drift": {"task": "coachloop.worker.tasks.watch_drift", "every": 300},
                "erase": {"task": "coachloop.worker.tasks.erase", "every": 60},
                "each-hour": {"task": "coachloop.worker.tasks.each_hour", "cron": "7 * * * *"},
            },
        },
    }
}

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

LANGUAGE_CODE = "en-gb"
TIME_ZONE = CONFIG.timezone
USE_TZ = True

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = int(CONFIG.session_hours * 60 * 60)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if CONFIG.https:
    # The proxy in front ends TLS: it must set this header itself and drop one that a visitor sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
    SECURE_HSTS_SECONDS = 31536000

LOGGING = logging_settings(level=CONFIG.log_level, form=CONFIG.log_format, access=CONFIG.access_log)
