"""Signed vCons: JWS in its JSON serialisation, checked with the key that is given; and the encrypted, which are refused."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from coachloop.adapters.readers.said import parsed
from coachloop.adapters.readers.vcon_content import MOST_TEXT, from_base64, unpacked
from coachloop.core.model.wire import BadLineError, checked

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256"]
"""Signatures with a key pair alone: a public key must never be taken for a shared secret."""

LONGEST_HEADER = 256 * 1024
DEEPEST = 5
"""How often a vCon may be signed around: one that is archived is signed again around the first signature."""


class _Signature(BaseModel):
    protected: Annotated[str, Field(max_length=LONGEST_HEADER)] = ""
    header: dict[str, Any] = Field(default_factory=dict)
    signature: Annotated[str, Field(max_length=4096)]


class _Signed(BaseModel):
    payload: str
    signatures: Annotated[list[_Signature], Field(min_length=1, max_length=10)]


def is_signed(data: dict[str, Any]) -> bool:
    """Whether it looks like a signed vCon."""
    return "payload" in data and ("signatures" in data or "signature" in data)


def is_encrypted(data: dict[str, Any]) -> bool:
    """Whether it looks like an encrypted vCon."""
    return "ciphertext" in data and ("recipients" in data or "encrypted_key" in data)


def opened(data: dict[str, Any], key: str) -> dict[str, Any]:
    """The unsigned vCon inside, when its signature holds; where an outer one does, it vouches for those inside.

    Raises:
        BadLineError: it is encrypted, no key is given, or the signature is not made with it.
    """
    inside = data
    for depth in range(DEEPEST + 1):
        if is_encrypted(inside):
            raise BadLineError("is encrypted; decrypt it where its key is, and bring the signed vCon that is inside")
        if not is_signed(inside):
            return inside
        inside = _inside(_signed(inside), key, vouched_for=depth > 0)
    raise BadLineError(f"is signed more than {DEEPEST} times around")


def _signed(data: dict[str, Any]) -> _Signed:
    """The general form, of the flattened one too."""
    return checked(_Signed, data if "signatures" in data else {"payload": data["payload"], "signatures": [data]})


def _inside(signed: _Signed, key: str, *, vouched_for: bool) -> dict[str, Any]:
    if not vouched_for:
        _verify(signed, key.strip())
    inside = parsed(unpacked(from_base64(signed.payload)))
    if not isinstance(inside, dict):
        raise BadLineError(f"what is signed must be a vCon, got {type(inside).__name__}")
    named = {signature.header.get("uuid") for signature in signed.signatures} - {None}
    if "uuid" in inside and named and inside["uuid"] not in named:
        raise BadLineError("names another uuid beside its signature than inside it")
    return inside


def _verify(signed: _Signed, key: str) -> None:
    """One signature made with the key is enough."""
    if not key:
        raise BadLineError("is signed, and no key is there to check it; give the signer's with COACHLOOP_VCON_KEY")
    if not any(_holds(signed.payload, signature, key) for signature in signed.signatures):
        raise BadLineError("its signature does not hold: it is not made with the key given, or it was changed since")


def _holds(payload: str, signature: _Signature, key: str) -> bool:
    from joserfc import jws  # noqa: PLC0415 -- a quarter of a second, for signed vCons alone
    from joserfc.errors import JoseError  # noqa: PLC0415 -- as above
    from joserfc.jwk import RSAKey  # noqa: PLC0415 -- as above

    try:
        public = RSAKey.import_key(parsed(key) if key.startswith("{") else key)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadLineError(f"COACHLOOP_VCON_KEY is no RSA key or certificate as PEM, and no JWK: {error}") from error
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    registry.max_payload_length, registry.max_header_length = 2 * MOST_TEXT, LONGEST_HEADER
    try:
        jws.deserialize_json({"payload": payload, "signatures": [_plain(signature)]}, public, registry=registry)
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def _plain(signature: _Signature) -> Any:
    """What is signed over, and of the rest the algorithm alone, where it is told nowhere else: nothing else there is sure."""
    told = parsed(from_base64(signature.protected)) if signature.protected else {}
    if not isinstance(told, dict):
        raise BadLineError(f"signatures.protected: expected an object, got {type(told).__name__}")
    beside = {} if "alg" in told else {"alg": signature.header.get("alg")}
    return {"protected": signature.protected, "signature": signature.signature} | ({"header": beside} if beside else {})
