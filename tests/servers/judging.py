"""A judge for tests: a model that answers by script without a server, a store in memory, and time that passes when told to."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Member, Template
from coachloop.core.model.verdict import Verdict
from coachloop.core.scoring.judge.exchange import Clock, Exchange
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import (
    NO_REVIEWS,
    ChatModel,
    ChatReply,
    ChatRequest,
    Kept,
    Limits,
    Prices,
    Reviews,
    Spent,
)
from coachloop.core.scoring.runner import Runner


@dataclass(slots=True)
class MemoryStore:
    """Replies in a dictionary. Refuses to be touched by any thread but the one that made it."""

    kept: dict[str, Kept] = field(default_factory=dict)
    spent_before: Spent = field(default_factory=lambda: Spent(0, 0.0))
    owner: int = field(default_factory=threading.get_ident)

    def get(self, digest: str) -> ChatReply | None:
        assert threading.get_ident() == self.owner
        return self.kept[digest].reply if digest in self.kept else None

    def put(self, digest: str, kept: Kept) -> None:
        assert threading.get_ident() == self.owner
        self.kept.setdefault(digest, kept)

    def spent_today(self) -> Spent:
        assert threading.get_ident() == self.owner
        cost = sum(kept.cost for kept in self.kept.values())
        return Spent(self.spent_before.requests + len(self.kept), self.spent_before.cost + cost)


@dataclass(slots=True)
class ScriptedModel:
    """Answers with what the script makes of a request: text, a document, or an exception to raise."""

    script: Callable[[ChatRequest], "str | dict[str, Any] | Exception"]
    name: str = "scripted"
    asked: list[ChatRequest] = field(default_factory=list)

    def complete(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        said = self.script(request)
        if isinstance(said, Exception):
            raise said
        return ChatReply(said if isinstance(said, str) else json.dumps(said), tokens_in=1000, tokens_out=100)


@dataclass(slots=True)
class FakeClock:
    """Time stands still until somebody sleeps."""

    at: float = 0.0
    slept: list[float] = field(default_factory=list)
    every: float = 0.0
    next_at: float = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def turn(self) -> float:
        """A turn each `every` seconds."""
        if wait := max(0.0, self.next_at - self.at):
            return wait
        self.next_at = self.at + self.every
        return 0.0

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep, self.turn)


@dataclass(slots=True)
class Bench:
    """A judge with everything around it within reach."""

    model: ChatModel
    store: MemoryStore = field(default_factory=MemoryStore)
    time: FakeClock = field(default_factory=FakeClock)
    limits: Limits = field(default_factory=lambda: Limits(concurrency=1))
    prices: Prices = field(default_factory=lambda: Prices(tokens_in=1.0, tokens_out=10.0))
    reviews: Reviews = NO_REVIEWS
    window_tokens: int = 8000
    exchange: Exchange = field(init=False)
    judge: JudgeScorer = field(init=False)

    def __post_init__(self) -> None:
        clock = self.time.clock
        self.exchange = Exchange(self.model, self.store, limits=self.limits, prices=self.prices, clock=clock)
        self.judge = JudgeScorer(self.model.name, self.exchange, window_tokens=self.window_tokens, reviews=self.reviews)

    def score(self, template: Template, *said: Conversation) -> list[dict[str, Verdict] | None]:
        """By conversation the verdicts by behaviour, as the runner lets them pass; None where it is postponed."""
        found = Runner(template, {"judge": self.judge}).score(said)
        return [None if verdicts is None else {one.behaviour: one for one in verdicts} for verdicts in found]


def behaviour(key: str, **more: Any) -> Behaviour:
    """A behaviour that only the judge decides; `options` are the judge's."""
    options = more.pop("options", {})
    return Behaviour(**{"key": key, "title": key, "question": f"Does the agent do {key}?", "good": f"good {key}"} | more,
                     score_with=(Member("judge", options),))  # fmt: skip


def template(*behaviours: Behaviour) -> Template:
    """A template of these."""
    return Template("t", "T", behaviours)


def call(*said: str, key: str = "c-1", **more: Any) -> Conversation:
    """A conversation of lines such as `agent: hello`."""
    split = [line.partition(": ") for line in said]
    return Conversation(key, tuple(Turn(Speaker(who), text) for who, _, text in split), **more)


def keys_of(request: ChatRequest) -> Sequence[str]:
    """The behaviours that a request asks about, in order."""
    return list(request.schema["properties"])
