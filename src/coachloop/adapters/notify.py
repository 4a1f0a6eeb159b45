"""Ways out of the house: mail over SMTP, and notification targets through Apprise."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import parse_qs, quote, unquote, urlsplit

from coachloop.core.model.letter import MAIL, Carrier, Letter, NotCarriedError

PORTS = {"smtp": 587, "smtps": 465}
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
PERSONAL = ("{user}", "{email}")
SECONDS = 20
METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `tls` is `starttls`, `always` (from the first byte) or `off`."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"


def mail_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:587` (STARTTLS, `?tls=off` for none) or `smtps://…` (TLS from the first byte).

    Raises:
        ValueError: it is no such address; the message does not repeat it, since it may hold a password.
    """
    right = "is no mail server; for example smtp://user:password@mail.example.org:587"
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ValueError(right) from error
    asked = parse_qs(parts.query).get("tls", ["always" if parts.scheme == "smtps" else "starttls"])[0]
    if parts.scheme not in PORTS or not parts.hostname or asked not in {"starttls", "always", "off"}:
        raise ValueError(right)
    return MailServer(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), asked)


def targets(text: str) -> dict[str, str]:
    """Read `name=address` pairs with spaces or line feeds between; the addresses are Apprise's.

    Raises:
        ValueError: one is none; only its place is named, since it may hold a secret.
    """
    found: dict[str, str] = {}
    for number, pair in enumerate(text.split(), 1):
        name, _, address = pair.partition("=")
        if not NAME.fullmatch(name) or "://" not in address or name == MAIL or name in found:
            raise ValueError(
                f"target {number} is not name=address with a new name; for example chat=slack://A/B/C/@{{user}}"
            )
        found[name] = address
    return found


def is_personal(address: str) -> bool:
    """Whether the target reaches one person alone: its address names them by `{user}` or `{email}`."""
    return any(mark in address for mark in PERSONAL)


def carriers(*, mail_url: str, mail_from: str, notify: str) -> dict[str, Carrier]:
    """Every way that is configured, by the name people choose it by."""
    found: dict[str, Carrier] = {name: TargetCarrier(address) for name, address in targets(notify).items()}
    if mail_url:
        server = mail_server(mail_url)
        found[MAIL] = MailCarrier(server, mail_from or (server.user if "@" in server.user else "coachloop@localhost"))
    return found


@dataclass(frozen=True, slots=True)
class MailCarrier:
    """Mail: plain text and HTML beside each other, an invitation as its own part."""

    server: MailServer
    sender: str

    def carry(self, letter: Letter) -> None:
        """Hand it in at the mail server. Cut off in the middle, a report may have arrived and is not tried again."""
        message = self._message(letter)
        try:
            with self._connection() as connection:
                self._hand_in(connection, message, again=bool(letter.calendar))
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotCarriedError(f"the mail server {self.server.host} can't be used: {error}", again=True) from error

    def _hand_in(self, connection: smtplib.SMTP, message: EmailMessage, *, again: bool) -> None:
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refused(code, said) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if isinstance(error, smtplib.SMTPResponseException):
                raise
            raise NotCarriedError(
                f"cut off while it was handed in, it may have arrived: {error}", again=again
            ) from error

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server, context = self.server, ssl.create_default_context()
        connection = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
            if server.tls == "always"
            else smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        )
        try:
            if server.tls == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
            yield connection
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = " ".join(letter.subject.split())
        message["From"] = self.sender
        message["To"] = Address(letter.name, addr_spec=letter.email)
        message["Message-ID"] = f"<{letter.key}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"
        message["Date"] = formatdate(usegmt=True)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
        if letter.calendar:
            method = METHOD.search(letter.calendar)
            asked = {"method": method[1]} if method else {}
            message.add_alternative(letter.calendar, subtype="calendar", params=asked)
        return message


def _refused(code: int, said: bytes | str) -> NotCarriedError:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return NotCarriedError(f"the mail server says {code} {words}", again=code < 500)


@dataclass(frozen=True, slots=True)
class TargetCarrier:
    """A target of Apprise's, its address filled in for the person where it names one."""

    address: str = field(repr=False)

    def carry(self, letter: Letter) -> None:
        """Tell the target."""
        import apprise  # noqa: PLC0415 -- half a second that only those who send pay for

        values = {"{user}": letter.email.partition("@")[0], "{email}": letter.email}
        address = self.address
        for mark, value in values.items():
            address = address.replace(mark, quote(value, safe=""))
        target = apprise.Apprise()
        if not target.add(address):
            raise NotCarriedError("Apprise does not know such an address", again=False)
        if not target.notify(title=letter.subject, body=letter.text, body_format=apprise.NotifyFormat.TEXT):
            raise NotCarriedError("the target did not take it", again=True)
