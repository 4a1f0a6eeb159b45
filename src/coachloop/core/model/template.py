"""What a centre looks for: a template and its behaviours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from coachloop.core.model.conversation import COACHING


class Require(StrEnum):
    """How several moments in one conversation fold into its one verdict."""

    ANY = "any"
    ALL = "all"
    FIRST = "first"


class Span(StrEnum):
    """Which part of a conversation a window opens on."""

    ANYWHERE = "anywhere"
    FIRST_SECONDS = "first_seconds"
    LAST_SECONDS = "last_seconds"
    FIRST_TURNS = "first_turns"
    LAST_TURNS = "last_turns"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Window:
    """Where a behaviour has to happen. `size` is in seconds or turns as `span` says; for `after`, agent turns."""

    span: Span = Span.ANYWHERE
    size: float = 0


@dataclass(frozen=True, slots=True)
class AppliesWhen:
    """What makes a moment: words of the customer, or a question that a learned scorer or a judge decides."""

    customer_says: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a cascade: a scorer's name and what the template tells it."""

    scorer: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One observable thing an agent does or does not do.

    `target` is the rate to reach in (0, 1]; None aims at the peers' upper quartile.
    """

    key: str
    title: str
    question: str
    good: str = ""
    why: str = ""
    target: float | None = None
    weight: float = 1
    critical: bool = False
    window: Window = Window()
    applies_when: AppliesWhen | None = None
    require: Require = Require.ANY
    met_examples: tuple[str, ...] = ()
    not_met_examples: tuple[str, ...] = ()
    score_with: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A set of behaviours for some kind of conversation.

    `applies_to` maps a conversation's field (`channel`, `queue`, `language`, `direction`) to the values it may have.
    """

    key: str
    title: str
    behaviours: tuple[Behaviour, ...]
    applies_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, **fields: str | None) -> bool:
        """Whether a conversation with these fields is of the template's kind; no restriction means every one with a customer is.

        Coaching conversations are another kind: a template is for them only where it names their channel.
        """
        if fields.get("channel") == COACHING and "channel" not in self.applies_to:
            return False
        return all(fields.get(name) in wanted for name, wanted in self.applies_to.items())
