"""Mail to a real SMTP server and a note to a real HTTP server, both on the loopback; and the two kinds of address."""

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

import pytest
from aiosmtpd.controller import Controller

from coachloop.adapters import notify
from coachloop.adapters.notify import (
    MailCarrier,
    MailServer,
    TargetCarrier,
    carriers,
    is_personal,
    mail_server,
    targets,
)
from coachloop.core.model.letter import Letter, NotCarriedError

LETTER = Letter(
    key="coachloop-1",
    email="lea@example.org",
    name="Lea Rossi",
    subject="First 30 Seconds:\nMonday 4 May",
    text="You did it in 2 of 3 calls.\n",
    html='<!doctype html><html lang="en"><p>You did it in 2 of 3 calls.</p>',
    calendar="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
)


class Post:
    """Takes mail, or answers what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"
        self.cuts_off = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: ARG002, N802, PLR0917 -- aiosmtpd calls it so
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- as above
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.cuts_off:
            session.loop.call_soon(server.transport.abort)
            await asyncio.sleep(0.2)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """A mail server, and its port."""
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_mail_arrives_as_text_as_html_and_as_an_invitation(post):
    handler, port = post
    carriers(mail_url=f"smtp://127.0.0.1:{port}?tls=off", mail_from="coachloop <us@example.org>", notify="")[
        "mail"
    ].carry(LETTER)
    (got,) = handler.taken
    assert (got["To"], got["From"]) == ("Lea Rossi <lea@example.org>", "coachloop <us@example.org>")
    assert got["Subject"] == "First 30 Seconds: Monday 4 May"
    assert got["Message-ID"] == "<coachloop-1@example.org>"
    assert (got["Auto-Submitted"], got["Date"].datetime.tzinfo) == ("auto-generated", UTC)
    parts = {part.get_content_type(): part for part in got.walk()}
    assert parts["text/plain"].get_content().startswith("You did it")
    assert '<html lang="en">' in parts["text/html"].get_content()
    assert parts["text/calendar"].get_param("method") == "REQUEST"


@pytest.mark.parametrize(("answer", "again"), [("450 later", True), ("550 nobody here", False)])
def test_a_server_that_refuses_says_whether_later_may_help(post, answer, again):
    handler, port = post
    handler.answer = answer
    with pytest.raises(NotCarriedError, match=answer) as refused:
        MailCarrier(MailServer("127.0.0.1", port, tls="off"), "us@example.org").carry(LETTER)
    assert refused.value.again is again
    assert not handler.taken


@pytest.mark.parametrize(("letter", "again"), [(LETTER, True), (replace(LETTER, calendar=""), False)])
def test_cut_off_in_the_middle_only_an_invitation_is_tried_again(post, letter, again):
    """It may have arrived: a calendar knows an invitation by its number, a report twice is a nuisance."""
    handler, port = post
    handler.cuts_off = True
    with pytest.raises(NotCarriedError, match="may have arrived") as cut:
        MailCarrier(MailServer("127.0.0.1", port, tls="off"), "us@example.org").carry(letter)
    assert cut.value.again is again


@pytest.mark.parametrize("server", [{}, {"user": "me", "tls": "off"}])
def test_a_server_without_what_is_asked_for_takes_nothing(post, server):
    """STARTTLS, or signing in, is not to be had there: nothing goes out in the clear."""
    handler, port = post
    with pytest.raises(NotCarriedError, match=r"mail server 127\.0\.0\.1"):
        MailCarrier(MailServer("127.0.0.1", port, **server), "us@example.org").carry(LETTER)
    assert not handler.taken


@pytest.mark.parametrize("tls", ["off", "always"])
def test_no_server_is_worth_another_try(tls):
    with pytest.raises(NotCarriedError) as refused:
        MailCarrier(MailServer("127.0.0.1", 9, tls=tls), "us@example.org").carry(LETTER)
    assert refused.value.again


WITH_APPRISE = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise asks for it once


@pytest.fixture
def room() -> Iterator[tuple[list[tuple[str, Any]], str]]:
    """An HTTP server that keeps what it is told, and its address."""
    told: list[tuple[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(500 if "full" in self.path else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- http.server calls it so
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield told, f"json://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@WITH_APPRISE
def test_a_target_is_told_under_the_persons_own_name(room):
    told, address = room
    ways = carriers(mail_url="", mail_from="", notify=f"chat={address}/{{user}}/{{email}}")
    ways["chat"].carry(LETTER)
    ((path, body),) = told
    assert unquote(path) == "/lea/lea@example.org"
    assert (body["title"].split(), body["message"].strip()) == (LETTER.subject.split(), LETTER.text.strip())


@WITH_APPRISE
def test_a_target_that_does_not_take_it_may_later(room):
    with pytest.raises(NotCarriedError) as refused:
        TargetCarrier(f"{room[1]}/full").carry(LETTER)
    assert refused.value.again
    with pytest.raises(NotCarriedError, match="does not know") as unknown:
        TargetCarrier("nothing://at/all").carry(LETTER)
    assert not unknown.value.again


def test_a_mail_address_is_read_whole():
    assert mail_server("smtp://me%40x:p%2Fw@host:25?tls=off") == MailServer("host", 25, "me@x", "p/w", "off")
    assert mail_server("smtps://host") == MailServer("host", 465, tls="always")
    assert mail_server("smtp://host") == MailServer("host", 587)
    assert "p/w" not in repr(mail_server("smtp://me:p%2Fw@host"))


def test_the_sender_is_the_servers_user_where_none_is_named():
    sender = {
        url: carriers(mail_url=url, mail_from="", notify="")["mail"].sender
        for url in ("smtp://a%40x:b@h", "smtp://a:b@h")
    }
    assert list(sender.values()) == ["a@x", "coachloop@localhost"]


def test_targets_are_named_and_some_are_personal():
    found = targets("chat=slack://A/B/C/@{user}\nroom=json://h/x")
    assert {name: is_personal(address) for name, address in found.items()} == {"chat": True, "room": False}
    assert targets("") == {}


@pytest.mark.parametrize("text", ["secret", "a=secret", "A=x://secret", "mail=x://secret", "a=x://1 a=x://secret"])
def test_what_is_no_target_is_refused_without_repeating_it(text):
    with pytest.raises(ValueError, match="is not name=address") as refused:
        targets(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://secret", "smtp://", "smtp://h:secret", "smtp://h?tls=secret"])
def test_what_is_no_mail_server_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match="is no mail server") as refused:
        notify.mail_server(url)
    assert "secret" not in str(refused.value)
