from datetime import date, timedelta

import pytest

from builders import MANNERS, NOW, call, calls, publish, score, take
from coachloop.app.models import (
    Attempt,
    AuditEntry,
    Behaviour,
    DirtyDay,
    Evaluation,
    LearnedModel,
    Scoring,
    Verdict,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import scoring as service
from coachloop.core.model.verdict import Outcome, Quote
from coachloop.core.scoring.phrases import PhraseScorer
from coachloop.core.scoring.port import Finding, Scorer, ScorerUnavailableError

pytestmark = pytest.mark.usefixtures("site")


class Told(Scorer):
    """Answers what it is told to; an exception is raised."""

    name, version = "learned", "1"

    def __init__(self, answer):
        self.answer = answer

    def score(self, questions):
        if isinstance(self.answer, Exception):
            raise self.answer
        return [self.answer() if callable(self.answer) else self.answer for _ in questions]


def run(answer=None, **more):
    """Score what waits with phrases and, where an answer is given, a learned scorer."""
    scorers = {"phrases": PhraseScorer()} | ({"learned": Told(answer)} if answer else {})
    [engine] = service.engines(scorers)
    return service.score_pending(engine, now=NOW, **more)


def outcomes(key="c-1"):
    rows = Verdict.objects.filter(attempt__current_for__conversation__key=key).order_by("behaviour__position")
    return [(v.behaviour.key, v.outcome) for v in rows]


def test_every_behaviour_gets_a_verdict_with_its_proof():
    """Met with its quote, missed with its moment, not applicable without one, unscored with the reason."""
    publish()
    take(call("c-1", greets=True, price=False), call("c-2"))
    tally = run()
    assert outcomes() == [("greets", "met"), ("value_first", "not_met"), ("warmth", "unscored")]
    assert outcomes("c-2") == [("greets", "not_met"), ("value_first", "not_applicable"), ("warmth", "unscored")]
    met, missed, open_ = Verdict.objects.filter(attempt__evaluation__conversation__key="c-1").order_by(
        "behaviour__position"
    )
    assert met.evidence == [{"turn": 0, "start": 0, "end": 13, "quote": "Good morning!", "at": 0.0}]
    assert met.decided_by == "phrases"
    assert (missed.missed["turn"], missed.missed["at"], missed.evidence) == (2, 4.0, [])
    assert open_.reason
    assert (tally.evaluations, tally.postponed, tally.dropped_quotes) == (2, 0, 0)
    assert tally.outcomes == {"met": 1, "not_met": 2, "not_applicable": 1, "unscored": 2}
    assert tally.decided["phrases"] == 3


def test_twice_is_once():
    publish()
    take(*calls("lea", 2, 5))
    assert run().evaluations == 5
    assert run().evaluations == 0
    assert Attempt.objects.count() == 5
    score()
    assert Attempt.objects.count() == 5


def test_who_scored_is_written_down():
    """The template version and the resolved cascade; the same again is the same row."""
    version = publish()
    take(call("c-1"))
    run()
    row = Scoring.objects.get()
    assert row.version == version
    assert row.scorers["greets"].startswith("phrases@")
    assert row.scorers["warmth"] == "none"
    assert service.scoring_of(version.pk, dict(reversed(row.scorers.items()))) == row
    assert service.scoring_of(version.pk, {**row.scorers, "warmth": "learned@1"}) != row


def test_an_unavailable_scorer_leaves_the_call_waiting():
    """Nothing is stored, nothing is lost: the next run scores it."""
    publish()
    take(call("c-1"))
    tally = run(ScorerUnavailableError())
    assert (tally.evaluations, tally.postponed) == (0, 1)
    assert not Attempt.objects.exists()
    assert Evaluation.objects.get().state == "pending"
    assert run(Finding(Outcome.MET, probability=0.9)).evaluations == 1
    assert dict(outcomes())["warmth"] == "met"


def test_a_crash_is_stored_as_unscored_with_its_reason():
    publish()
    take(call("c-1"))
    run(ValueError("boom"))
    row = Verdict.objects.get(behaviour__key="warmth")
    assert row.outcome == "unscored"
    assert "boom" in row.reason


def test_a_quote_that_nobody_said_is_dropped_and_counted():
    publish()
    take(call("c-1"))
    tally = run(Finding(Outcome.MET, evidence=(Quote(0, 0, 9, "I love you"),)))
    assert tally.dropped_quotes == 1
    assert Verdict.objects.get(behaviour__key="warmth").outcome == "unscored"


def test_words_that_are_replaced_while_being_scored_are_scored_anew():
    """The verdicts of the older words are not stored as if they were about the newer."""
    publish()
    take(call("c-1"))

    def meanwhile():
        take(call("c-1", greets=True), replace=True)
        return Finding(None, "pass")

    assert run(meanwhile).evaluations == 0
    assert not Attempt.objects.exists()
    run()
    assert dict(outcomes())["greets"] == "met"


def test_what_another_worker_scored_meanwhile_is_left_alone():
    publish()
    take(call("c-1"))

    def meanwhile():
        if not Attempt.objects.exists():
            run()
        return Finding(None, "pass")

    assert run(meanwhile).evaluations == 0
    assert Attempt.objects.count() == 1


def test_what_a_newer_version_overtook_waits_for_it():
    publish()
    take(call("c-1"))
    [old] = service.engines({"phrases": PhraseScorer()})
    publish(MANNERS.replace("title: Manners", "title: Good manners"))
    assert service.score_pending(old, now=NOW).postponed == 1
    assert not Attempt.objects.exists()
    assert run().evaluations == 1


def test_what_a_newer_model_overtook_waits_for_it():
    """Even one whose training began, and which is dated, before the scoring did."""
    publish()
    take(call("c-1"))
    [old] = service.engines({"phrases": PhraseScorer()})
    before = NOW - timedelta(minutes=1)
    model = {"number": 1, "trained_at": before, "published_at": before, "labels": 50, "threshold": 0.5}
    LearnedModel.objects.create(behaviour=Behaviour.objects.get(key="greets"), **model)
    assert service.score_pending(old, now=NOW).postponed == 1
    assert Evaluation.objects.get().state == "pending"
    assert run().evaluations == 1


def test_a_new_cascade_puts_down_what_the_old_one_scored():
    publish()
    take(*calls("lea", 1, 3))
    run()
    [engine] = service.engines({"phrases": PhraseScorer(), "learned": Told(Finding(Outcome.MET))})
    assert not service.pending(engine).exists()
    service.put_down_outdated(engine)
    assert service.score_pending(engine, now=NOW).evaluations == 3
    service.put_down_outdated(engine)
    assert not service.pending(engine).exists()
    service.put_down_outdated(engine, everything=True)
    assert service.pending(engine).count() == 3


def test_only_since_a_day_and_only_one_template():
    publish()
    publish(MANNERS.replace("key: manners", "key: other"))
    take(call("old", at=NOW - timedelta(10)), call("new"))
    engines = service.engines({"phrases": PhraseScorer()})
    assert [engine.template.core.key for engine in engines] == ["manners", "other"]
    [other] = service.engines({"phrases": PhraseScorer()}, template="other")
    done = []
    service.score_pending(other, now=NOW, since=date(2026, 5, 5), progress=done.append)
    assert done == [1]
    rows = Evaluation.objects.filter(state="done").values_list("conversation__key", "template__key")
    assert list(rows) == [("new", "other")]


def test_what_waits_is_handed_out_once_until_the_word_is_lost(monkeypatch):
    """Blocks go to the queue once; after the time in which a word gets lost, again."""
    monkeypatch.setattr(service, "BLOCK", 2)
    publish()
    take(*calls("lea", 0, 5))
    [engine] = service.engines({"phrases": PhraseScorer()})
    lost = timedelta(seconds=90)
    blocks = service.take_pending(engine, now=NOW, lost_after=lost)
    assert [len(block) for block in blocks] == [2, 2, 1]
    assert service.take_pending(engine, now=NOW + lost, lost_after=lost) == []
    service.score_block(engine, blocks[0], now=NOW)
    later = NOW + lost + timedelta(seconds=1)
    assert service.take_pending(engine, now=later, lost_after=lost) == [blocks[1], (*blocks[2],)]


def test_a_block_of_nothing_is_nothing():
    """Ids that are scored or gone do no harm."""
    publish()
    take(call("c-1"))
    run()
    [engine] = service.engines({"phrases": PhraseScorer()})
    tally = service.score_block(engine, [Evaluation.objects.get().pk, 10**9], now=NOW)
    assert (tally.evaluations, tally.postponed) == (0, 0)


def test_blocks_are_all_or_none(monkeypatch):
    """Power that fails in the middle of a block leaves nothing of it."""
    publish()
    take(*calls("lea", 0, 3))
    monkeypatch.setattr(service, "mark_dirty", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run()
    assert not Attempt.objects.exists()
    assert not Verdict.objects.exists()
    assert set(Evaluation.objects.values_list("state", "attempt")) == {("pending", None)}


def test_counts_that_no_longer_match_are_marked():
    """Calls without an agent or a day have none."""
    publish()
    take(call("c-1"), call("c-2", agent=None, team=None), call("c-3", at=None))
    run()
    assert list(DirtyDay.objects.values_list("agent__key", "day")) == [("lea", (NOW - timedelta(3)).date())]


def test_one_audit_row_a_command():
    publish()
    take(call("c-1"))
    service.record_scoring(OPERATOR, run(), now=NOW)
    assert AuditEntry.objects.get(action="score").detail == {
        "evaluations": 1, "not_met": 1, "not_applicable": 1, "unscored": 1,
    }  # fmt: skip
