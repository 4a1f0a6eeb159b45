"""ID tokens: one that is right, and each way in which one is not."""

import base64
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from coachloop.adapters.id_token import Expected, IdTokenError, verified

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
KEYS = KeySet([KEY]).as_dict(private=False)
EXPECTED = Expected("https://id.example", "coachloop", "a nonce")
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example", "aud": "coachloop", "sub": "ada", "nonce": "a nonce",
    "iat": NOW.timestamp(), "exp": (NOW + timedelta(minutes=5)).timestamp(),
}  # fmt: skip


def made(claims: dict[str, Any], key: Any = KEY) -> str:
    """A token."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key, algorithms=["RS256"])


def coded(given: bytes) -> str:
    """As it stands in a token."""
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def test_a_token_that_is_ours_is_read() -> None:
    for audience in ("coachloop", ["coachloop"]):
        assert verified(made({**CLAIMS, "aud": audience}), KEYS, EXPECTED, now=NOW)["sub"] == "ada"
    several = {**CLAIMS, "aud": ["coachloop", "other"], "azp": "coachloop"}
    assert verified(made(several), KEYS, EXPECTED, now=NOW)["sub"] == "ada"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": "https://id.example/"}, "another issuer"),
        ({"aud": "other"}, "another site"),
        ({"aud": None}, "another site"),
        ({"aud": ["coachloop", "other"]}, "several sites"),
        ({"azp": "other"}, "another site"),
        ({"nonce": "other"}, "another request"),
        ({"nonce": None}, "another request"),
        ({"sub": ""}, "not who"),
        ({"sub": 7}, "not who"),
        ({"exp": NOW.timestamp() - 61}, "time is up"),
        ({"exp": "tomorrow"}, "no numbers"),
        ({"iat": NOW.timestamp() + 61}, "not come"),
        ({"nbf": NOW.timestamp() + 61}, "not come"),
    ],
)
def test_a_claim_that_is_wrong_is_named(change: dict[str, Any], why: str) -> None:
    with pytest.raises(IdTokenError, match=why):
        verified(made({**CLAIMS, **change}), KEYS, EXPECTED, now=NOW)


def test_without_an_end_or_a_nonce_of_ours_it_proves_nothing() -> None:
    for claims, expected in (
        ({name: value for name, value in CLAIMS.items() if name != "exp"}, EXPECTED),
        ({**CLAIMS, "nonce": ""}, Expected(EXPECTED.issuer, EXPECTED.audience, "")),
    ):
        with pytest.raises(IdTokenError):
            verified(made(claims), KEYS, expected, now=NOW)


def test_only_the_provider_s_private_key_signs() -> None:
    """Not another key, not none at all, and not the public key used as a shared secret."""
    head, body, signature = made(CLAIMS).split(".")
    confused = f"{coded(b'{"alg":"HS256","kid":"one"}')}.{body}"
    shared = hmac.digest(KEY.as_pem(private=False), confused.encode(), "sha256")
    for token in (
        made(CLAIMS, OTHER),
        f"{confused}.{coded(shared)}",
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{made({**CLAIMS, 'sub': 'eve'}).split('.')[1]}.{signature}",
        "no token",
        "",
    ):
        with pytest.raises(IdTokenError, match="not signed"):
            verified(token, KEYS, EXPECTED, now=NOW)
