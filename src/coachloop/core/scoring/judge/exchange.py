"""Puts requests to the model: none twice, within the limits, several at a time, and each reply is kept as soon as it is there."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from coachloop.core.scoring.judge.ports import (
    ChatModel,
    ChatReply,
    ChatRequest,
    Kept,
    Limits,
    ModelRefusedError,
    ModelUnavailableError,
    Prices,
    ReplyStore,
)
from coachloop.core.scoring.judge.shown import estimated_tokens

FAILURES_IN_A_ROW = 5
"""So many requests without an answer, one after the other, and the rest waits."""

PAUSE = 60.0
"""Seconds before a model that did not answer is asked again."""

EXPECTED_TOKENS = 90
"""About how many tokens the answer about one behaviour takes; for estimates."""


@dataclass(slots=True)
class Usage:
    """What a judge has used since the counting began. `stopped` says why something waits, empty where nothing does."""

    requests: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    stopped: str = ""
    failures: dict[str, int] = field(default_factory=dict)


class Estimate(NamedTuple):
    """About what a request comes to."""

    tokens_in: int
    tokens_out: int


Talk = Generator[ChatRequest, ChatReply, object]
"""Yields what it wants to ask, is sent the replies, and returns what it made of them."""


class Ended(NamedTuple):
    """How a talk ended: what it returned, or the error because of which it did not."""

    result: object = None
    error: ModelUnavailableError | ModelRefusedError | None = None


def _at_once() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the exchange sees it: seconds that only grow, how to let them pass, and whose turn it is.

    `turn` takes the turn to ask where that is allowed now (0.0), else says how many seconds to wait before asking for it again.
    """

    now: Callable[[], float]
    sleep: Callable[[float], None]
    turn: Callable[[], float] = _at_once


def digest_of(model: str, request: ChatRequest) -> str:
    """The SHA-256 of everything that a reply hangs on."""
    asked = json.dumps({"model": model, **asdict(request)}, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def estimate(request: ChatRequest) -> Estimate:
    """About how many tokens a request and its reply have."""
    asked = sum(estimated_tokens(message.content) + 4 for message in request.messages)
    return Estimate(asked, EXPECTED_TOKENS * len(request.schema["properties"]))


@dataclass(slots=True)
class _Waiting:
    """A talk that waits for a reply."""

    talk: int
    request: ChatRequest
    digest: str


class Exchange:
    """One model, its limits and what was used of them. Only the thread that calls `hold` touches the store."""

    def __init__(self, model: ChatModel, store: ReplyStore, *, limits: Limits, prices: Prices, clock: Clock) -> None:
        self.usage = Usage()
        self._model = model
        self._store = store
        self._limits = limits
        self._prices = prices
        self._clock = clock
        self._next_at = float("-inf")
        self._failed = 0
        self._closed_until = float("-inf")

    def count_anew(self) -> Usage:
        """Begin a new count of what is used, and return it."""
        self.usage = Usage()
        return self.usage

    def hold(self, talks: Sequence[tuple[str, Talk]]) -> list[Ended]:
        """Lead every talk to its end.

        Args:
            talks: with the id of the conversation that each is about.

        Returns:
            How each ended, in order. One that can't be led now ends with `ModelUnavailableError`; what was answered is kept, so that
            it costs nothing when it is held again.
        """
        with ThreadPoolExecutor(max_workers=self._limits.concurrency, thread_name_prefix="judge") as pool:
            return _Round(self, talks, pool).run()

    def digest(self, request: ChatRequest) -> str:
        """The digest of a request to this model."""
        return digest_of(self._model.name, request)

    def known(self, digest: str) -> ChatReply | None:
        """The reply to a request, where it was asked before; counted as such."""
        reply = self._store.get(digest)
        self.usage.cached += reply is not None
        return reply

    def ask(self, request: ChatRequest) -> ChatReply:
        """Ask the model; in a thread of the pool."""
        return self._model.complete(request)

    def keep(self, digest: str, conversation: str, reply: ChatReply) -> None:
        """Store a reply at once and count it."""
        cost = self._prices.cost(reply.tokens_in, reply.tokens_out)
        self._store.put(digest, Kept(conversation, self._model.name, reply, cost))
        self._failed = 0
        self.usage.requests += 1
        self.usage.tokens_in += reply.tokens_in
        self.usage.tokens_out += reply.tokens_out
        self.usage.cost += cost

    def failed(self, error: ModelUnavailableError) -> None:
        """Count a request without an answer; after several in a row none is sent for a while."""
        self.usage.failures[str(error)] = self.usage.failures.get(str(error), 0) + 1
        self._failed += 1
        if self._failed >= FAILURES_IN_A_ROW:
            self._failed = 0
            self._closed_until = self._clock.now() + PAUSE

    def closed(self, request: ChatRequest, running: Sequence[ChatRequest]) -> str:
        """Why this request may not be sent now; empty where it may."""
        if self._clock.now() < self._closed_until:
            return "the model does not answer"
        if not (self._limits.requests_a_day or self._limits.money_a_day):
            return ""
        spent = self._store.spent_today()
        if self._limits.requests_a_day and spent.requests + len(running) >= self._limits.requests_a_day:
            return f"the {self._limits.requests_a_day:,} requests of the day are used up"
        expected = spent.cost + sum(self._prices.cost(*estimate(one)) for one in (*running, request))
        if self._limits.money_a_day and expected > self._limits.money_a_day:
            return f"the day's budget of {self._limits.money_a_day:g} is used up"
        return ""

    def pause(self) -> float:
        """Seconds until the next request may be sent."""
        return max(0.0, self._next_at - self._clock.now())

    def sleep(self) -> None:
        """Let that time pass."""
        self._clock.sleep(self.pause())

    def may_send(self) -> bool:
        """Whether it is our turn to send a request; else there is a pause."""
        if self.pause() == 0:
            self._next_at = self._clock.now() + (wait := self._clock.turn())
            return wait == 0
        return False

    @property
    def concurrency(self) -> int:
        """How many requests may be under way."""
        return self._limits.concurrency


class _Round:
    """The talks of one call of `hold`."""

    def __init__(self, exchange: Exchange, talks: Sequence[tuple[str, Talk]], pool: ThreadPoolExecutor) -> None:
        self._exchange = exchange
        self._talks = talks
        self._pool = pool
        self._ended: dict[int, Ended] = {}
        self._ready: deque[_Waiting] = deque()
        self._running: dict[Future[ChatReply], _Waiting] = {}

    def run(self) -> list[Ended]:
        for number in range(len(self._talks)):
            self._ready.extend(self._advance(number, None))
        while self._ready or self._running:
            self._send()
            self._receive()
        return [self._ended[number] for number in range(len(self._talks))]

    def _advance(self, number: int, reply: ChatReply | None) -> Iterator[_Waiting]:
        """Go on with a talk as far as the replies that are kept lead; yields what it then waits for."""
        talk = self._talks[number][1]
        try:
            request = next(talk) if reply is None else talk.send(reply)
            while (known := self._exchange.known(digest := self._exchange.digest(request))) is not None:
                request = talk.send(known)
        except StopIteration as end:
            self._ended[number] = Ended(end.value)
        else:
            yield _Waiting(number, request, digest)

    def _send(self) -> None:
        while self._ready and len(self._running) < self._exchange.concurrency:
            waiting = self._ready[0]
            if (
                known := self._exchange.known(waiting.digest)
            ) is not None:  # meanwhile, by another process or the same words
                self._ready.popleft()
                self._ready.extendleft(self._advance(waiting.talk, known))
                continue
            reason = self._exchange.closed(waiting.request, [one.request for one in self._running.values()])
            if reason:
                self._postpone(reason)
                return
            if not self._exchange.may_send():
                if self._running:
                    return
                self._exchange.sleep()
                continue
            self._ready.popleft()
            self._running[self._pool.submit(self._exchange.ask, waiting.request)] = waiting

    def _postpone(self, reason: str) -> None:
        self._exchange.usage.stopped = reason
        for waiting in self._ready:
            self._ended[waiting.talk] = Ended(error=ModelUnavailableError(reason))
        self._ready.clear()

    def _receive(self) -> None:
        room = self._ready and len(self._running) < self._exchange.concurrency
        done = wait(self._running, timeout=self._exchange.pause() if room else None, return_when=FIRST_COMPLETED).done
        for future in done:
            self._take(self._running.pop(future), future)

    def _take(self, waiting: _Waiting, future: Future[ChatReply]) -> None:
        try:
            reply = future.result()
        except ModelUnavailableError as error:
            self._exchange.failed(error)
            self._ended[waiting.talk] = Ended(error=error)
        except ModelRefusedError as error:
            self._ended[waiting.talk] = Ended(error=error)
        except Exception as error:  # noqa: BLE001 - one request's crash must not take the others' replies with it
            self._ended[waiting.talk] = Ended(error=ModelRefusedError(f"the request failed: {type(error).__name__}"))
        else:
            self._exchange.keep(waiting.digest, self._talks[waiting.talk][0], reply)
            self._ready.extendleft(self._advance(waiting.talk, reply))
