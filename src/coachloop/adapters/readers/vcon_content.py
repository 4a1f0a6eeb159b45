"""What a vCon holds inline or refers to: bodies in their encodings, files elsewhere that are checked by their hash, recordings."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from coachloop.adapters.outside import AddressRefusedError, Outside
from coachloop.adapters.readers.said import parsed
from coachloop.core.model.recording import Recording
from coachloop.core.model.wire import BadLineError

SUFFIXES = {
    "audio/x-wav": ".wav", "audio/wav": ".wav", "audio/wave": ".wav", "audio/vnd.wave": ".wav", "audio/x-mp3": ".mp3",
    "audio/mp3": ".mp3", "audio/mpeg": ".mp3", "audio/x-mp4": ".m4a", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a",
    "audio/ogg": ".ogg", "audio/opus": ".opus", "audio/flac": ".flac", "audio/x-flac": ".flac", "audio/webm": ".webm",
    "audio/basic": ".au", "audio/gsm": ".gsm", "audio/x-gsm": ".gsm", "video/mp4": ".mp4", "video/x-mp4": ".mp4", "video/ogg": ".ogg",
}  # fmt: skip
HASHES = {"sha512": "sha512", "sha384": "sha384", "sha256": "sha256"}
MOST_TEXT = 64 * 1024 * 1024
BLOCK = 1024 * 1024
SECONDS = 600
"""That what lies elsewhere may take to come."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is allowed to a vCon.

    `key` is the public key of whoever signs, as PEM or JWK; `outside` reads what lies at an address, None: nothing is asked; `media` is
    the folder that recordings are put into, None: they are left. `keep` takes a recording over from there: it says what it is, or
    raises a ValueError with the reason why it can't be taken; its file is deleted then.
    """

    key: str = ""
    outside: Outside | None = None
    media: Path | None = None
    keep: Callable[[Path], Recording] | None = None


def outside(hosts: frozenset[str], own_hosts: frozenset[str], *, most_bytes: int) -> Outside | None:
    """Reads from these hosts alone, what vCons refer to; None where there are none."""
    if not hosts | own_hosts:
        return None
    return Outside(
        seconds=SECONDS,
        most_bytes=most_bytes,
        example="https://recordings.example.org/c-1.wav",
        own_hosts=own_hosts,
        own_hosts_setting="COACHLOOP_VCON_OWN_HOSTS",
        only=hosts,
        only_setting="COACHLOOP_VCON_HOSTS",
    )


class Content(BaseModel):
    """A part of a vCon with a body, or with an address; by the names of all versions of the draft."""

    model_config = ConfigDict(extra="allow")

    mediatype: str | None = Field(None, validation_alias=AliasChoices("mediatype", "mimetype"))
    filename: str | None = None
    body: Any = None
    encoding: str | None = None
    url: str | None = None
    content_hash: str | list[str] | None = None
    alg: str | None = None
    signature: str | None = None

    @property
    def kind(self) -> str:
        """The media type alone, in small letters."""
        return (self.mediatype or "").partition(";")[0].strip().lower()

    @property
    def is_there(self) -> bool:
        """Whether it has anything in it; a redacted part may not."""
        return self.body not in (None, "") or bool(self.url)


def value(part: Content, trust: Trust) -> Any:
    """The body as a JSON value where it is one, else its text.

    Raises:
        BadLineError: it can't be decoded, or not be fetched.
    """
    if part.body in (None, "") and part.url:
        raw: Any = b"".join(_fetched(part, trust, at_most=MOST_TEXT))
    else:
        raw = _decoded(part)
    if not isinstance(raw, bytes | str):
        return raw
    text = _text(raw)
    return parsed(text) if text.lstrip()[:1] in {"{", "["} else text


def _text(raw: bytes | str) -> str:
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadLineError(f"the text of a part is not UTF-8 at byte {error.start}") from error


def _decoded(part: Content, *, likely: str = "") -> Any:
    encoding = (part.encoding or likely or _likely(part)).lower()
    if encoding in {"base64url", "base64"}:
        return from_base64(part.body)
    if encoding in {"json", "none"}:
        return part.body
    raise BadLineError(f"encoding: must be base64url, json or none, got {encoding!r:.60}")


def _likely(part: Content) -> str:
    """The encoding where it is not told, as the draft allows to derive it."""
    if not isinstance(part.body, str):
        return "json"
    return "base64url" if part.kind.startswith(("audio/", "video/")) else "none"


def from_base64(text: object) -> bytes:
    """The bytes of base64url, or of base64 as some write it; without its padding too.

    Raises:
        BadLineError: it is neither.
    """
    if not isinstance(text, str):
        raise BadLineError(f"body: expected base64url text, got {type(text).__name__}")
    plain = "".join(text.split()).rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadLineError(f"is no base64url: {error}") from error


def unpacked(raw: bytes) -> bytes:
    """The bytes, unpacked where they are gzip.

    Raises:
        BadLineError: the stream is broken, or holds more than is read.
    """
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(raw, MOST_TEXT)
    except zlib.error as error:
        raise BadLineError(f"its gzip stream is broken: {error}") from error
    if stream.unconsumed_tail:
        raise BadLineError(f"unpacks to more than {MOST_TEXT // 1024 // 1024} MB")
    if not stream.eof:
        raise BadLineError("its gzip stream is broken: it breaks off")
    return plain


def _fetched(part: Content, trust: Trust, *, at_most: int | None = None) -> Iterator[bytes]:
    """What lies at the address; checked against its hash when all of it has come."""
    if not trust.outside:
        raise BadLineError(f"{part.url!r:.200} is not asked; an operator can allow its host with COACHLOOP_VCON_HOSTS")
    wanted = _hashes(part)
    found = {name: hashlib.new(name) for name in wanted}
    size = 0
    try:
        for block in trust.outside.blocks(part.url or ""):
            size += len(block)
            if at_most and size > at_most:
                raise BadLineError(f"{part.url!r:.200} is larger than {at_most // 1024 // 1024} MB")
            for digest in found.values():
                digest.update(block)
            yield block
    except AddressRefusedError as error:
        raise BadLineError(f"{part.url!r:.200}: {error}") from error
    if any(found[name].digest() != digest for name, digest in wanted.items()):
        raise BadLineError(f"what lies at {part.url!r:.200} is not what it was: its hash is another")


def _hashes(part: Content) -> dict[str, bytes]:
    """The hashes that can be checked, by algorithm."""
    tokens = [part.content_hash] if isinstance(part.content_hash, str) else list(part.content_hash or ())
    if part.alg and part.signature:
        tokens.append(f"{part.alg.replace('-', '')}-{part.signature}")
    pairs = (token.partition("-") for token in tokens)
    known = {HASHES[name.lower()]: from_base64(digest) for name, _, digest in pairs if name.lower() in HASHES}
    if not known:
        what = ", ".join(token.partition("-")[0][:20] for token in tokens) or "no hash"
        raise BadLineError(
            f"{part.url!r:.200} has {what}; what lies elsewhere is taken with a content_hash of sha512 alone"
        )
    return known


def recording(part: Content, trust: Trust, folder: Path) -> Path:
    """The recording's bytes in a file of the folder, named by their hash: no name of the vCon is used.

    Raises:
        BadLineError: it can't be decoded, fetched or stored.
    """
    if part.body not in (None, ""):
        raw = _decoded(part, likely="base64url")
        if not isinstance(raw, bytes):
            raise BadLineError("a recording's body must be base64url")
        blocks: Iterable[bytes] = (raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK))
    else:
        blocks = _fetched(part, trust)
    try:
        return _kept(blocks, folder, _suffix(part))
    except OSError as error:
        raise BadLineError(f"its recording can't be stored: {error.strerror or error}") from error


def _kept(blocks: Iterable[bytes], folder: Path, suffix: str) -> Path:
    digest = hashlib.sha256()
    with NamedTemporaryFile(dir=folder, prefix=".vcon-", delete=False) as file:
        try:
            for block in blocks:
                digest.update(block)
                file.write(block)
            file.flush()
            target = folder / f"{digest.hexdigest()}{suffix}"
            Path(file.name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
    return target


def _suffix(part: Content) -> str:
    """By the media type, else by the file's name; nothing that is no suffix of a recording."""
    named = PurePosixPath(part.filename or part.url or "").suffix.lower()
    return SUFFIXES.get(part.kind) or (named if named in SUFFIXES.values() else "")
