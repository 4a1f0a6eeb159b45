"""Invented vCons, in the forms of the draft's versions."""

import base64
import hashlib
import json

from joserfc import jws

from adapters.readers.told import GREETS, WANTS

UUID = "01890a5d-ac96-8774-bcce-b302099a8057"
AGENT = {"role": "agent", "name": "Lea Rossi", "uuid": "a-7", "mailto": "lea@example.org"}
CUSTOMER = {"role": "customer", "name": "Ms Berg", "tel": "tel:+442079460000"}


def b64(raw):
    """As the draft has it: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sha512(raw):
    """A content_hash."""
    return f"sha512-{b64(hashlib.sha512(raw).digest())}"


def vcon(**fields):
    """An unsigned vCon of 0.4.0 with an agent and a customer."""
    return {
        "vcon": "0.4.0",
        "uuid": UUID,
        "created_at": "2026-05-04T10:00:00Z",
        "parties": [CUSTOMER, AGENT],
        "dialog": [],
        "analysis": [],
        "attachments": [],
    } | fields


def text(party, body, second, **fields):
    """A dialog of text."""
    return {
        "type": "text",
        "start": f"2026-05-04T09:38:{second:02}+00:00",
        "parties": [party, 1 - party],
        "mediatype": "text/plain",
        "encoding": "none",
        "body": body,
    } | fields


def call(**fields):
    """A dialog of a recording that is not there; the customer called, each has a channel."""
    return {"type": "recording", "start": "2026-05-04T09:38:00Z", "duration": 20.5, "parties": [0, 1]} | fields


def transcript(body, dialog=0, **fields):
    """An analysis that is a transcript."""
    return {"type": "transcript", "dialog": dialog, "vendor": "somebody", "encoding": "json", "body": body} | fields


def stereo():
    """Deepgram's response to the call: the customer left, the agent right."""

    def heard(text, start):
        words = [
            {"word": word, "start": start + n * 0.25, "end": start + (n + 1) * 0.25}
            for n, word in enumerate(text.split())
        ]
        return {"alternatives": [{"transcript": text, "words": words}]}

    return {"metadata": {"request_id": "r"}, "results": {"channels": [heard(WANTS, 6), heard(GREETS, 1)]}}


def signed(payload, key, *, alg="RS256", **header):
    """As JWS in the general serialisation; `key` is of joserfc."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = 10_000
    certificates = {"x5c": ["MII" + "x" * 6000]}
    protected = {"alg": alg, "typ": "JWT", **certificates}
    member = {"protected": protected, "header": {"uuid": UUID, **certificates} | header}
    made = jws.serialize_json([member], raw, key, registry=registry)
    made["signatures"][0]["header"]["alg"] = alg
    return made
