"""What became of a file that came in."""

from dataclasses import dataclass, field
from typing import Any

from coachloop.core.model.recording import Recording


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, as bytes; `number` is 1-based. `recording` is what the line is about, where it is kept here."""

    file: str
    number: int
    raw: bytes
    recording: Recording | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table, as its fields; `number` is the 1-based line of the file, or the row where it has no lines."""

    file: str
    number: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A place in a file that could not be taken, and why."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Receipt:
    """Counts of what was read: every row received is accepted, a duplicate, or refused with its reason."""

    received: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def refuse(self, file: str, line: int, reason: str) -> None:
        """Note a place that could not be taken."""
        self.refused.append(Refusal(file, line, reason))

    def note(self, what: str, count: int = 1) -> None:
        """Count something a person should know about what was accepted."""
        self.notes[what] = self.notes.get(what, 0) + count

    def as_json(self) -> dict[str, Any]:
        """The stable keys of `--json`."""
        return {
            "received": self.received,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "refused": [{"file": r.file, "line": r.line, "reason": r.reason} for r in self.refused],
            "notes": self.notes,
        }
