from datetime import UTC, date

import numpy as np
import pytest

from builders import MANNERS, NOW, call, coached, lines, publish, reasons, score, scores, take
from coachloop.app.models import (
    Agent,
    AgentDay,
    Attempt,
    AuditEntry,
    Behaviour,
    Conversation,
    Evaluation,
    Session,
    Template,
    Verdict,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import imports as service
from coachloop.core.model.receipt import Refusal
from coachloop.core.model.scores import scores as checked_scores

pytestmark = pytest.mark.usefixtures("site")

ROW = {"call_id": "c-1", "agent_id": "lea", "team": "north", "started_at": "2026-05-04T09:00:00", "queue": "sales",
       "behaviour": "greets_politely", "verdict": "met"}  # fmt: skip


def counts(receipt):
    return receipt.received, receipt.accepted, receipt.duplicates, len(receipt.refused)


def test_scores_make_a_template_of_their_own():
    """Their call, agent, team and day are known from then on; the verdict is the other tool's."""
    row = {**ROW, "score_id": "s-7", "evidence_text": "Good morning", "evidence_start": "3.5"}
    assert counts(scores(row, {**ROW, "behaviour": "closes", "verdict": "na"})) == (2, 2, 0, 0)
    template = Template.objects.get()
    assert (template.key, template.current.number) == ("imported", 1)
    assert list(template.behaviours.order_by("key").values_list("key", "title", "target")) == [
        ("closes", "Closes", None), ("greets_politely", "Greets politely", None),
    ]  # fmt: skip
    verdict = Verdict.objects.get(behaviour__key="greets_politely")
    assert (verdict.outcome, verdict.decided_by, verdict.reason) == ("met", "imported", "score s-7 of another tool")
    assert verdict.evidence == [{"turn": None, "start": None, "end": None, "quote": "Good morning", "at": 3.5}]
    assert Verdict.objects.get(behaviour__key="closes").outcome == "not_applicable"
    conversation = Conversation.objects.get()
    assert (conversation.agent.team.key, conversation.day, conversation.queue) == ("north", date(2026, 5, 4), "sales")
    assert Evaluation.objects.get().state == "done"
    cell = AgentDay.objects.get(behaviour__key="greets_politely")
    assert (cell.met, cell.not_met, cell.not_applicable) == (1, 0, 0)


def test_twice_is_once_and_another_verdict_is_refused():
    scores(ROW)
    receipt = scores(ROW, {**ROW, "verdict": "not_met"}, {**ROW, "verdict": "na"})
    assert counts(receipt) == (3, 0, 1, 2)
    assert list(reasons(receipt)) == ["'c-1' x 'greets_politely' is stored as 'met'"] * 2
    assert Verdict.objects.count() == 1


def test_the_same_row_twice_in_one_file():
    na = {**ROW, "behaviour": "closes", "verdict": "na"}
    assert counts(scores(ROW, ROW, {**ROW, "verdict": "not_met"}, na)) == (4, 2, 1, 1)
    assert counts(scores(na)) == (1, 0, 1, 0)


def test_behaviours_that_come_later_join_the_template(monkeypatch):
    """Over batches, files and runs; what was there keeps its place and its verdicts."""
    monkeypatch.setattr(service, "BATCH", 2)
    scores(*({**ROW, "call_id": f"c-{n}", "behaviour": f"b_{n % 3}"} for n in range(7)))
    assert list(Behaviour.objects.order_by("position").values_list("key", flat=True)) == ["b_0", "b_1", "b_2"]
    assert counts(scores({**ROW, "call_id": "c-0", "behaviour": "b_9"})) == (1, 1, 0, 0)
    assert Verdict.objects.filter(attempt__current_for__conversation__key="c-0").count() == 2
    assert Template.objects.get().current.number == 3
    assert not Behaviour.objects.filter(retired=True).exists()


def test_scores_may_join_a_template_of_ours():
    """They stand until the words are scored; then the newer verdicts do."""
    publish()
    take(call("c-1", greets=True))
    receipt = scores({**ROW, "behaviour": "greets", "template": "manners", "verdict": "not_met"})
    assert counts(receipt) == (1, 1, 0, 0)
    evaluation = Evaluation.objects.get()
    assert evaluation.state == "pending"
    assert evaluation.attempt.verdicts.get().outcome == "not_met"
    score()
    evaluation.refresh_from_db()
    assert evaluation.attempt.verdicts.get(behaviour__key="greets").outcome == "met"
    assert counts(scores({**ROW, "behaviour": "greets", "template": "manners", "verdict": "not_met"})) == (1, 0, 1, 0)


def test_scores_of_a_call_that_is_scored_already_do_not_replace_what_stands():
    publish()
    take(call("c-1", greets=True))
    score()
    scores({**ROW, "behaviour": "greets", "template": "manners", "verdict": "not_met"})
    assert Evaluation.objects.get().attempt.revision == 1
    assert Attempt.objects.count() == 2


def test_a_transcript_that_comes_later_is_the_same_call():
    """Its words are its first revision; what was imported stays under its own template."""
    publish()
    scores(ROW)
    assert take(call("c-1")).accepted == 1
    score()
    assert Conversation.objects.get().revision == 1
    assert sorted(Evaluation.objects.values_list("template__key", flat=True)) == ["imported", "manners"]


def test_wrong_rows_are_refused_and_the_rest_goes_on():
    publish(MANNERS.replace("key: manners", "key: ours"))
    good = {**ROW, "call_id": "c-9"}
    receipt = scores(
        {**ROW, "verdict": "yes"},
        {**ROW, "started_at": "04.05.2026"},
        {**ROW, "started_at": "9999-12-31T23:00:00-05:00"},
        {**ROW, "template": "nothing"},
        {**ROW, "template": "ours"},
        {**ROW, "behaviour": "Greets, politely & warmly"},
        {**ROW, "behaviour": "x" * 200},
        b"{",
        good,
    )
    assert counts(receipt) == (9, 1, 0, 8)
    said = {r.line: r.reason for r in receipt.refused}
    assert said[4] == "no behaviour 'greets_politely' in template 'nothing'"
    assert "such as 'greets_politely_warmly', got 'Greets, politely & warmly'" in said[6]
    assert "a key is up to 80 lower-case letters" in said[7]
    assert [row.key for row in Conversation.objects.all()] == ["c-9"]


def test_what_the_reader_refused_stays_refused():
    rows = checked_scores([Refusal("s.csv", 3, "not CSV"), *lines(ROW)], UTC)
    receipt = service.import_scores(rows, viewer=OPERATOR, now=NOW)
    assert (counts(receipt), list(reasons(receipt))) == ((2, 1, 0, 1), ["not CSV"])
    receipt = service.import_coaching([Refusal("s.csv", 3, "not CSV")], viewer=OPERATOR, now=NOW)
    assert (counts(receipt), list(reasons(receipt))) == ((1, 0, 0, 1), ["not CSV"])


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("true", True), ("12.5", 12.5), ("won", "won"), (3, 3), ("NaN", "NaN"), ("-Infinity", "-Infinity"),
        ("1e999", "1e999"), ("[" * 2000, "[" * 2000), ('{"a": 1}', {"a": 1}), ("9" * 5000, "9" * 5000),
    ],
)  # fmt: skip
def test_outcomes_are_read_from_their_columns(cell, stored):
    """A number where it is one; what JSON can't hold stays the text it was."""
    assert counts(scores({**ROW, "outcome_sold": cell})) == (1, 1, 0, 0)
    assert Conversation.objects.get().outcome == {"sold": stored}


def test_calls_without_agent_team_or_day():
    bare = {"call_id": "c-1", "behaviour": "greets", "verdict": "met"}
    assert counts(scores(bare, {**bare, "call_id": "c-2", "agent_id": "lea"})) == (2, 2, 0, 0)
    assert not AgentDay.objects.exists()
    assert Agent.objects.get().team is None


def test_nothing_to_import():
    assert counts(scores()) == (0, 0, 0, 0)
    assert not Template.objects.exists()


@pytest.mark.parametrize("seed", range(2))
def test_broken_off_anywhere_and_started_again_is_the_same_as_once(monkeypatch, seed):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(service, "BATCH", 4)
    rows = [{**ROW, "call_id": f"c-{n // 3}", "behaviour": f"b_{n % 3}"} for n in range(30)]
    whole = service._store
    for stop_at in rng.integers(1, 7, 5):
        seen = [0]

        def store(*args, stop_at=stop_at, seen=seen):
            whole(*args)
            seen[0] += 1
            if seen[0] == stop_at:
                raise KeyboardInterrupt

        monkeypatch.setattr(service, "_store", store)
        with pytest.raises(KeyboardInterrupt):
            scores(*rows)
    monkeypatch.setattr(service, "_store", whole)
    receipt = scores(*rows)
    assert receipt.accepted + receipt.duplicates == 30
    assert Verdict.objects.count() == 30
    assert Attempt.objects.count() == Evaluation.objects.count() == Conversation.objects.count() == 10
    assert sum(AgentDay.objects.values_list("met", flat=True)) == 30


PAST = {"agent_id": "lea", "behaviour": "greets_politely", "held_on": "2026-03-02"}


def test_coaching_of_before_is_kept_for_its_effect():
    """It carries no agreement of ours, so that it never counts as held here."""
    scores(ROW)
    receipt = coached(
        {**PAST, "leader": "Ada", "action": "Greet", "review_on": "2026-03-20"}, {**PAST, "held_on": "2026-04-01"}
    )
    assert counts(receipt) == (2, 2, 0, 0)
    row = Session.objects.get(held_on="2026-03-02")
    assert (row.status, row.kind, row.leader_name, row.action, row.focus) == (
        "imported",
        "performance",
        "Ada",
        "Greet",
        None,
    )
    assert row.review_on == date(2026, 3, 20)
    assert counts(coached(PAST)) == (1, 0, 1, 0)


def test_coaching_of_somebody_or_something_unknown_is_refused():
    scores(ROW)
    receipt = coached(
        {**PAST, "agent_id": "nobody"}, {**PAST, "behaviour": "smiles"}, {**PAST, "held_on": "02.03.2026"},
        {**PAST, "review_on": "later"}, {**PAST, "kind": "chat"}, PAST,
    )  # fmt: skip
    assert counts(receipt) == (6, 1, 0, 5)
    said = list(reasons(receipt))
    assert said[0] == "no agent 'nobody'; import their scores or calls first"
    assert said[1] == "no behaviour 'smiles'"
    assert "02.03.2026" in said[2]


def test_one_audit_row_a_command():
    scores(ROW)
    coached(PAST)
    assert AuditEntry.objects.get(action="scores.import").detail == {"accepted": 1}
    assert AuditEntry.objects.get(action="coaching.import").detail == {"accepted": 1}
