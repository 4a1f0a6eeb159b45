"""What an archive is scored with, and what comes of a file: as it travels between machines, before Django is there."""

from dataclasses import dataclass, field
from datetime import datetime

from coachloop.core.model.receipt import Refusal

KEPT_REASONS = 20


@dataclass(frozen=True, slots=True)
class Ruler:
    """What an archive is scored with: a template's text, the number of its version, and when."""

    text: str
    number: int
    now: datetime


@dataclass(slots=True)
class Scored:
    """What came of a file; `known` where it was there already. `reasons` are the first refusals."""

    name: str
    conversations: int = 0
    refused: int = 0
    others: int = 0
    known: bool = False
    reasons: list[str] = field(default_factory=list)

    def refuse(self, refusal: Refusal) -> None:
        """One line of it can't be taken."""
        self.refused += 1
        if len(self.reasons) < KEPT_REASONS:
            self.reasons.append(f"{self.name}:{refusal.line}: {refusal.reason}")
