"""Reads what lies at an address that somebody else named: over HTTPS, from the open internet, within limits.

Addresses inside the own network are not asked, whatever a name or a redirect says, unless the operator has listed the host:
otherwise anybody who names an address could make this machine talk to its neighbours.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

MOST_REDIRECTS = 3
LOCAL = {"localhost", "127.0.0.1", "::1"}
BLOCK = 64 * 1024


class AddressRefusedError(ValueError):
    """An address that can't be used, or does not answer as it should; the message is for the person who named it."""


type Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses that a name stands for."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Reads from elsewhere.

    `own_hosts` are hosts of the own network that the operator allows; a local one may speak plain HTTP. `only` are the hosts that
    may be asked, where not all may. `example` and the settings' names stand in what a refusal says.
    """

    seconds: float
    most_bytes: int
    example: str
    own_hosts: frozenset[str] = frozenset()
    own_hosts_setting: str
    only: frozenset[str] | None = None
    only_setting: str = ""
    accept: str = "*/*"
    resolve: Resolve = resolved

    def check(self, address: str) -> str:
        """The address as it will be asked for, where its form is right; nothing is asked yet.

        Raises:
            AddressRefusedError: with what would be right.
        """
        return self._parts(address).geturl()

    def blocks(self, address: str) -> Iterator[bytes]:
        """What lies there, a block at a time.

        Raises:
            AddressRefusedError: it is not allowed, not reached, too slow or too large, or answers with an error.
        """
        end, parts = monotonic() + self.seconds, self._parts(address)
        for _ in range(MOST_REDIRECTS + 1):
            connection: HTTPConnection | None = None
            try:
                connection = self._connection(parts, end)
                answer = self._ask(connection, parts)
                if isinstance(answer, HTTPResponse):
                    yield from self._read(answer, end)
                    return
            except (OSError, HTTPException) as error:
                raise AddressRefusedError(f"{parts.hostname} can't be read: {_said(error)}") from error
            finally:
                if connection:
                    connection.close()
            parts = self._parts(urljoin(parts.geturl(), answer))
        raise AddressRefusedError(
            f"{parts.hostname} sends from one address to the next, more than {MOST_REDIRECTS} times"
        )

    def _parts(self, address: str) -> SplitResult:
        try:
            parts = urlsplit(address.strip())
            parts = parts._replace(scheme="https") if parts.scheme in {"webcal", "webcals"} else parts
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise AddressRefusedError(f"is no address; one looks like {self.example}") from error
        if not host or parts.username or parts.scheme not in {"https", "http"}:
            raise AddressRefusedError(f"is no address that can be read; one looks like {self.example}")
        if parts.scheme == "http" and not (host in LOCAL and host in self.own_hosts):
            raise AddressRefusedError("must begin with https://, so that nobody reads along")
        if self.only is not None and host not in self.only | self.own_hosts:
            raise AddressRefusedError(f"{host} is not asked; an operator can allow it with {self.only_setting}")
        return parts

    def _ask(self, connection: HTTPConnection, parts: SplitResult) -> HTTPResponse | str:
        """The answer, or where else it says to ask."""
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("GET", path, headers={"Accept": self.accept, "User-Agent": "coachloop"})
        answer = connection.getresponse()
        if answer.status in {301, 302, 303, 307, 308}:
            return answer.getheader("Location") or ""
        if answer.status != 200:
            raise AddressRefusedError(f"{parts.hostname} answers {answer.status} {answer.reason}".strip())
        return answer

    def _connection(self, parts: SplitResult, end: float) -> HTTPConnection:
        """A connection to an address that was looked at: the name is not looked up a second time."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        wire = socket.create_connection((self._allowed(host, port), port), timeout=self._left(end))
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
                f"{host} is inside the own network; an operator can allow it with {self.own_hosts_setting}"
            )
        return found[0]

    def _read(self, answer: HTTPResponse, end: float) -> Iterator[bytes]:
        size = 0
        while block := answer.read1(BLOCK):
            size += len(block)
            if size > self.most_bytes:
                raise AddressRefusedError(f"is larger than {self.most_bytes // 1024 // 1024} MB")
            self._left(end)
            yield block

    def _left(self, end: float) -> float:
        left = end - monotonic()
        if left <= 0:
            raise AddressRefusedError(f"takes longer than {self.seconds} seconds")
        return left


def _is_open(address: str) -> bool:
    """Whether it is an address of the open internet."""
    ip = ip_address(address.partition("%")[0])
    ip = (ip.version == 6 and ip.ipv4_mapped) or ip
    return ip.is_global and not ip.is_multicast


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold ({error.verify_message})"
    return "no answer in time" if isinstance(error, TimeoutError) else str(getattr(error, "strerror", None) or error)
