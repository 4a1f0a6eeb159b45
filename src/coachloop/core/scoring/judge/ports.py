"""What the judge needs from outside: a model that chats, a store that keeps replies, and reviews to show as examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.port import ScorerUnavailableError


class ModelUnavailableError(ScorerUnavailableError):
    """The model can't answer now but may later: no connection, overloaded, a key that is not taken, money spent."""


class ModelRefusedError(Exception):
    """The model will never answer this request: too long for it, or it declines. The message holds nothing that was said."""


@dataclass(frozen=True, slots=True)
class Message:
    """One part of a request."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a model is asked. `schema` is the JSON Schema that its reply must have; `most_tokens` ends a reply that runs away."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    most_tokens: int
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What came back, and the tokens that were counted for it."""

    text: str
    tokens_in: int
    tokens_out: int


class ChatModel(Protocol):
    """A language model behind any interface. Called from several threads at once."""

    @property
    def name(self) -> str:
        """Which model answers; another name where the same request may get another reply."""

    def complete(self, request: ChatRequest) -> ChatReply:
        """Ask once, retries included.

        Raises:
            ModelUnavailableError: not now.
            ModelRefusedError: never.
        """


class Spent(NamedTuple):
    """What was used up since the day began."""

    requests: int
    cost: float


class Kept(NamedTuple):
    """A reply as it is kept, with what it cost and the conversation it is about."""

    conversation: str
    model: str
    reply: ChatReply
    cost: float


class ReplyStore(Protocol):
    """Replies by the SHA-256 of what was asked. Only the thread that scores touches it."""

    def get(self, digest: str) -> ChatReply | None:
        """The reply to a request with this content, where there is one."""

    def put(self, digest: str, kept: Kept) -> None:
        """Keep a reply at once and for good; a second one to the same request is dropped."""

    def spent_today(self) -> Spent:
        """What the replies of this day, at the site, came to."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A person's answer that may be shown as an example. `turns` are the turns it rests on, where the person named them."""

    id: str
    conversation: Conversation
    outcome: Outcome
    turns: tuple[int, ...] = ()


class Reviews(Protocol):
    """The centre's own answers, the same ones in the same order whenever it is asked."""

    def of(self, behaviour: Behaviour, template: str, count: int) -> tuple[Reviewed, ...]:
        """At most so many reviews of the behaviour; none of what the judge will be examined by."""


class NoReviews:
    """A centre without reviews."""

    def of(self, behaviour: Behaviour, template: str, count: int) -> tuple[Reviewed, ...]:
        """None."""
        del behaviour, template, count
        return ()


NO_REVIEWS = NoReviews()


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be used; 0 is no limit."""

    concurrency: int = 4
    requests_a_day: int = 0
    money_a_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def cost(self, tokens_in: float, tokens_out: float) -> float:
        """What so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000
