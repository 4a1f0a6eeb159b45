"""Fetches a calendar from an address that somebody typed in: over HTTPS, from the open internet, within limits.

Addresses inside the own network are not asked, whatever a name or a redirect says, unless the operator has listed the host:
otherwise anybody who signs in could make this machine talk to its neighbours.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

SECONDS = 20
MOST_BYTES = 5 * 1024 * 1024
MOST_REDIRECTS = 3
LOCAL = {"localhost", "127.0.0.1", "::1"}
ACCEPTED = "text/calendar, */*;q=0.1"


class AddressRefusedError(ValueError):
    """An address that can't be used, or does not answer as a calendar does; the message is for the person who typed it."""


type Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses that a name stands for."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class CalendarReader:
    """Reads calendars. `own_hosts` are hosts of the own network that the operator allows; a local one may speak plain HTTP."""

    own_hosts: frozenset[str] = frozenset()
    resolve: Resolve = resolved

    def check(self, address: str) -> str:
        """The address as it will be asked for, where its form is right; nothing is asked yet.

        Raises:
            AddressRefusedError: with what would be right.
        """
        return self._parts(address).geturl()

    def read(self, address: str) -> str:
        """The calendar's text.

        Raises:
            AddressRefusedError: it is not allowed, not reached, too slow, too large, or answers something else.
        """
        end, parts = monotonic() + SECONDS, self._parts(address)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(parts, end)
            except (OSError, HTTPException) as error:
                raise AddressRefusedError(f"{parts.hostname} can't be read: {_said(error)}") from error
            if isinstance(answer, str):
                return answer
            parts = self._parts(urljoin(parts.geturl(), answer.to))
        raise AddressRefusedError(
            f"{parts.hostname} sends from one address to the next, more than {MOST_REDIRECTS} times"
        )

    def _parts(self, address: str) -> SplitResult:
        try:
            parts = urlsplit(address.strip())
            parts = parts._replace(scheme="https") if parts.scheme in {"webcal", "webcals"} else parts
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise AddressRefusedError("is no address; one looks like https://calendar.example.org/me.ics") from error
        if not host or parts.username or parts.scheme not in {"https", "http"}:
            raise AddressRefusedError(
                "is no address that can be read; one looks like https://calendar.example.org/me.ics"
            )
        if parts.scheme == "http" and not (host in LOCAL and host in self.own_hosts):
            raise AddressRefusedError("must begin with https://, so that nobody reads along")
        return parts

    def _ask(self, parts: SplitResult, end: float) -> "str | _Elsewhere":
        connection = self._connection(parts, end)
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", path, headers={"Accept": ACCEPTED, "User-Agent": "coachloop"})
            answer = connection.getresponse()
            if answer.status in {301, 302, 303, 307, 308}:
                return _Elsewhere(answer.getheader("Location") or "")
            if answer.status != 200:
                raise AddressRefusedError(f"{parts.hostname} answers {answer.status} {answer.reason}".strip())
            return _text(answer, end)
        finally:
            connection.close()

    def _connection(self, parts: SplitResult, end: float) -> HTTPConnection:
        """A connection to an address that was looked at: the name is not looked up a second time."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        wire = socket.create_connection((self._allowed(host, port), port), timeout=_left(end))
        if parts.scheme == "https":
            connection: HTTPConnection = HTTPSConnection(host, port)
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
        else:
            connection = HTTPConnection(host, port)
        connection.sock = wire
        return connection

    def _allowed(self, host: str, port: int) -> str:
        found = self.resolve(host, port)
        if not found:
            raise AddressRefusedError(f"{host} is not known")
        if host not in self.own_hosts and not all(map(_is_open, found)):
            raise AddressRefusedError(
                f"{host} is inside the own network; an operator can allow it with COACHLOOP_CALENDAR_HOSTS"
            )
        return found[0]


def _is_open(address: str) -> bool:
    """Whether it is an address of the open internet."""
    ip = ip_address(address.partition("%")[0])
    ip = (ip.version == 6 and ip.ipv4_mapped) or ip
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A redirect."""

    to: str


def _text(answer: HTTPResponse, end: float) -> str:
    data = bytearray()
    while block := answer.read1(64 * 1024):
        data += block
        if len(data) > MOST_BYTES:
            raise AddressRefusedError(f"is larger than {MOST_BYTES // 1024 // 1024} MB")
        _left(end)
    return data.decode("utf-8", errors="replace")


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise AddressRefusedError(f"takes longer than {SECONDS} seconds")
    return left


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold ({error.verify_message})"
    return "no answer in time" if isinstance(error, TimeoutError) else str(getattr(error, "strerror", None) or error)
