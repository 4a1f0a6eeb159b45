"""Secrets that have to be read again."""

import base64
import hashlib

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from coachloop.app.services import box


def test_a_secret_is_read_again_and_says_nothing_as_it_is_stored() -> None:
    stored = box.locked("JBSWY3DPEHPK3PXP", "second keys")
    assert "JBSWY3DPEHPK3PXP" not in stored
    assert box.unlocked(stored, "second keys") == "JBSWY3DPEHPK3PXP"
    assert box.unlocked(stored, "webhook secrets") is None, "each kind has a key of its own"


def test_under_another_key_nothing_is_read(settings) -> None:
    stored = box.locked("JBSWY3DPEHPK3PXP", "second keys")
    settings.SECRET_KEY = "another one, of this test alone, that nothing was stored under"  # noqa: S105
    assert box.unlocked(stored, "second keys") is None


def by_hkdf(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"coachloop webhook secrets").derive(key.encode())


def by_hash(key: str) -> bytes:
    return hashlib.sha256(f"coachloop second keys {key}".encode()).digest()


@pytest.mark.parametrize(("kind", "derived"), [("webhook secrets", by_hkdf), ("second keys", by_hash)])
def test_what_sites_have_stored_is_read(kind: str, derived) -> None:
    """As each of the two was derived before they were derived alike."""
    old = Fernet(base64.urlsafe_b64encode(derived(settings.SECRET_KEY)))
    assert box.unlocked(old.encrypt(b"a secret of before").decode(), kind) == "a secret of before"
