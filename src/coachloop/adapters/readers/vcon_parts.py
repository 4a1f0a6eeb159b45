"""The parts of a vCon that are read, by the names of all versions of the draft, and what is told by them alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email import message_from_string, policy
from html import unescape
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from coachloop.adapters.readers.said import Label, known
from coachloop.adapters.readers.vcon_content import Content
from coachloop.core.model.conversation import Speaker, moment
from coachloop.core.model.wire import BadLineError, Key, Seconds

EXTENSIONS = {"CC"}
"""Extensions that are understood: those of contact centres."""

MOST_PARTS = 50
"""Parts of a mail with parts of their own; a parser's time grows with their square."""

type Indices = int | list[int | list[int] | None] | None


class Party(BaseModel):
    """Somebody in the conversation."""

    model_config = ConfigDict(extra="allow")

    name: Label | None = None
    mailto: str | None = None
    tel: Label | None = None
    sip: str | None = None
    uuid: Label | None = None
    role: str | None = None
    type: str | None = None

    @property
    def side(self) -> Speaker | None:
        """Whose side they are on, where it is told."""
        told = known(self.role) if self.role else None
        return told or (Speaker.OTHER if self.role or self.type in {"bot", "organization"} else None)

    @property
    def key(self) -> str | None:
        """What tells them from everybody else; it has to be the same in every conversation."""
        found = self.uuid or self.mailto or self.sip or self.tel
        return re.sub(r"^(mailto|sips?|tel):", "", found) if found else None


class Dialog(Content):
    """A piece of the conversation: a text, a recording, or what became of a call."""

    type: str | None = None
    start: str | None = None
    duration: Seconds | None = None
    parties: Indices = None
    originator: int | None = None
    skill: str | None = None
    application: str | None = None
    disposition: str | None = None

    @property
    def began(self) -> datetime | None:
        """When it began.

        Raises:
            BadLineError: the time is none.
        """
        try:
            return moment(self.start, UTC) if self.start else None
        except ValueError as error:
            raise BadLineError(f"dialog.start: is no time, got {self.start!r:.60}") from error

    @property
    def is_text(self) -> bool:
        """Whether it holds what somebody wrote."""
        return self.is_there and (self.type == "text" or self.kind.startswith(("text/", "message/", "multipart/")))

    @property
    def is_recording(self) -> bool:
        """Whether it holds sound."""
        return self.is_there and not self.is_text and self.type in {None, "recording", "audio", "video"}

    def channel_party(self, channel: int) -> int | None:
        """Who is recorded in a channel, counted from 1, where that is one alone."""
        parties = self.parties if isinstance(self.parties, list) else []
        there = parties[channel - 1] if 1 <= channel <= len(parties) else None
        there = there[0] if isinstance(there, list) and len(there) == 1 else there
        return there if isinstance(there, int) else None

    @property
    def first_party(self) -> int | None:
        """Who wrote the text, or began the call."""
        if self.originator is not None:
            return self.originator
        return self.parties if isinstance(self.parties, int) else self.channel_party(1)


class Analysis(Content):
    """What somebody found out about the conversation, such as its transcript."""

    type: str = ""
    dialog: int | list[int] | None = None
    vendor: str | None = None
    product: str | None = None
    form: str | None = Field(None, alias="schema")

    @property
    def dialogs(self) -> list[int]:
        """Which pieces it is about."""
        return [self.dialog] if isinstance(self.dialog, int) else self.dialog or [0]


class Attachment(Content):
    """What goes with the conversation."""

    purpose: str | None = Field(None, validation_alias=AliasChoices("purpose", "type"))


def _present(parts: object) -> object:
    """Redacted places stay, empty."""
    return [{} if part is None else part for part in parts] if isinstance(parts, list) else parts or []


class Vcon(BaseModel):
    """The unsigned form, 0.0.1 to 0.4.0 and without a version, as it will be once the draft is a standard."""

    model_config = ConfigDict(extra="allow")

    uuid: Key
    vcon: Label | None = None
    created_at: str | None = None
    subject: str | None = None
    extensions: list[str] | None = None
    critical: list[str] | None = Field(None, validation_alias=AliasChoices("critical", "must_support"))
    group: list[Any] | None = None
    parties: Annotated[list[Party], BeforeValidator(_present)] = Field(default_factory=list)
    dialog: Annotated[list[Dialog], BeforeValidator(_present)] = Field(default_factory=list)
    analysis: Annotated[list[Analysis], BeforeValidator(_present)] = Field(default_factory=list)
    attachments: Annotated[list[Attachment], BeforeValidator(_present)] = Field(default_factory=list)

    def must_be_understood(self) -> None:
        """What is marked as critical must not be passed over.

        Raises:
            BadLineError: with the extension that is not known here.
        """
        unknown = [name for name in self.critical or () if name not in EXTENSIONS]
        if unknown:
            raise BadLineError(f"needs extensions that are not known here: {', '.join(unknown)[:200]}")


def labels(parties: Sequence[Party]) -> list[str]:
    """A name for each party that no other has."""
    made: list[str] = []
    for place, party in enumerate(parties):
        label = party.name or party.key or f"party {place}"
        made.append(label if label not in made else f"{label} ({place})")
    return made


def people(parties: Sequence[Party]) -> Mapping[str, str | None]:
    """The native fields that say who the agent and the customer are."""
    agent = next((party for party in parties if party.side is Speaker.AGENT), Party())
    customer = next((party for party in parties if party.side is Speaker.CUSTOMER), Party())
    return {
        "agent_id": agent.key,
        "agent_name": agent.name,
        "customer_id": customer.key,
        "customer_name": customer.name,
    }


def plain_text(part: Content, text: str) -> str:
    """What a person reads: mail without its headers and other parts, HTML without its marks."""
    if part.kind.startswith(("multipart/", "message/")):
        return _of_mail(text, part.mediatype or "")
    return _of_html(text) if part.kind == "text/html" else text


def _of_mail(text: str, mediatype: str) -> str:
    if text.lower().count("boundary=") > MOST_PARTS:
        raise BadLineError(f"holds a mail of more than {MOST_PARTS} parts in one another")
    headed = text if re.match(r"[A-Za-z-]+:", text) else f"Content-Type: {mediatype}\n\n{text}"
    body = message_from_string(headed, policy=policy.default).get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, KeyError, ValueError):
        return ""
    return _of_html(content) if body.get_content_subtype() == "html" else content


def _of_html(text: str) -> str:
    without = re.sub(r"(?is)<(script|style)\b[^<>]*>.*?(</\1\s*>|\Z)", " ", text)
    lines = re.sub(r"(?i)<(br|/p|/div|/li|/tr)\b[^<>]*>", "\n", without)
    plain = unescape(re.sub(r"<[^<>]*>", " ", lines))
    return "\n".join(line for line in (" ".join(line.split()) for line in plain.splitlines()) if line)
