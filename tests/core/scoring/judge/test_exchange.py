"""Limits, failures and what is kept."""

import threading
import time
from collections.abc import Generator

import pytest

from coachloop.core.scoring.judge.exchange import FAILURES_IN_A_ROW, PAUSE, Clock, Ended, Exchange, digest_of, estimate
from coachloop.core.scoring.judge.ports import (
    ChatReply,
    ChatRequest,
    Limits,
    Message,
    ModelRefusedError,
    ModelUnavailableError,
    Spent,
)
from coachloop.core.scoring.judge.rehearsal import Rehearsal
from servers.judging import Bench, MemoryStore, ScriptedModel

SCHEMA = {"properties": {"a": {}}}


def request(text: str) -> ChatRequest:
    return ChatRequest((Message("user", text),), SCHEMA, 100)


def talk(*texts: str) -> Generator[ChatRequest, ChatReply, str]:
    said = []
    for text in texts:
        reply = yield request(text)
        said.append(reply.text)
    return ",".join(said)


def echo(asked: ChatRequest) -> str | Exception:
    text = asked.messages[0].content
    return {"later": ModelUnavailableError("down"), "never": ModelRefusedError("no"), "crash": KeyError("x")}.get(
        text, text.upper()
    )


def bench(model: ScriptedModel | None = None, **limits: float) -> Bench:
    return Bench(model or ScriptedModel(echo), limits=Limits(**{"concurrency": 1} | limits))


def hold(exchange: Exchange, *talks: tuple[str, ...]) -> list[Ended]:
    return exchange.hold([(f"c{n}", talk(*texts)) for n, texts in enumerate(talks)])


def test_talks_are_led_to_their_end_in_order_and_what_is_known_is_not_asked_again():
    one = bench(concurrency=3)
    assert [end.result for end in hold(one.exchange, ("a", "b"), ("c",))] == ["A,B", "C"]
    assert [end.result for end in hold(one.exchange, ("a", "b"), ("c",))] == ["A,B", "C"]
    assert len(one.model.asked) == 3
    usage = one.exchange.usage
    assert (usage.requests, usage.cached, usage.tokens_in, usage.tokens_out) == (3, 3, 3000, 300)
    assert usage.cost == pytest.approx(3 * 0.002)
    assert {kept.conversation for kept in one.store.kept.values()} == {"c0", "c1"}


def test_the_same_words_are_asked_about_once():
    one = bench()
    assert [end.result for end in hold(one.exchange, ("a", "b"), ("a", "b"), ("a",))] == ["A,B", "A,B", "A"]
    assert len(one.model.asked) == 2
    assert one.exchange.usage.cached == 3


def test_a_digest_hangs_on_everything_that_was_asked():
    whole = request("a")
    others = [
        digest_of("m", ChatRequest(whole.messages, SCHEMA, 100, seed=1)),
        digest_of("n", whole),
        digest_of("m", request("b")),
    ]
    assert len({digest_of("m", whole), *others}) == 4


def test_one_failure_touches_no_other_talk():
    one = bench()
    ends = hold(one.exchange, ("a",), ("later",), ("never",), ("crash",), ("b", "later"))
    assert [end.result for end in ends] == ["A", None, None, None, None]
    assert isinstance(ends[1].error, ModelUnavailableError)
    assert isinstance(ends[2].error, ModelRefusedError)
    assert str(ends[3].error) == "the request failed: KeyError"
    assert isinstance(ends[4].error, ModelUnavailableError)
    assert one.exchange.usage.failures == {"down": 2}
    assert len(one.store.kept) == 2, "what was answered before a failure is kept"


def test_a_model_that_does_not_answer_is_left_alone_for_a_while():
    one = bench()
    ends = hold(one.exchange, *[("later",)] * 20, ("a",))
    assert len(one.model.asked) == FAILURES_IN_A_ROW
    assert all(isinstance(end.error, ModelUnavailableError) for end in ends)
    assert one.exchange.usage.stopped == "the model does not answer"
    assert hold(one.exchange, ("a",))[0].result is None
    one.time.at += PAUSE
    assert hold(one.exchange, ("a",))[0].result == "A"
    assert one.exchange.count_anew() == one.exchange.usage
    assert one.exchange.usage.stopped == ""


def test_requests_keep_their_distance():
    one = bench(concurrency=2)
    one.time.every = 2.0
    hold(one.exchange, ("a", "b"), ("c",))
    assert one.time.slept == [2.0, 2.0]


def test_a_turn_that_another_process_took_is_waited_for_again():
    one = bench()
    waits = iter([1.5, 0.5, 0.0])
    clock = Clock(one.time.now, one.time.sleep, lambda: next(waits))
    exchange = Exchange(one.model, one.store, limits=one.limits, prices=one.prices, clock=clock)
    assert [end.result for end in hold(exchange, ("a",))] == ["A"]
    assert one.time.slept == [1.5, 0.5]


def test_without_limits_it_is_always_our_turn():
    assert Clock(lambda: 0.0, lambda _: None).turn() == 0.0


def test_no_more_than_the_limit_are_under_way():
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(asked: ChatRequest) -> str | Exception:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.01)
        with lock:
            under_way -= 1
        return echo(asked)

    one = bench(ScriptedModel(slow), concurrency=3)
    hold(one.exchange, *[(f"t{n}",) for n in range(9)])
    assert most == 3


def test_the_days_requests_end_cleanly_and_the_next_day_goes_on():
    one = bench(requests_a_day=2)
    ends = hold(one.exchange, ("a",), ("b",), ("c",), ("d",))
    assert [end.result for end in ends] == ["A", "B", None, None]
    assert one.exchange.usage.stopped == "the 2 requests of the day are used up"
    one.store.spent_before = Spent(-2, 0.0)
    assert [end.result for end in hold(one.exchange, ("a",), ("b",), ("c",))] == ["A", "B", "C"]


def test_what_is_under_way_counts_for_the_day():
    one = bench(requests_a_day=2, concurrency=8)
    assert sum(end.result is not None for end in hold(one.exchange, *[(f"t{n}",) for n in range(9)])) == 2


def test_the_days_money_is_not_exceeded():
    one = bench(money_a_day=0.0045)
    ends = hold(one.exchange, ("a",), ("b",), ("c",), ("d",))
    assert [end.result for end in ends] == ["A", "B", None, None]
    assert one.exchange.usage.stopped == "the day's budget of 0.0045 is used up"
    assert one.store.spent_today().cost <= 0.0045


def test_a_rehearsal_asks_nobody():
    one = bench()
    hold(one.exchange, ("a",), ("b", "c"))
    rehearsal = Rehearsal("scripted", one.store, prices=one.prices)
    ends = rehearsal.hold([("c0", talk("a")), ("c1", talk("b", "x")), ("c1", talk("new"))])
    assert ends[0].result == "A"
    assert [str(end.error) for end in ends[1:]] == ["only rehearsed"] * 2
    plan = rehearsal.plan
    assert (plan.conversations, plan.requests, plan.cached) == (2, 2, 2)
    about = estimate(request("x"))
    assert (plan.tokens_in, plan.tokens_out) == (about.tokens_in * 2, about.tokens_out * 2)
    assert plan.cost == pytest.approx(2 * one.prices.cost(*about))
    assert Rehearsal("scripted", MemoryStore(), prices=one.prices).hold([]) == []
