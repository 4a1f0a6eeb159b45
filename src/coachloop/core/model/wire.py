"""The files that come in, line by line: shapes, limits, and errors that name the field."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Annotated, Any, Literal

import pydantic_core
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from coachloop.core.model.conversation import COACHING, SURE, Conversation, Masked, Speaker, Turn, Word, moment
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.staff_lines import ADDRESS, ClosureLine, PersonLine, SiteLine, TeamLine

LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of the longest line that is read; three hours of word-timed speech are below a tenth of it."""

LONGEST_ABSENCE = timedelta(days=1096)
"""A clock waits for an agent's return; longer than this nobody comes back to the same conversation."""

Key = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(max_length=200)]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class BadLineError(ValueError):
    """A line of input that can't be taken; its text names the field and what would be right."""


class WordLine(BaseModel):
    """A word with its time, inside a turn."""

    text: str
    start: Seconds
    end: Seconds | None = None


class TurnLine(BaseModel):
    """One turn of the native format."""

    speaker: Speaker
    text: Annotated[str, Field(max_length=1_000_000)]
    start: Seconds | None = None
    end: Seconds | None = None
    words: list[WordLine] | None = None

    def turn(self) -> Turn:
        """The turn as the scorers read it."""
        return Turn(self.speaker, self.text, self.start, self.end, _place(self.words or [], self.text))


class SpeakersLine(BaseModel):
    """How it is known who speaks: by channel, told by whoever made the transcript, or guessed from voices and words."""

    model_config = ConfigDict(extra="allow")

    source: Annotated[Literal["channels", "given", "separated", "said"], Field(alias="from")]
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    confirmed: bool = False

    @property
    def sure(self) -> bool:
        """Whether verdicts about the agent may rest on it."""
        return self.confirmed or self.confidence >= SURE


class ConversationLine(BaseModel):
    """One line of the native conversation format; keys that are not named here are kept in the stored document."""

    model_config = ConfigDict(extra="allow")

    id: Key
    channel: Name | None = None
    agent_id: Name | None = None
    agent_name: Name | None = None
    agent_joined_on: date | None = None
    team: Name | None = None
    customer_id: Name | None = None
    customer_name: Name | None = None
    queue: Name | None = None
    language: Name | None = None
    direction: Name | None = None
    started_at: str | None = None
    audio: Annotated[str, Field(max_length=1000)] | None = None
    outcome: dict[str, JsonValue] | None = None
    turns: Annotated[list[TurnLine], Field(max_length=50_000)] | None = None
    speakers: SpeakersLine | None = None
    masked: JsonValue = None
    session_id: JsonValue = None
    both_agreed: JsonValue = None

    @field_validator("speakers", mode="before")
    @classmethod
    def _of_this_format(cls, value: object) -> object:
        """Other tools have a field of this name: without `from` it is one of the unknown that are kept."""
        return value if isinstance(value, dict) and "from" in value else None

    @field_validator("started_at")
    @classmethod
    def _is_a_moment(cls, value: str | None) -> str | None:
        if value:
            moment(value, UTC)
        return value or None

    @model_validator(mode="after")
    def _says_something(self) -> "ConversationLine":
        if self.turns is None and self.audio is None:
            raise ValueError("needs `turns` or `audio`")
        return self

    @property
    def is_coaching(self) -> bool:
        """Whether a leader and their agent talk: then `session_id` says which session it was, and `both_agreed` has to be true."""
        return (self.channel or "").strip().casefold() == COACHING

    def conversation(self) -> Conversation:
        """The conversation as the scorers read it."""
        return Conversation(
            id=self.id,
            turns=tuple(turn.turn() for turn in self.turns or ()),
            channel=self.channel,
            queue=self.queue,
            language=self.language,
            direction=self.direction,
            agent_name=self.agent_name,
            customer_name=self.customer_name,
            speakers_sure=self.speakers is None or self.speakers.sure,
            masked=_masked(self.masked, self.turns or ()),
        )


class LabelLine(BaseModel):
    """One human answer: a label, or an audit where `sampling_probability` is set."""

    conversation_id: Key
    behaviour: Key
    template: Key | None = None
    verdict: Literal["met", "not_met", "not_applicable"]
    reviewer: Name | None = None
    reviewed_at: str | None = None
    turns: list[Annotated[int, Field(ge=0)]] = Field(default_factory=list)
    sampling_probability: Annotated[float, Field(gt=0, le=1)] | None = None

    @field_validator("turns", mode="before")
    @classmethod
    def _turns_of_a_cell(cls, value: object) -> object:
        if isinstance(value, str):
            return value.replace(";", " ").replace(",", " ").split()
        return [] if value is None else value


class ScoreLine(BaseModel):
    """One verdict of another QA tool."""

    call_id: Key
    behaviour: Key
    verdict: Literal["met", "not_met", "na"]
    template: Key | None = None
    agent_id: Name | None = None
    team: Name | None = None
    started_at: str | None = None
    queue: Name | None = None
    evidence_text: str | None = None
    evidence_start: Seconds | None = None
    score_id: Name | None = None


class CoachingLine(BaseModel):
    """One coaching conversation that happened before coachloop."""

    agent_id: Key
    behaviour: Key
    held_on: date
    template: Key | None = None
    leader: Name | None = None
    kind: Literal["performance", "developmental"] = "performance"
    action: str = ""
    review_on: date | None = None


class AbsenceLine(BaseModel):
    """Days on which an agent is away."""

    agent_id: Key
    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "AbsenceLine":
        if not timedelta(0) <= self.last_day - self.first_day <= LONGEST_ABSENCE:
            raise ValueError(
                f"last_day must be from first_day ({self.first_day}) to three years later, got {self.last_day}"
            )
        return self


_MASKED = TypeAdapter(Masked)

FORMATS: dict[str, type[BaseModel]] = {
    "conversation": ConversationLine,
    "label": LabelLine,
    "score": ScoreLine,
    "coaching": CoachingLine,
    "absence": AbsenceLine,
    "closure": ClosureLine,
    "person": PersonLine,
    "team": TeamLine,
    "site": SiteLine,
}
"""What `coachloop schema NAME` prints, by name; the template's schema joins them there."""


@dataclass(frozen=True, slots=True)
class Read:
    """A line that can be taken: what it says, as given, and the hash of its content; `data` is the same taken apart."""

    line: ConversationLine
    document: str
    content_hash: str
    data: dict[str, Any] = field(repr=False)


def read_conversation(raw: bytes) -> Read:
    """Check one line of the native format.

    Args:
        raw: UTF-8 JSON, at most LINE_LIMIT bytes.

    Returns:
        The checked line, its text, and a SHA-256 of its content that ignores key order and white space.

    Raises:
        BadLineError: names the first few fields that are wrong and why.
    """
    text, data = _object(raw)
    line = checked(ConversationLine, data)
    try:
        canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise BadLineError("holds a number that is too large to keep") from error
    return Read(line, text, hashlib.sha256(canonical.encode()).hexdigest(), data)


def checked[M: BaseModel](model: type[M], data: object) -> M:
    """`data` in the shape of `model`.

    Raises:
        BadLineError: the fields that are wrong, up to five, each with its path and what would be right.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise BadLineError(in_words(error.errors(include_url=False))) from error


def json_object(raw: bytes) -> dict[str, Any]:
    """A JSON object from one line.

    Raises:
        BadLineError: not UTF-8, not JSON, too deep, too long, or not an object.
    """
    return _object(raw)[1]


def taken[P: Line | Record, X](
    items: Iterable[P | Refusal],
    receipt: Receipt,
    read: Callable[[P], X],
    *,
    refusals: tuple[type[Exception], ...] = (BadLineError,),
) -> Iterator[tuple[P, X]]:
    """Every line with what `read` makes of it; the others are noted in the receipt, with their place and reason.

    Args:
        items: what a reader yields.
        receipt: counts what is received and keeps what is refused.
        read: raises one of `refusals` for a line that can't be taken.
        refusals: what counts as a refusal; anything else is a fault of ours and goes on up.
    """
    for item in items:
        receipt.received += 1
        if isinstance(item, Refusal):
            receipt.refused.append(item)
            continue
        try:
            found = read(item)
        except refusals as error:
            receipt.refuse(item.file, item.number, str(error))
            continue
        yield item, found


def row[M: BaseModel](model: type[M]) -> Callable[[Line | Record], M]:
    """Reads a row of a table, or a line that holds a JSON object, in this shape."""
    return lambda item: checked(model, fields(item))


def fields(item: Line | Record) -> dict[str, Any]:
    """What a row says.

    Raises:
        BadLineError: a line that is no JSON object.
    """
    return item.fields if isinstance(item, Record) else json_object(item.raw)


def in_words(errors: Sequence[Any]) -> str:
    """Pydantic's errors as one sentence a person can act on."""
    parts = []
    for error in errors[:5]:
        path = ".".join(str(part) for part in error["loc"])
        said = error.get("input")
        got = f", got {said!r:.60}" if isinstance(said, str | int | float) else ""
        parts.append(f"{path + ': ' if path else ''}{_plainly(error)}{got}")
    more = f" (and {len(errors) - 5} more)" if len(errors) > 5 else ""
    return "; ".join(parts) + more


def _plainly(error: Any) -> str:
    """What is wrong, for somebody who has a spreadsheet before them and no programmer."""
    if error["type"] == "string_pattern_mismatch" and error["ctx"]["pattern"] == ADDRESS:
        return "should be an address such as name@example.org"
    message: str = _WANTED.get(error["type"], error["msg"])
    return (
        message.removeprefix("Value error, ").replace("Input should be", "should be").replace("String should", "should")
    )


_WANTED = dict.fromkeys(
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "should be a day such as 2026-01-31",
) | {"missing": "is missing"}


def _object(raw: bytes) -> tuple[str, dict[str, Any]]:
    if len(raw) > LINE_LIMIT:
        raise BadLineError(f"line of {len(raw):,} bytes; at most {LINE_LIMIT:,} are read")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 at byte {error.start}") from error
    if "\x00" in text or "\\u0000" in text:
        raise BadLineError("holds a NUL character, which no text has")
    try:
        data = pydantic_core.from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise BadLineError(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadLineError(f"expected a JSON object, got {type(data).__name__}")
    return text, data


def _masked(given: JsonValue, turns: Sequence[TurnLine]) -> tuple[Masked, ...] | None:
    """What a document says is masked in it, as far as it is there; other tools may have a field of this name."""
    if not isinstance(given, list):
        return None
    found = []
    for one in given:
        try:
            mask = _MASKED.validate_python(one)
        except ValidationError:
            continue
        if 0 <= mask.turn < len(turns) and 0 <= mask.start < mask.end <= len(turns[mask.turn].text):
            found.append(mask)
    return tuple(found)


def _place(words: Sequence[WordLine], text: str) -> tuple[Word, ...]:
    """Where each timed word stands in the text; a word that is not there is left out."""
    placed, position = [], 0
    for word in words:
        start = text.find(word.text.strip(), position)
        if start >= 0 and word.text.strip():
            position = start + len(word.text.strip())
            placed.append(Word(start, position, word.start, word.end))
    return tuple(placed)
