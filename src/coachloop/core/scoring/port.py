"""What a scorer is: it is asked about behaviours in conversations, and decides or passes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Missed, Outcome, Quote


class ScorerUnavailableError(Exception):
    """The scorer can't answer now but will later: nothing is stored, and the conversation is asked about again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An opportunity: what opened it, and what the agent said in the behaviour's window.

    `trigger` is the customer's turn that opened it, None where the window itself does. `spans` are the agent's words inside the
    window: turn index to half-open character offsets (the whole turn, unless word times cut it).
    """

    trigger: int | None
    spans: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Question:
    """One behaviour asked about one conversation.

    `moments` holds at least one. `options` is what the template tells this member of the cascade. `last` says that no available
    member comes after it. `template` is the key of the template that the behaviour belongs to.
    """

    conversation: Conversation
    behaviour: Behaviour
    moments: tuple[Moment, ...]
    options: Mapping[str, Any]
    last: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A scorer's answer. `outcome` None passes the question on, with the reason.

    `evidence` holds every turn that shows the behaviour, best first; `missed` belongs to `not_met`.
    """

    outcome: Outcome | None
    reason: str = ""
    probability: float | None = None
    evidence: tuple[Quote, ...] = ()
    missed: Missed | None = None


class Scorer(ABC):
    """Answers questions about behaviours. The runner checks what it says; a crash is data, not an end.

    `name` is what a template calls it; `version` changes whenever the same question may get another answer. One that `reads_all`
    gets the words as they were said, and answers for what it does with them; any other reads them masked.
    """

    name: str
    version: str
    reads_all = False

    def available(self, behaviour: Behaviour, template: str) -> bool:
        """Whether it is trained and configured for this behaviour of the template with key `template`."""
        del behaviour, template
        return True

    def version_for(self, behaviour: Behaviour, template: str) -> str:
        """The version that answers for this behaviour; one for all, unless a scorer learns each by itself."""
        del behaviour, template
        return self.version

    @abstractmethod
    def score(self, questions: Sequence[Question]) -> Sequence[Finding | None]:
        """One finding a question, in order; None where it can't answer now: the conversation is asked about again.

        Raises:
            ScorerUnavailableError: it can't answer any now; ask again later.
        """
