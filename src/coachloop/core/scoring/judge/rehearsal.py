"""What judging would come to, without asking anybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from coachloop.core.scoring.judge.exchange import Ended, Talk, digest_of, estimate
from coachloop.core.scoring.judge.ports import ModelUnavailableError, Prices, ReplyStore


@dataclass(slots=True)
class Plan:
    """About what would be asked: requests, those that are kept already, their tokens and cost."""

    conversations: int = 0
    requests: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0


class Rehearsal:
    """Takes the place of an exchange: counts each first request that has no reply yet, and postpones it."""

    def __init__(self, model: str, store: ReplyStore, *, prices: Prices) -> None:
        self.plan = Plan()
        self._model = model
        self._store = store
        self._prices = prices

    def hold(self, talks: Sequence[tuple[str, Talk]]) -> list[Ended]:
        """How each would end: as kept replies have it, else postponed."""
        self.plan.conversations += len({conversation for conversation, _ in talks})
        return [self._rehearse(talk) for _, talk in talks]

    def _rehearse(self, talk: Talk) -> Ended:
        try:
            request = next(talk)
            while (reply := self._store.get(digest_of(self._model, request))) is not None:
                self.plan.cached += 1
                request = talk.send(reply)
        except StopIteration as end:
            return Ended(end.value)
        about = estimate(request)
        self.plan.requests += 1
        self.plan.tokens_in += about.tokens_in
        self.plan.tokens_out += about.tokens_out
        self.plan.cost += self._prices.cost(*about)
        return Ended(error=ModelUnavailableError("only rehearsed"))
