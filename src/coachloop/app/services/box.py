"""Secrets that have to be read again: encrypted under the site's secret key, so that the database alone opens nothing."""

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


def locked(secret: str, kind: str) -> str:
    """A secret of this kind, as it is stored."""
    return _box(settings.SECRET_KEY, kind).encrypt(secret.encode()).decode()


def unlocked(stored: str, kind: str) -> str | None:
    """The secret as it was; None where it was stored under another COACHLOOP_SECRET_KEY."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- a command that needs no secret need not load it

    try:
        return _box(settings.SECRET_KEY, kind).decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


@lru_cache(maxsize=8)
def _box(key: str, kind: str) -> "MultiFernet":
    """Each kind has a key of its own. The second is how it was derived for second keys first: it reads what is stored, and writes nothing."""
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derived = HKDF(SHA256(), 32, salt=None, info=f"coachloop {kind}".encode()).derive(key.encode())
    before = hashlib.sha256(f"coachloop {kind} {key}".encode()).digest()
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in (derived, before)])
