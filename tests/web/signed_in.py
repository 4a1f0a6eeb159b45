"""One of the cast at the pages, without a browser."""

from typing import Any

from django.conf import settings
from django.test import Client


def signed_in(user: Any) -> Client:
    """Their client."""
    client = Client()
    client.force_login(user)
    return client


def session_of(user: Any) -> str:
    """Their cookie, for `again`."""
    return signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value


def again(session: str | None) -> Client:
    """A client of whoever is signed in already; a visitor's without a cookie."""
    client = Client()
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def seen(user: Any, path: str) -> str:
    """A page's source, for somebody who gets it."""
    response = signed_in(user).get(path)
    assert response.status_code == 200
    return response.content.decode()
