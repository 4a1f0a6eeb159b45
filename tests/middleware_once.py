"""The middleware, made once a process instead of once a client: WhiteNoise looks every static file up when it is made."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test.client import ClientHandler

READ_AT_START = ("MIDDLEWARE", "DEBUG", "SECURE_", "SESSION_ENGINE", "STATIC", "STORAGES", "WHITENOISE_")
"""Settings that a middleware keeps when it is made, by how their names begin: with others, there is another stack."""


def _kept() -> str:
    return repr([(name, getattr(settings, name)) for name in sorted(dir(settings)) if name.startswith(READ_AT_START)])


@pytest.fixture(scope="session", autouse=True)
def _middleware_once() -> Iterator[None]:
    really: Any = ClientHandler.load_middleware
    made: dict[str, Any] = {}

    def load(handler: Any, *args: Any, **options: Any) -> None:
        kept = _kept()
        if kept not in made:
            really(handler, *args, **options)
            made[kept] = handler._middleware_chain
        handler._middleware_chain = made[kept]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", load)
        yield
