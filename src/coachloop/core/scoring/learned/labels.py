"""What is learned from, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.port import Finding


@dataclass(frozen=True, slots=True)
class Answer:
    """One human answer; `turns` are the evidence, empty where the label names none."""

    outcome: Outcome
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Labelled:
    """A conversation with people's answers by behaviour key. Cross-validation never puts one `group`, the agent, on both sides."""

    conversation: Conversation
    group: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a model that did not see this conversation's agent says of it; a finding without outcome abstains."""

    conversation_id: str
    human: Outcome
    finding: Finding


@dataclass(frozen=True, slots=True)
class Trained:
    """A behaviour that was learned.

    `kappa` is its agreement with people when it may not abstain, cross-validated by agent, from `low` to `high` by a bootstrap of
    agents. `threshold` is the probability from which it then says met. `model` is self-contained, and nothing in it is ever
    unpickled. `metrics` are described in docs/learned.md.
    """

    behaviour: str
    labels: int
    kappa: float
    low: float
    high: float
    threshold: float
    model: bytes
    metrics: Mapping[str, float]
    held_out: tuple[HeldOut, ...]


@dataclass(frozen=True, slots=True)
class Untrained:
    """A behaviour that could not be learned: why, and the way out."""

    behaviour: str
    labels: int
    reason: str
