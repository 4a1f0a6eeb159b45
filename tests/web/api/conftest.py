"""The standing cast, each with a token of their own."""

from collections.abc import Callable

import pytest

from web.api.client import ApiClient, secret_of
from web.cast import Cast


@pytest.fixture
def api(cast: Cast) -> Callable[..., ApiClient]:
    """A client of one of the cast, with all scopes that they may have, or with those named."""

    def client(who: str, *scopes: str) -> ApiClient:
        return ApiClient(secret_of(cast, who, *scopes))

    return client
