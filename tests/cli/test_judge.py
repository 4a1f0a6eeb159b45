"""`score` with a judge: what it used, what waits, and what it would cost."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from builders import NOW, call
from coachloop import wiring
from coachloop.app.models import JudgeReply
from servers.scripted import Asked, Fails, Server, answer, scripted

TEMPLATE = """\
key: warm
title: Warm
behaviours:
  - key: greets
    title: Greets
    question: Did the agent greet the customer?
    score_with: [{phrases: {any: [good morning]}}, {judge: {}}]
"""
CALLS = [call("c-1", greets=True, at=NOW), call("c-2", at=NOW), call("c-3", price=True, at=NOW)]


def says_yes(asked: Asked) -> dict[str, Any]:
    return {key: answer("met", ("Yes?", 0)) for key in asked.behaviours}


@pytest.fixture
def server() -> Iterator[Server]:
    """A model that says yes."""
    with scripted(says_yes) as found:
        yield found


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets the judge's settings, without the prefix; they hold until the end of the test."""

    def fresh() -> None:
        wiring._always.cache_clear()
        wiring._exchange.cache_clear()

    def change(**given: Any) -> None:
        config = settings.CONFIG.model_copy(update={f"judge_{name}": value for name, value in given.items()})
        monkeypatch.setattr(settings, "CONFIG", config)
        fresh()

    yield change
    fresh()


@pytest.fixture
def warm(run: Callable[..., Any], written: Callable[..., Any]) -> Callable[..., Any]:
    """A site with three calls; phrases decide one of them."""
    run("init")
    run("template", "add", written("warm.yaml", TEMPLATE))
    run("template", "publish", "warm")
    assert run("ingest", written("calls.jsonl", CALLS)).code == 0
    return run


def test_score_says_who_decided_and_what_it_cost(warm: Any, server: Server, configure: Any):
    configure(url=server.url, model="scripted", price_in=1_000_000.0, price_out=0.0)
    found = warm("score", "--json").json
    assert found["decided_by"] == {"phrases": 1, "judge": 2}
    used = found["judge"]
    assert (used["requests"], used["cached"], used["currency"]) == (2, 0, "USD")
    assert used["tokens"] == used["tokens_in"] + used["tokens_out"] > 0
    assert used["cost"] == used["tokens_in"]
    assert JudgeReply.objects.count() == 2
    again = warm("score", "--all").out
    assert "the judge: 0 requests and 2 known already, 0 tokens asked and 0 answered\n" in again
    assert len(server.asked) == 2


def test_a_budget_that_is_used_up_is_no_failure(warm: Any, server: Server, configure: Any):
    configure(url=server.url, model="scripted", requests_a_day=1, concurrency=1, price_in=1.0)
    ran = warm("score")
    assert ran.code == 0
    assert "1 requests and 0 known already" in ran.out
    assert (
        "1 wait: the 1 requests of the day are used up; they go on after midnight (UTC), by a worker or the next"
        in ran.out
    )
    assert warm("score", "--json").json["postponed"] == 1


def test_a_server_that_does_not_answer_is_said_and_nothing_is_lost(warm: Any, server: Server, configure: Any):
    configure(url=server.url, model="scripted")
    server.script = lambda _: Fails(401)
    ran = warm("score")
    assert ran.code == 0
    assert "2 wait: the model's server answers with status 401: check address, model and key; they go on" in ran.out
    server.script = says_yes
    assert warm("score", "--json").json["decided_by"] == {"judge": 2}


def test_a_dry_run_asks_nobody_and_stores_nothing(warm: Any, server: Server, configure: Any):
    configure(url=server.url, model="scripted", price_in=1_000_000.0)
    found = warm("score", "--dry-run", "--json").json
    assert (found["dry_run"], found["conversations"]) == (True, 3)
    plan = found["judge"]
    assert (plan["conversations"], plan["requests"], plan["cached"]) == (2, 2, 0)
    assert plan["cost"] == pytest.approx(plan["tokens_in"])
    assert "would be asked about 2: about 2 requests and 0 known already" in warm("score", "--dry-run").out
    assert server.asked == []
    score = warm("score", "--json").json
    assert score["conversations"] == 3
    assert 0.7 < plan["tokens_in"] / score["judge"]["tokens_in"] < 1.4


def test_a_dry_run_tells_the_cost_before_there_is_a_judge(warm: Any, configure: Any):
    configure(url="")
    ran = warm("score", "--dry-run", "--template", "warm")
    assert "would be asked about 2" in ran.out
    assert "no judge is configured: set COACHLOOP_JUDGE_URL" in ran.out
    assert warm("score", "--json").json["judge"]["requests"] == 0


def test_the_doctor_tells_whether_the_server_answers(warm: Any, server: Server, configure: Any):
    def judge() -> dict[str, Any]:
        rows = json.loads(warm("doctor", "--json").out)
        return next(row for row in rows if row["check"] == "judge")

    configure(url="")
    assert judge()["seen"] == "not configured"
    configure(url=server.url.replace("//", "//user:secret@"), model="scripted")
    assert judge()["ok"]
    assert "secret" not in judge()["seen"]
    server.models = (401, b"{}")
    assert not judge()["ok"]
    assert "status 401" in judge()["seen"]
