"""The judge's replies in the database, its examples, and what scoring with it stores."""

from datetime import timedelta
from typing import Any

import pytest

from builders import NOW, call, label, publish, take
from coachloop.app.models import Conversation, Evaluation, JudgeReply, Scoring, Verdict
from coachloop.app.services import scoring as service
from coachloop.app.services.judge import CentreReviews, KeptReplies, Scope, rehearse
from coachloop.core.model.template import Behaviour
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.exchange import Exchange
from coachloop.core.scoring.judge.judge import JudgeScorer
from coachloop.core.scoring.judge.ports import ChatReply, Kept, Limits, ModelUnavailableError, Prices
from coachloop.core.scoring.judge.rehearsal import Rehearsal
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Scorer
from servers.judging import FakeClock, ScriptedModel, keys_of
from servers.scripted import answer

pytestmark = pytest.mark.usefixtures("site")

JUDGED = """\
key: manners
title: Manners
behaviours:
  - key: greets
    title: Greets
    question: Did the agent greet the customer?
    score_with: [{phrases: {any: [good morning]}}, {judge: {examples: 2}}]
"""
REPLY = ChatReply("{}", 100, 10)
GREETS = Behaviour("greets", "Greets", "Q?")


def kept(conversation: str = "c-1", cost: float = 0.5) -> Kept:
    return Kept(conversation, "m", REPLY, cost)


def scorers(script: Any, **limits: Any) -> dict[str, Scorer]:
    """Phrases, and a judge that answers by script from the tables of this test."""
    model = ScriptedModel(script, name="m")
    exchange = Exchange(
        model,
        KeptReplies(lambda: NOW),
        limits=Limits(**{"concurrency": 2} | limits),
        prices=Prices(1, 10),
        clock=FakeClock().clock,
    )
    return {"phrases": PhraseScorer(), "judge": JudgeScorer("m", exchange, reviews=CentreReviews())}


def score(script: Any, **limits: Any) -> service.Tally:
    [engine] = service.engines(scorers(script, **limits))
    service.put_down_outdated(engine)
    return service.score_pending(engine, now=NOW)


def says_yes(request: Any) -> dict[str, Any]:
    return {key: answer("met", ("Yes?", 0)) for key in keys_of(request)}


def test_a_reply_is_kept_once_with_its_conversation():
    take(call("c-1"))
    store = KeptReplies(lambda: NOW)
    assert store.get("d") is None
    store.put("d", kept())
    store.put("d", Kept("c-1", "m", ChatReply("other", 1, 1), 9.0))
    assert store.get("d") == REPLY
    [row] = JudgeReply.objects.all()
    assert (row.conversation, row.model, row.cost, row.asked_at) == (Conversation.objects.get(), "m", 0.5, NOW)


def test_a_reply_about_words_that_are_not_stored_has_no_conversation():
    store = KeptReplies(lambda: NOW)
    store.put("d", kept("draft"))
    assert JudgeReply.objects.get().conversation is None


def test_a_day_begins_at_midnight_at_the_site():
    """The site is in Berlin: two hours ahead of UTC in May."""
    midnight = NOW.replace(hour=22, minute=0) - timedelta(days=1)
    for number, at in enumerate((midnight - timedelta(seconds=1), midnight, NOW)):
        KeptReplies(lambda at=at: at).put(str(number), kept())  # type: ignore[misc]
    store = KeptReplies(lambda: NOW)
    assert store.spent_today() == (2, 1.0)
    assert KeptReplies(lambda: NOW + timedelta(days=1)).spent_today() == (0, 0.0)


def test_the_judge_decides_what_phrases_leave_open_and_a_second_run_is_free():
    publish(JUDGED)
    take(call("c-1", greets=True), call("c-2"))
    tally = score(says_yes)
    assert tally.decided == {"phrases": 1, "judge": 1}
    [reply] = JudgeReply.objects.all()
    assert reply.conversation.key == "c-2"
    assert reply.cost == pytest.approx((1000 + 10 * 100) / 1e6)
    verdict = Verdict.objects.get(decided_by="judge")
    assert (verdict.outcome, verdict.evidence[0]["quote"]) == (Outcome.MET, "Yes?")
    Evaluation.objects.update(state=Evaluation.State.PENDING)
    assert score(AssertionError).decided == {"phrases": 1, "judge": 1}
    assert JudgeReply.objects.count() == 1


def test_no_made_up_quote_is_stored():
    publish(JUDGED)
    take(call("c-1"))
    tally = score(lambda request: {key: answer("met", ("Good day to you", 0)) for key in keys_of(request)})
    assert tally.dropped_quotes == 1
    assert Verdict.objects.get().evidence == []
    assert Verdict.objects.get().outcome == Outcome.UNSCORED


def test_what_the_day_has_no_room_for_waits_and_goes_on():
    publish(JUDGED)
    take(*(call(f"c-{n}", turns=[{"speaker": "agent", "text": f"Yes? {n}"}]) for n in range(5)))
    tally = score(says_yes, requests_a_day=2)
    assert (tally.evaluations, tally.postponed) == (2, 3)
    assert Evaluation.objects.filter(state=Evaluation.State.PENDING).count() == 3
    JudgeReply.objects.update(asked_at=NOW - timedelta(days=1))
    assert score(says_yes).evaluations == 3
    assert JudgeReply.objects.count() == 5


def test_one_conversation_that_gets_no_answer_holds_up_no_other():
    publish(JUDGED)
    take(call("c-1"), call("c-2", price=True))

    def script(request: Any) -> Any:
        return ModelUnavailableError("down") if "How much" in request.messages[1].content else says_yes(request)

    tally = score(script)
    assert (tally.evaluations, tally.postponed) == (1, 1)


def reviewed(*rows: tuple[str, str, list[int]], **more: Any) -> None:
    for key, verdict, turns in rows:
        if not Conversation.objects.filter(key=key).exists():
            take(call(key))
        label({"conversation_id": key, "behaviour": "greets", "verdict": verdict, "turns": turns, "reviewed_at": NOW.isoformat(), **more})  # fmt: skip


def chosen(count: int = 8) -> list[tuple[str, str]]:
    return [(one.conversation.id, one.outcome.value) for one in CentreReviews().of(GREETS, "manners", count)]


def test_examples_are_the_oldest_answers_met_and_not_met_in_turn():
    publish(JUDGED)
    reviewed(
        ("a", "met", [0]),
        ("b", "met", [0]),
        ("c", "not_met", []),
        ("d", "met", []),
        ("e", "not_applicable", []),
        ("f", "met", [3]),
    )
    assert chosen() == [("a", "met"), ("c", "not_met"), ("b", "met"), ("f", "met")]
    assert chosen(2) == [("a", "met"), ("c", "not_met")]
    assert CentreReviews().of(GREETS, "other", 8) == ()


def test_audits_are_never_examples_nor_is_anything_else_about_their_conversations():
    publish(JUDGED)
    reviewed(("a", "met", [0]), ("b", "met", [0]))
    reviewed(("b", "not_met", []), ("c", "met", [0]), sampling_probability=0.1)
    assert chosen() == [("a", "met")]


def test_the_latest_answer_about_a_conversation_counts():
    publish(JUDGED)
    reviewed(("a", "met", [0]))
    reviewed(("a", "not_met", []), reviewer="Quinn")
    reviewed(("a", "met", [0]), reviewer="Eve", reviewed_at=(NOW - timedelta(days=1)).isoformat())
    assert chosen() == [("a", "not_met")]


def test_examples_are_shown_and_the_version_follows_them_but_not_what_comes_after():
    publish(JUDGED)
    before = service.engines(scorers(says_yes))[0].runner.scorer_versions["greets"]
    reviewed(("a", "met", [0]), ("b", "not_met", [0]), ("c", "met", [0]))
    asked: list[Any] = []
    take(call("z"))

    def script(request: Any) -> dict[str, Any]:
        asked.append(request)
        return says_yes(request)

    [engine] = service.engines(scorers(script))
    assert engine.runner.scorer_versions["greets"] != before
    service.score_pending(engine, now=NOW)
    assert all(request.messages[0].content.count("Reviewed by a person") == 2 for request in asked)
    reviewed(("d", "met", [0]))
    assert service.engines(scorers(script))[0].runner.scorer_versions == engine.runner.scorer_versions


@pytest.fixture
def rehearsal() -> tuple[dict[str, Scorer], Rehearsal]:
    """The scorers of a dry run."""
    counts = Rehearsal("m", KeptReplies(lambda: NOW), prices=Prices(1, 10))
    return {"phrases": PhraseScorer(), "judge": JudgeScorer("m", counts, reviews=CentreReviews())}, counts


def test_a_rehearsal_counts_and_stores_nothing(rehearsal: tuple[dict[str, Scorer], Rehearsal]):
    publish(JUDGED)
    take(call("c-1", greets=True), call("c-2"), call("c-3", price=True))
    told, counts = rehearsal
    seen: list[int] = []
    assert rehearse(told, Scope(), progress=seen.append) == 3
    assert (counts.plan.conversations, counts.plan.requests, counts.plan.cached) == (2, 2, 0)
    assert counts.plan.cost == pytest.approx((counts.plan.tokens_in + 10 * counts.plan.tokens_out) / 1e6)
    assert seen == [3]
    assert not JudgeReply.objects.exists()
    assert not Scoring.objects.exists()
    assert Evaluation.objects.filter(state=Evaluation.State.PENDING).count() == 3


def test_a_rehearsal_knows_what_is_scored_and_what_is_known(rehearsal: tuple[dict[str, Scorer], Rehearsal]):
    publish(JUDGED)
    take(call("c-1"), call("c-2", price=True))
    score(says_yes)
    told, counts = rehearsal
    assert rehearse(told, Scope(template="manners")) == 0
    assert rehearse(told, Scope(everything=True)) == 2
    assert (counts.plan.requests, counts.plan.cached) == (0, 2)
    assert Evaluation.objects.filter(state=Evaluation.State.DONE).count() == 2
