"""Reads what lies at an address that somebody else named, or sends something there: over HTTPS, on the open internet, within limits.

Addresses inside the own network are not asked, whatever a name or a redirect says, unless the operator has listed the host:
otherwise anybody who names an address could make this machine talk to its neighbours.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

MOST_REDIRECTS = 3
LOCAL = {"localhost", "127.0.0.1", "::1"}
BLOCK = 64 * 1024
TRANSLATED = IPv6Network("64:ff9b::/96")
"""RFC 6052: the older address is the last four bytes."""


class AddressRefusedError(ValueError):
    """An address that can't be used, or does not answer as it should; the message is for the person who named it."""


type Resolve = Callable[[str, int], list[str]]


def resolved(host: str, port: int) -> list[str]:
    """The addresses that a name stands for."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Reads from elsewhere.

    `own_hosts` are hosts of the own network that the operator allows; a local one may speak plain HTTP, with `plain` each of them.
    `only` are the hosts that may be asked, where not all may. `example` and the settings' names stand in what a refusal says.
    """

    seconds: float
    most_bytes: int
    example: str
    own_hosts: frozenset[str] = frozenset()
    own_hosts_setting: str
    only: frozenset[str] | None = None
    only_setting: str = ""
    plain: bool = False
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
                connection = _connection(parts, self._wire(parts, end))
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

    def send(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post something, and the status of the answer; what else it says is not read, and nobody is sent on.

        Raises:
            AddressRefusedError: it is not allowed, not reached or too slow.
        """
        parts, connection = self._parts(address), None
        try:
            wire = self._wire(parts, monotonic() + self.seconds)
            with _cut_off(wire, self.seconds):
                connection = _connection(parts, wire)
                connection.request("POST", _path(parts), body, {"User-Agent": "coachloop", **headers})
                return connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise AddressRefusedError(f"{parts.hostname} can't be reached: {_said(error)}") from error
        finally:
            if connection:
                connection.close()

    def _parts(self, address: str) -> SplitResult:
        try:
            parts = urlsplit(address.strip())
            parts = parts._replace(scheme="https") if parts.scheme in {"webcal", "webcals"} else parts
            host, _ = parts.hostname, parts.port
            (host or "").encode("idna")  # what can't be sent is no address, before it keeps anybody waiting
            _path(parts).encode("ascii")
        except ValueError as error:
            raise AddressRefusedError(f"is no address; one looks like {self.example}") from error
        if not host or parts.username or parts.scheme not in {"https", "http"}:
            raise AddressRefusedError(f"is no address that can be read; one looks like {self.example}")
        if parts.scheme == "http" and not (host in self.own_hosts and (self.plain or host in LOCAL)):
            raise AddressRefusedError("must begin with https://, so that nobody reads along")
        if self.only is not None and host not in self.only | self.own_hosts:
            raise AddressRefusedError(f"{host} is not asked; an operator can allow it with {self.only_setting}")
        return parts

    def _ask(self, connection: HTTPConnection, parts: SplitResult) -> HTTPResponse | str:
        """The answer, or where else it says to ask."""
        connection.request("GET", _path(parts), headers={"Accept": self.accept, "User-Agent": "coachloop"})
        answer = connection.getresponse()
        if answer.status in {301, 302, 303, 307, 308}:
            return answer.getheader("Location") or ""
        if answer.status != 200:
            raise AddressRefusedError(f"{parts.hostname} answers {answer.status} {answer.reason}".strip())
        return answer

    def _wire(self, parts: SplitResult, end: float) -> socket.socket:
        """A line to an address that was looked at: the name is not looked up a second time."""
        host, port = parts.hostname or "", _port(parts)
        return socket.create_connection((self._allowed(host, port), port), timeout=self._left(end))

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


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _path(parts: SplitResult) -> str:
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _connection(parts: SplitResult, wire: socket.socket) -> HTTPConnection:
    host, port = parts.hostname or "", _port(parts)
    connection = HTTPConnection(host, port)
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port)
        wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
    connection.sock = wire
    return connection


@contextmanager
def _cut_off(wire: socket.socket, seconds: float) -> Iterator[None]:
    """Hang up after so many seconds, however slowly something comes: a limit on each read would let a drop a second go on for hours."""
    twin = wire.dup()

    def hang_up() -> None:
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        twin.close()


def _is_open(address: str) -> bool:
    """Whether it is an address of the open internet."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _inside(ip) or ip
    return ip.is_global and not ip.is_multicast


def _inside(ip: IPv6Address) -> IPv4Address | None:
    """The older address that one of the new kind leads to, on this machine or through a translator."""
    return ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in TRANSLATED else None)


def _said(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold ({error.verify_message})"
    return "no answer in time" if isinstance(error, TimeoutError) else str(getattr(error, "strerror", None) or error)
