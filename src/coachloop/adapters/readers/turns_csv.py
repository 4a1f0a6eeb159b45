"""CSV with one turn a row: `conversation_id`, `speaker`, `text`, maybe `start` and `end`, and native fields as further columns.

Rows of a conversation stand side by side; a field is what the first row that has it says. `outcome_NAME` columns are the outcome.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import pydantic_core
from pydantic import BaseModel, BeforeValidator, Field

from coachloop.adapters.readers.lines import csv_rows
from coachloop.adapters.readers.said import Said, Transcript
from coachloop.core.model.receipt import Record, Refusal
from coachloop.core.model.wire import LINE_LIMIT, BadLineError, Key, Seconds, checked

NEEDED = {"conversation_id", "speaker", "text"}
OWN = NEEDED | {"start", "end", "id", "turns", "speakers"}
OUTCOME = "outcome_"
MOST_TURNS = 50_000
CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2}(?:\.\d{1,6})?)")


def is_it(header: str) -> bool:
    """Whether a first line names the columns."""
    return {name.strip().strip('"') for name in header.split(",")} >= NEEDED


def _seconds(value: object) -> object:
    """A time on a clock as seconds."""
    found = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    return value if not found else int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])


Time = Annotated[Seconds | None, BeforeValidator(_seconds)]


class _Row(BaseModel):
    conversation_id: Key
    speaker: Annotated[str, Field(max_length=200)] = ""
    text: str = ""
    start: Time = None
    end: Time = None


@dataclass(slots=True)
class _Rows:
    """The rows of one conversation so far; `wrong` is why it can't be taken."""

    key: str
    file: str
    first: int
    wrong: Refusal | None = None
    said: list[Said] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)
    size: int = 0

    def refuse(self, number: int, reason: str) -> None:
        """The first reason stands."""
        self.wrong = self.wrong or Refusal(self.file, number, f"conversation {self.key!r:.60} is left out: {reason}")

    def add(self, record: Record) -> None:
        """One more row."""
        try:
            row = checked(_Row, record.fields)
        except BadLineError as error:
            self.refuse(record.number, str(error))
            return
        self.size += sum(len(value) for value in record.fields.values() if isinstance(value, str))
        if len(self.said) >= MOST_TURNS or self.size > LINE_LIMIT:
            self.refuse(record.number, f"it has more than {MOST_TURNS:,} rows or {LINE_LIMIT:,} characters")
        if not self.wrong:
            self.said.append(Said(row.speaker.strip(), row.text, row.start, row.end))
            self._note(record.fields)

    def _note(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            if name.startswith(OUTCOME):
                self.outcome.setdefault(name.removeprefix(OUTCOME), _value(value))
            elif name not in OWN:
                self.fields.setdefault(name, _structure(value))

    def done(self) -> tuple[int, Transcript] | Refusal:
        """The conversation with the number of its first row."""
        outcome = {"outcome": self.outcome} if self.outcome else {}
        return self.wrong or (self.first, Transcript(self.said, self.fields | outcome | {"id": self.key}))


def transcripts(path: Path) -> Iterator[tuple[int, Transcript] | Refusal]:
    """Each conversation with the number of its first row.

    One of which a row can't be taken is left out whole, and so is one beside a row that may have been its: what is not all there
    is not scored.
    """
    now: _Rows | None = None
    seen: set[str] = set()
    gap = 0
    for item in map(_with_id, csv_rows(path)):
        if not isinstance(item, Record):
            yield item
            gap = _leave(now, item.line)
            continue
        if now is None or item.fields["conversation_id"] != now.key:
            yield from (now.done(),) if now else ()
            now = _begun(item, gap, seen)
        now.add(item)
        gap = 0
    yield from (now.done(),) if now else ()


def _with_id(item: Record | Refusal) -> Record | Refusal:
    if isinstance(item, Record) and not item.fields.get("conversation_id"):
        return Refusal(item.file, item.number, "conversation_id is empty")
    return item


def _leave(rows: _Rows | None, line: int) -> int:
    """A line that can't be read may belong to the conversation before it, and to the one after."""
    if rows:
        rows.refuse(line, f"line {line} can't be read and may belong to it")
    return line


def _begun(record: Record, gap: int, seen: set[str]) -> _Rows:
    rows = _Rows(str(record.fields["conversation_id"]), record.file, record.number)
    if gap:
        _leave(rows, gap)
    if rows.key in seen:
        rows.refuse(record.number, "its rows do not stand side by side; sort the file by conversation_id")
    seen.add(rows.key)
    return rows


def _value(value: object) -> object:
    """A cell as the value it stands for: true, 12.5, else the text."""
    try:
        return pydantic_core.from_json(value, allow_inf_nan=False) if isinstance(value, str) else value
    except ValueError:
        return value


def _structure(value: object) -> object:
    """A cell that holds an object or a list; an id is an id, whatever it looks like."""
    return _value(value) if isinstance(value, str) and value[:1] in {"{", "["} else value
