"""Keys of a site, and how a test sets them."""

import base64
from typing import Any

from pydantic import SecretStr

KEY, OTHER = (base64.b64encode(bytes([n]) * 32).decode() for n in (7, 9))


def use(settings: Any, text: str) -> None:
    """From now on the site has these keys; undone with pytest-django's `settings`."""
    settings.ENCRYPTION_KEY = SecretStr(text)
