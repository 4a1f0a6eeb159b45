"""ID tokens of an OpenID provider, checked to the letter: signature, issuer, audience, time and nonce."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signed with the provider's private key, all of them: never `none`, and never with the secret that both know."""
LEEWAY = 60
"""Seconds that two clocks may differ."""


class IdTokenError(ValueError):
    """The token proves nothing; the message says why, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: who made it, for whom, and in answer to what."""

    issuer: str
    audience: str
    nonce: str


def verified(token: str, keys: Mapping[str, Any], expected: Expected, *, now: datetime) -> dict[str, Any]:
    """What the token says.

    Args:
        token: as it came.
        keys: the provider's keys, a JWK set.
        expected: what it must say.
        now: the moment.

    Raises:
        IdTokenError: it is not the provider's, not for us, too old, or an answer to something else.
    """
    from joserfc import jwt  # noqa: PLC0415 -- only where there is a provider
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import KeySet  # noqa: PLC0415

    try:
        claims = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise IdTokenError(f"it is not signed by the provider ({type(error).__name__})") from error
    _must_be_for_us(claims, expected)
    _must_be_of_now(claims, now.timestamp())
    return claims


def _must_be_for_us(claims: Mapping[str, Any], expected: Expected) -> None:
    audience = claims.get("aud")
    for_whom = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != expected.issuer:
        raise IdTokenError("another issuer made it")
    if expected.audience not in for_whom or claims.get("azp", expected.audience) != expected.audience:
        raise IdTokenError("it is for another site")
    if len(for_whom) > 1 and "azp" not in claims:
        raise IdTokenError("it is for several sites and says not for which")
    if not expected.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), expected.nonce):
        raise IdTokenError("it answers another request")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise IdTokenError("it says not who signs in")


def _must_be_of_now(claims: Mapping[str, Any], now: float) -> None:
    times = {name: claims.get(name, fallback) for name, fallback in (("exp", 0), ("iat", now), ("nbf", 0))}
    if not all(isinstance(at, int | float) for at in times.values()):
        raise IdTokenError("its times are no numbers")
    if times["exp"] < now - LEEWAY:
        raise IdTokenError("its time is up")
    if max(times["iat"], times["nbf"]) > now + LEEWAY:
        raise IdTokenError("its time has not come")
