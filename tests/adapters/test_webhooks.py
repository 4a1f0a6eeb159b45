import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import pytest

from coachloop.adapters.webhooks import WebhookSender, signature
from coachloop.core.model.event import Answer

NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what it got."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        if self.path == "/slow":
            with suppress(OSError):
                while not self.server.over.wait(0.05):
                    self.wfile.write(b"H")
            return
        self.send_response(int(self.path[1:]))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(b"<script>words of theirs</script>")

    def log_message(self, *_):
        pass


@contextmanager
def serving() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.got, server.over = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def server():
    with serving() as found:
        yield found


def send(server, path, **fields):
    sender = WebhookSender(**{"own_hosts": frozenset({"127.0.0.1"}), **fields})
    address = f"http://127.0.0.1:{server.server_port}{path}"
    return sender.send(address, b"{}", key="evt_1", at=NOW, secrets=["whsec_AAAA"])


def test_it_is_signed_as_the_standard_says(server):
    """The example of the specification's own libraries."""
    secret, key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    told = signature(b'{"test": 2432232314}', key=key, at=datetime.fromtimestamp(1614265330, UTC), secret=secret)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert send(server, "/204") == Answer(204)
    headers, body = server.got[-1]
    assert (headers["webhook-id"], headers["webhook-timestamp"], body) == ("evt_1", str(int(NOW.timestamp())), b"{}")
    assert headers["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize(("status", "words"), [(500, "500"), (302, "not followed"), (404, "404")])
def test_what_it_says_is_never_repeated_and_nobody_is_sent_on(server, status, words):
    said = send(server, f"/{status}")
    assert (said.status, said.gone) == (status, False)
    assert words in said.problem
    assert "theirs" not in said.problem


def test_gone_is_gone(server):
    assert send(server, "/410").gone


def test_a_drop_at_a_time_is_cut_off(server):
    """No read waits for long; together they would for ever."""
    begun = monotonic()
    said = send(server, "/slow", seconds=0.4)
    assert said.problem
    assert monotonic() - begun < 20


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://crm.example.org/", "https://"),
        ("ftp://crm.example.org/", "no address"),
        ("https://user:pass@crm.example.org/", "no address"),
        ("https://", "no address"),
    ],
)
def test_addresses_that_are_none(address, words):
    with pytest.raises(ValueError, match=words):
        WebhookSender().check(address)


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1",
    ],
)  # fmt: skip
def test_nothing_inside_the_own_network_is_told(inside):
    """Whatever a name stands for now; and the name is not looked up a second time."""
    sender = WebhookSender(resolve=lambda _host, _port: [inside])
    said = sender.send("https://crm.example.org/", b"{}", key="evt_1", at=NOW, secrets=[])
    assert "COACHLOOP_WEBHOOK_HOSTS" in said.problem


def test_a_host_of_ones_own_may_speak_plain_http(server):
    listed = {"own_hosts": frozenset({"crm.lan"}), "resolve": lambda _host, _port: ["127.0.0.1"]}
    sender = WebhookSender(**listed)
    said = sender.send(f"http://crm.lan:{server.server_port}/204", b"{}", key="evt_1", at=NOW, secrets=[])
    assert said == Answer(204)
    assert "can't be reached" in sender.send("http://crm.lan:1/", b"{}", key="evt_1", at=NOW, secrets=[]).problem
