"""Tells an address of an event, signed as Standard Webhooks has it, as far as `outside` allows the address."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coachloop.adapters.outside import AddressRefusedError, Outside, Resolve, resolved
from coachloop.core.model.event import Answer

SECONDS = 10.0
"""Of one try, however slowly the answer comes."""

PREFIX = "whsec_"
GONE = 410


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Sends events. `own_hosts` are hosts of the own network that the operator allows; they may speak plain HTTP."""

    own_hosts: frozenset[str] = frozenset()
    resolve: Resolve = resolved
    seconds: float = SECONDS

    def check(self, address: str) -> str:
        """The address as it will be told, where its form is right; nothing is asked yet.

        Raises:
            AddressRefusedError: with what would be right.
        """
        return self._outside().check(address)

    def send(self, address: str, body: bytes, *, key: str, at: datetime, secrets: Sequence[str]) -> Answer:
        """Post the body once.

        Args:
            address: where to.
            body: JSON.
            key: the same whenever this is told again.
            at: now.
            secrets: those that sign; a receiver checks with the one it knows.
        """
        headers = {
            "Content-Type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signature(body, key=key, at=at, secret=secret) for secret in secrets),
        }
        try:
            status = self._outside().send(address, body, headers)
        except AddressRefusedError as error:
            return Answer(problem=str(error))
        if 200 <= status < 300:
            return Answer(status)
        sent_on = " It sends on to another address, which is not followed." if 300 <= status < 400 else ""
        return Answer(status, f"the answer was {status}.{sent_on}", gone=status == GONE)

    def _outside(self) -> Outside:
        return Outside(
            seconds=self.seconds,
            most_bytes=0,
            example="https://crm.example.org/coachloop",
            own_hosts=self.own_hosts,
            own_hosts_setting="COACHLOOP_WEBHOOK_HOSTS",
            plain=True,
            resolve=self.resolve,
        )


def signature(body: bytes, *, key: str, at: datetime, secret: str) -> str:
    """`v1,` and the HMAC-SHA256 of id, time and body. Source: https://github.com/standard-webhooks/standard-webhooks, version 1.0.0."""
    signed = b".".join((key.encode(), str(int(at.timestamp())).encode(), body))
    told = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(told.digest()).decode()}"
