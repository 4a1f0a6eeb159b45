"""One of the cast at the pages, without a browser."""

from typing import Any

from django.test import Client


def signed_in(user: Any) -> Client:
    """Their client."""
    client = Client()
    client.force_login(user)
    return client


def seen(user: Any, path: str) -> str:
    """A page's source, for somebody who gets it."""
    response = signed_in(user).get(path)
    assert response.status_code == 200
    return response.content.decode()
