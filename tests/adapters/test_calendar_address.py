import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from coachloop.adapters import calendar_address
from coachloop.adapters.calendar_address import AddressRefusedError, CalendarReader, resolved

OPEN = CalendarReader(frozenset({"localhost", "127.0.0.1"}))


class Handler(BaseHTTPRequestHandler):
    """A calendar, something large, redirects, an error."""

    def do_GET(self) -> None:
        sent = {"/me.ics?key=1": b"BEGIN:VCALENDAR", "/large": b"x" * 3000}.get(self.path)
        to = {
            "/moved": "/me.ics?key=1",
            "/round": "/round",
            "/inside": "http://10.0.0.1/",
            "/file": "file:///etc/passwd",
        }
        if sent is not None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(sent)
        elif self.path in to:
            self.send_response(302)
            self.send_header("Location", to[self.path])
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on this machine."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_it_reads_and_follows_a_move(server: str) -> None:
    assert OPEN.read(f"{server}/me.ics?key=1") == "BEGIN:VCALENDAR"
    assert OPEN.read(f"{server}/moved") == "BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nothing", "answers 404"),
        ("/round", "from one address to the next"),
        ("/inside", "must begin with https"),
        ("/file", "is no address that can be read"),
    ],
)
def test_what_does_not_answer_with_a_calendar_is_refused(server: str, path: str, words: str) -> None:
    """A redirect is looked at like the first address."""
    with pytest.raises(AddressRefusedError, match=words):
        OPEN.read(server + path)


def test_a_large_answer_is_left(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_address, "MOST_BYTES", 1000)
    with pytest.raises(AddressRefusedError, match="is larger than"):
        OPEN.read(f"{server}/large")


def test_a_slow_answer_is_left(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_address, "SECONDS", -1)
    with pytest.raises(AddressRefusedError, match="takes longer than"):
        OPEN.read(f"{server}/me.ics?key=1")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "192.168.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",  # noqa: S104 -- what must be refused
        "fe80::1%eth0",
    ],
)
def test_the_own_network_is_not_asked(address: str) -> None:
    """Whatever name stands for it; also where one of several addresses is inside."""
    for found in ([address], ["93.184.215.14", address]):
        reader = CalendarReader(resolve=lambda _host, _port, found=found: found)
        with pytest.raises(AddressRefusedError, match=r"inside the own network.*COACHLOOP_CALENDAR_HOSTS"):
            reader.read("https://calendar.example.org/me.ics")


def test_a_name_that_stands_for_nothing_is_said() -> None:
    with pytest.raises(AddressRefusedError, match="is not known"):
        CalendarReader(resolve=lambda _host, _port: []).read("https://calendar.example.org/me.ics")
    assert "127.0.0.1" in resolved("127.0.0.1", 443)


def test_nobody_there(server: str) -> None:
    """A port on which nothing listens, and TLS where none is spoken."""
    with pytest.raises(AddressRefusedError, match="can't be read"):
        OPEN.read("https://127.0.0.1:9/me.ics")
    with pytest.raises(AddressRefusedError, match="can't be read"):
        OPEN.read(server.replace("http:", "https:"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://calendar.example.org/me.ics", "must begin with https"),
        ("http://localhost:8000/me.ics", "must begin with https"),
        ("ftp://calendar.example.org/", "is no address"),
        ("https://me:secret@calendar.example.org/", "is no address"),
        ("https://", "is no address"),
        ("https://[::1/", "is no address"),
        ("https://calendar.example.org:port/", "is no address"),
        ("", "is no address"),
    ],
)
def test_an_address_of_the_wrong_form_says_what_is_right(address: str, words: str) -> None:
    with pytest.raises(AddressRefusedError, match=words):
        CalendarReader().check(address)


def test_a_webcal_address_is_https() -> None:
    assert CalendarReader().check("webcal://calendar.example.org/me.ics") == "https://calendar.example.org/me.ics"
