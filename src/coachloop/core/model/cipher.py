"""Words that nobody reads without a key: sealed by AES-256-GCM, opened again, searched by keyed hashes.

A site's key wraps data keys, a data key seals words. What is sealed says by which data key; that it stands where it was put is proved
when it is opened, for the place is sealed with it.
"""

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "sealed:"
"""What is sealed begins with it."""

NAME = 8
"""Characters of a data key's name: lower-case hexadecimal digits."""

HEAD = len(PREFIX) + NAME + 1
"""Characters of what is sealed by which it is known with which data key."""

SIZE = 32
"""Bytes of a key."""

NONCE = 12
"""Bytes that are chosen by chance for each text."""

OFF = "off"
SHORT = 200
"""Bytes below which packing gains nothing."""

HASHED = 10
"""Letters that stand for a word: 40 bits, so that two of a hundred thousand words share theirs with odds of 1 : 200."""

_LIKE_SEALED = re.compile(r"\\*sealed:")
BEGINNINGS = (PREFIX, "\\")
"""What begins otherwise is as it was said."""

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class UnreadableError(Exception):
    """Words are here that can't be read; the message says why and the way out, and nothing of the words."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """What words are sealed with, by its name."""

    name: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The keys of a site, newest first. Where `seals` is not set, words that are written stay as they are: they are only read."""

    keys: tuple[bytes, ...] = field(repr=False)
    seals: bool

    @property
    def by_mark(self) -> dict[str, bytes]:
        """Each by its mark."""
        return {mark(key): key for key in self.keys}


def site_keys(text: str) -> SiteKeys:
    """Keys in base64, newest first, with spaces or commas between; `off` before them keeps them for reading alone.

    Raises:
        ValueError: one of them is none; the message does not repeat it.
    """
    given = text.replace(",", " ").split()
    seals = bool(given) and given[0] != OFF
    keys = tuple(map(_key, given[not seals :] if given else []))
    if given and not keys:
        raise ValueError("says off, and no key to read with")
    return SiteKeys(keys, seals)


def _key(text: str) -> bytes:
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        found = b""
    if len(found) != SIZE:
        raise ValueError(
            f"holds a key that is no {SIZE} bytes in base64; `openssl rand -base64 32` makes one, and the newest stands first"
        )
    return found


def mark(key: bytes) -> str:
    """Tells two keys of a site apart, and neither of them."""
    return hashlib.sha256(b"coachloop's mark of a key for words:" + key).hexdigest()[:12]


def wrapped(key: DataKey, site_key: bytes, nonce: bytes) -> bytes:
    """A data key as it is kept."""
    return nonce + _cipher(site_key).encrypt(nonce, key.secret, key.name.encode())


def unwrapped(name: str, kept: bytes, site_key: bytes) -> DataKey:
    """A data key again.

    Raises:
        UnreadableError: it was changed.
    """
    secret = _opened(kept, site_key, name.encode())
    if secret is None:
        raise UnreadableError(
            f"the data key {name} is not as it was kept: somebody changed its row; put it back from a backup"
        )
    return DataKey(name, secret)


def sealed(text: str, key: DataKey, *, nonce: bytes, place: str) -> str:
    """A text that only who has the key can read, and only at its place."""
    data = text.encode()
    packed = b"\0" + data if len(data) < SHORT else b"\1" + zlib.compress(data, 1, -15)
    told = base64.b64encode(nonce + _cipher(key.secret).encrypt(nonce, packed, place.encode())).decode()
    return f"{PREFIX}{key.name}:{told}"


def nonce_of(text: str, key: DataKey, *, place: str) -> bytes:
    """What stands for chance where the same text at the same place is to be sealed the same way: nobody without the key can foresee it."""
    return hmac.digest(key.secret, f"nonce {place} {text}".encode(), "sha256")[:NONCE]


def unsealed(text: str, secret_of: Callable[[str], bytes], *, place: str) -> str:
    """A text that was sealed, or one that never was, as it is.

    Args:
        text: as it is stored.
        secret_of: a data key by its name.
        place: where it stands.

    Raises:
        UnreadableError: somebody changed it, or it stood at another place.
    """
    if not text.startswith(PREFIX):
        return text[1:] if text.startswith("\\") and _LIKE_SEALED.match(text) else text
    secret = secret_of(text[len(PREFIX) : HEAD - 1])
    packed = _opened(_bytes(text[HEAD:]), secret, place.encode())
    if packed is None:
        raise UnreadableError(
            f"words of {place} are not as they were stored: they were changed or moved since they were encrypted; "
            "put them back from a backup"
        )
    return (packed[1:] if packed[:1] == b"\0" else zlib.decompress(packed[1:], -15)).decode()


def unlike(text: str) -> str:
    """A text that is stored as it is: what only looks as if it were sealed is marked, and comes back as it was."""
    return f"\\{text}" if text.startswith(BEGINNINGS) and _LIKE_SEALED.match(text) else text


def hashed(words: str, key: DataKey, *, longest: int) -> str:
    """Words with spaces between as hashes of them, which can be searched by who has the key; the key's name stands first.

    Args:
        words: folded, as `spoken.said` gives them.
        key: the key for the search.
        longest: characters at most; what is beyond is not found.
    """
    most = (longest - len(first_of(key.name))) // (HASHED + 1)
    return " ".join([first_of(key.name), *(hash_of(word, key.secret) for word in words.split(" ")[:most] if word)])


def first_of(name: str) -> str:
    """What hashed words begin with: one word, that nobody says."""
    return f"sealed{name}"


@lru_cache(1 << 16)
def hash_of(word: str, secret: bytes) -> str:
    """Letters that stand for a word."""
    return hmac.digest(secret, word.encode("utf-8", "ignore"), "sha256")[: HASHED // 2].hex().translate(_LETTERS)


@lru_cache(64)
def _cipher(secret: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 -- a site without a key needs none

    return AESGCM(secret)


def _opened(data: bytes, secret: bytes, place: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- as above

    try:
        return _cipher(secret).decrypt(data[:NONCE], data[NONCE:], place)
    except (InvalidTag, ValueError):
        return None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
