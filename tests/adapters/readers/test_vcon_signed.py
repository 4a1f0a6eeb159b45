import gzip
import hashlib
import hmac
import json

import pytest
from joserfc.jwk import RSAKey

from adapters.readers.told import said
from adapters.readers.vcons import UUID, b64, signed, text, vcon
from coachloop.adapters.readers.vcon_content import Trust

CHAT = vcon(dialog=[text(1, "Hello", 1)])


@pytest.fixture(scope="module")
def keys():
    """A signer's key, and somebody else's; both made here."""
    return RSAKey.generate_key(2048), RSAKey.generate_key(2048)


@pytest.fixture
def trust(keys):
    """Trusts the signer, by the public key as PEM."""
    return Trust(key=keys[0].as_pem(private=False).decode())


def test_signed_with_the_key_it_is_read(one, keys, trust):
    """By PEM or JWK; packed as gzip; one of several signatures is enough; on one line or printed."""
    made = signed(CHAT, keys[0])
    assert said(one(made, trust=trust))[0][3] == "Hello"
    jwk = Trust(key=json.dumps(keys[0].as_dict(private=False)))
    assert one(json.dumps(made), trust=jwk)["id"] == UUID
    packed = signed(gzip.compress(json.dumps(CHAT).encode()), keys[0], alg="PS256")
    assert one(packed, trust=trust)["id"] == UUID
    other = signed(CHAT, keys[1])["signatures"]
    assert one(made | {"signatures": other + made["signatures"]}, trust=trust)["id"] == UUID
    flat = {"payload": made["payload"], **made["signatures"][0]}
    assert one(flat, trust=trust)["id"] == UUID


def test_signed_again_for_the_archive(one, refusal, *, keys, trust):
    """The outer signature vouches for those inside; not endlessly."""
    made = signed(signed(CHAT, keys[1]), keys[0])
    assert one(made, trust=trust)["id"] == UUID
    for _ in range(6):
        made = signed(made, keys[0])
    assert "more than 5 times around" in refusal(made, trust=trust)[1]


def test_what_is_not_signed_with_the_key_is_refused(refusal, keys, trust):
    made = signed(CHAT, keys[0])
    changed = made | {"payload": b64(json.dumps(CHAT | {"subject": "x"}).encode())}
    none = dict(made["signatures"][0], protected=b64(b'{"alg":"none"}'), signature="")
    bad = [signed(CHAT, keys[1]), changed, made | {"signatures": [none]}]
    headers = (b'{"alg":"RS256","crit":["b64"],"b64":false}', b"{}", b"[]", b"3")
    bad += [made | {"signatures": [dict(made["signatures"][0], protected=b64(head), header={})]} for head in headers]
    for one in bad:
        assert "its signature does not hold" in refusal(one, trust=trust)[1]


def test_a_public_key_is_no_shared_secret(refusal, trust):
    """Whoever knows the public key could sign with it, if an algorithm with a secret were taken."""
    head, payload = b64(b'{"alg":"HS256"}'), b64(json.dumps(CHAT).encode())
    digest = hmac.new(trust.key.encode(), f"{head}.{payload}".encode(), hashlib.sha256).digest()
    made = {"payload": payload, "signatures": [{"protected": head, "signature": b64(digest)}]}
    assert "its signature does not hold" in refusal(made, trust=trust)[1]


@pytest.mark.parametrize("key", ["nonsense", "{}", '{"kty": "oct", "k": "AAAA"}', "-----BEGIN PUBLIC KEY-----"])
def test_a_key_that_is_none_is_said(refusal, keys, key):
    assert "COACHLOOP_VCON_KEY is no RSA key" in refusal(signed(CHAT, keys[0]), trust=Trust(key=key))[1]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"[]", "what is signed must be a vCon, got list"),
        (b"{", "not JSON"),
        (b"\x1f\x8bx", "gzip stream is broken"),
        ({"ciphertext": "x", "recipients": []}, "is encrypted"),
        (CHAT | {"uuid": "another"}, "names another uuid"),
    ],
)
def test_what_is_signed_is_looked_at_all_the_same(refusal, *, keys, trust, payload, reason):
    assert reason in refusal(signed(payload, keys[0]), trust=trust)[1]


def test_without_a_key_it_is_refused(refusal):
    made = {"payload": b64(json.dumps(CHAT).encode()), "signatures": [{"signature": "x"}]}
    assert "give the signer's with COACHLOOP_VCON_KEY" in refusal(made)[1]
    assert "signatures" in refusal({"payload": "x", "signatures": [3]})[1]
    assert "signatures" in refusal({"payload": "x", "signatures": []})[1]
