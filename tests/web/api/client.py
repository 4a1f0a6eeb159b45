"""A program that uses the API with somebody's token."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client

from coachloop.app.queries.viewing import viewer
from coachloop.app.services import tokens
from coachloop.app.services.tokens import Wanted
from coachloop.core.model.scopes import open_to
from web.cast import Cast

ROOT = "/api/v1"


class ApiClient:
    """Asks as one person does."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._client = Client(raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **headers: str) -> Any:
        """What stands there."""
        return self._client.get(ROOT + path, headers={**self._headers, **headers})

    def send(self, method: str, path: str, body: Any = None, *, kind: str = "application/json", **headers: str) -> Any:
        """Do something; `body` is JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self._client.generic(
            method, ROOT + path, data, kind if data else "", headers={**self._headers, **headers}
        )

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST, with underscores in the names of headers for their hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, body, **named)


type ClientOf = Callable[..., ApiClient]


def secret_of(cast: Cast, who: str, *scopes: str) -> str:
    """A token of one of the cast; none for whoever may have none."""
    user: Any = cast.who(who)
    if user is None:
        return ""
    theirs = viewer(user, now=cast.now)
    allowed = scopes or open_to(theirs.roles)
    if not allowed:
        return ""
    ends = cast.now + timedelta(days=30)
    return tokens.make(viewer=theirs, wanted=Wanted("test", allowed, ends), now=cast.now).secret
