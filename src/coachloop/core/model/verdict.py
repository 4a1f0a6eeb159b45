"""Facts about a conversation: a verdict, and the words that prove it."""

from dataclasses import dataclass, field
from enum import StrEnum

from coachloop.core.model.conversation import Conversation


class Outcome(StrEnum):
    """What can be said about one behaviour in one conversation."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    UNSCORED = "unscored"


ANSWERS = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
"""What a person can say about a behaviour; a machine that can't say any of these leaves it unscored."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words copied from one turn: the proof a verdict stands on.

    `start` and `end` are character offsets into the turn's text, half-open.
    """

    turn: int
    start: int
    end: int
    text: str

    def is_in(self, conversation: Conversation) -> bool:
        """Whether the conversation says exactly these words at exactly this place."""
        if not 0 <= self.turn < len(conversation.turns) or not 0 <= self.start < self.end:
            return False
        return conversation.turns[self.turn].text[self.start : self.end] == self.text


@dataclass(frozen=True, slots=True)
class Missed:
    """The turn at which the behaviour should have happened, and what would have been better there."""

    turn: int
    better: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One behaviour in one conversation, with its proof.

    `probability` is P(met) in [0, 1], None where the scorer gives none. `decided_by` is the cascade's member that decided, empty
    where none did. `evidence` holds every turn that shows the behaviour, best first.
    """

    behaviour: str
    outcome: Outcome
    reason: str = ""
    probability: float | None = None
    evidence: tuple[Quote, ...] = ()
    missed: Missed | None = None
    decided_by: str = ""
    dropped_quotes: int = field(default=0)

    def __post_init__(self) -> None:
        """Refuse a probability outside [0, 1]."""
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be in [0, 1], got {self.probability}")
