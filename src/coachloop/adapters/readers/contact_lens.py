"""Output files of Amazon Connect Contact Lens, of calls and chats, original or redacted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from coachloop.adapters.readers.said import Milliseconds, Said, Transcript, in_order
from coachloop.core.model.conversation import Speaker, moment
from coachloop.core.model.wire import BadLineError, Key, Name, checked

ROLES = {"AGENT": Speaker.AGENT, "CUSTOMER": Speaker.CUSTOMER}
LONGEST_CHAT = 1e7


def is_it(data: dict[str, Any]) -> bool:
    """Whether it looks like Contact Lens."""
    return isinstance(data.get("Transcript"), list) or ("CustomerMetadata" in data and "JobStatus" in data)


class _Participant(BaseModel):
    ParticipantId: str
    ParticipantRole: str


class _Issue(BaseModel):
    Text: str | None = None


class _Turn(BaseModel):
    ParticipantId: str
    Content: str | None = None
    BeginOffsetMillis: Milliseconds | None = None
    EndOffsetMillis: Milliseconds | None = None
    AbsoluteTime: str | None = None
    Type: str = "MESSAGE"
    IssuesDetected: list[_Issue] = Field(default_factory=list)


class _Contact(BaseModel):
    ContactId: Key


class _Categories(BaseModel):
    MatchedCategories: list[str] = Field(default_factory=list)


class _Content(BaseModel):
    Output: str | None = None


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {}


class _File(BaseModel):
    Participants: list[_Participant] = Field(default_factory=list)
    Transcript: list[_Turn] = Field(default_factory=list)
    CustomerMetadata: _Contact
    Channel: Name = "VOICE"
    JobStatus: str = "COMPLETED"
    LanguageCode: Name | None = None
    Categories: Annotated[_Categories, BeforeValidator(_object)] = Field(default_factory=_Categories)
    ContentMetadata: Annotated[_Content, BeforeValidator(_object)] = Field(default_factory=_Content)


def read(data: dict[str, Any]) -> Transcript:
    """The transcript.

    Raises:
        BadLineError: with the field that is wrong, or that the analysis did not end well.
    """
    file = checked(_File, data)
    if file.JobStatus != "COMPLETED":
        raise BadLineError(f"its analysis is not there: JobStatus is {file.JobStatus}")
    turns = [turn for turn in file.Transcript if turn.Type == "MESSAGE" and turn.Content]
    began = _began(turns)
    named = {p.ParticipantId: ROLES.get(p.ParticipantRole.upper(), Speaker.OTHER) for p in file.Participants}
    fields = {
        "id": file.CustomerMetadata.ContactId,
        "channel": file.Channel.lower(),
        "language": file.LanguageCode,
        "started_at": began.isoformat() if began else None,
        "contact_lens": _kept(file),
    }
    return Transcript(in_order(_said(turn, began) for turn in turns), fields, named)


def _said(turn: _Turn, began: datetime | None) -> Said:
    """A turn of a call by its offsets, of a chat by its time since the first."""
    if began and turn.AbsoluteTime:
        since = (_moment(turn.AbsoluteTime) - began).total_seconds()
        return Said(turn.ParticipantId, turn.Content or "", min(max(since, 0), LONGEST_CHAT))
    start, end = (None if at is None else at / 1000 for at in (turn.BeginOffsetMillis, turn.EndOffsetMillis))
    return Said(turn.ParticipantId, turn.Content or "", start, end)


def _began(turns: Sequence[_Turn]) -> datetime | None:
    return min((_moment(turn.AbsoluteTime) for turn in turns if turn.AbsoluteTime), default=None)


def _moment(text: str) -> datetime:
    try:
        return moment(text, UTC)
    except ValueError as error:
        raise BadLineError(f"AbsoluteTime: is no time, got {text!r:.60}") from error


def _kept(file: _File) -> dict[str, Any]:
    """What else it found: kept with the conversation, and comes back on export."""
    issues = [issue.Text for turn in file.Transcript for issue in turn.IssuesDetected if issue.Text]
    found = {"categories": file.Categories.MatchedCategories, "issues": issues, "output": file.ContentMetadata.Output}
    return {name: value for name, value in found.items() if value}
