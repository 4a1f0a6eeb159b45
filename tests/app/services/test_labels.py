from datetime import UTC, datetime

import pytest

from builders import MANNERS, NOW, call, label, lines, publish, reasons, score, take
from coachloop.app.models import AgentDay, AuditEntry, Review
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.labels import add_labels
from coachloop.core.model.receipt import Refusal

ANSWER = {"conversation_id": "c-1", "behaviour": "greets", "verdict": "met"}


@pytest.fixture(autouse=True)
def scored(site):
    """One call that the machine has judged."""
    publish()
    take(call("c-1"))
    score()
    return site


def counts(receipt):
    return receipt.received, receipt.accepted, receipt.duplicates, len(receipt.refused)


def test_an_answer_is_stored_with_who_gave_it_and_when():
    """Without a zone it is the site's; without a date it is now."""
    receipt = label(
        {**ANSWER, "reviewer": "Eve", "reviewed_at": "2026-05-05T10:00:00", "turns": [0]},
        {**ANSWER, "behaviour": "warmth", "verdict": "not_met"},
    )
    assert counts(receipt) == (2, 2, 0, 0)
    row, other = Review.objects.order_by("id")
    assert (row.kind, row.rank, row.outcome, row.reviewer_name, row.turns) == ("label", 3, "met", "Eve", [0])
    assert row.reviewed_at == datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
    assert (other.reviewed_at, other.turns) == (NOW, [])


def test_with_its_sampling_probability_an_answer_is_an_audit():
    label({**ANSWER, "sampling_probability": 0.05})
    row = Review.objects.get()
    assert (row.kind, row.sampling_probability) == ("audit", 0.05)


def test_twice_is_once():
    """In one file or in two, with the template named or not; another reviewer's answer is another answer."""
    assert counts(label(ANSWER, ANSWER)) == (2, 1, 1, 0)
    assert counts(label(ANSWER, {**ANSWER, "template": "manners"}, {**ANSWER, "reviewer": "Eve"})) == (3, 1, 2, 0)
    assert Review.objects.count() == 2


def test_the_counts_follow():
    assert AgentDay.objects.get(behaviour__key="greets").met == 0
    label(ANSWER)
    cell = AgentDay.objects.get(behaviour__key="greets")
    assert (cell.met, cell.not_met) == (1, 0)


def test_what_only_people_answer_counts_as_well():
    publish("""
key: by-ear
title: By ear
behaviours:
  - {key: smiles, title: Smiles, question: Could you hear a smile?, score_with: [{human: {}}]}
""")
    take(call("c-2"))
    score()
    cell = AgentDay.objects.get(behaviour__key="smiles")
    assert (cell.met, cell.unscored) == (0, 2)
    label({"conversation_id": "c-2", "behaviour": "smiles", "verdict": "met"})
    cell = AgentDay.objects.get(behaviour__key="smiles")
    assert (cell.met, cell.unscored) == (1, 1)


def test_an_answer_about_what_is_not_there_is_refused():
    publish(MANNERS.replace("key: manners", "key: other"))
    receipt = label(
        {**ANSWER, "conversation_id": "c-9", "template": "manners"},
        {**ANSWER, "behaviour": "smiles"},
        {**ANSWER, "template": "nothing"},
        ANSWER,
        {**ANSWER, "template": "manners", "turns": [4]},
        {**ANSWER, "template": "manners", "reviewed_at": "soon"},
        {**ANSWER, "template": "manners", "reviewed_at": "0001-01-01"},
        {**ANSWER, "template": "manners", "verdict": "yes"},
        b"[]",
        {**ANSWER, "template": "manners", "turns": [3]},
    )
    assert counts(receipt) == (10, 1, 0, 9)
    said = {r.line: r.reason for r in receipt.refused}
    assert said[1] == "no conversation 'c-9'; ingest it first"
    assert said[2] == "no behaviour 'smiles'"
    assert said[3] == "no behaviour 'greets' in template 'nothing'"
    assert said[4] == "behaviour 'greets' is in several templates (manners, other); name one"
    assert said[5] == "turns: 4 is beyond the last turn, 3"
    assert said[6] == "reviewed_at: Invalid isoformat string: 'soon'"
    assert said[7] == "reviewed_at: year must be in [1900, 2200], got 1"
    assert said[8].startswith("verdict: should be 'met'")
    assert said[9] == "expected a JSON object, got list"


def test_what_the_reader_refused_stays_refused():
    receipt = add_labels([Refusal("l.csv", 3, "not CSV"), *lines(ANSWER)], viewer=OPERATOR, now=NOW)
    assert counts(receipt) == (2, 1, 0, 1)
    assert list(reasons(receipt)) == ["not CSV"]


def test_a_call_known_by_nothing_but_its_id_can_be_labelled():
    """Without an agent or a day there are no counts to follow."""
    take(call("c-2", agent=None, team=None, at=None))
    assert counts(label({**ANSWER, "conversation_id": "c-2"})) == (1, 1, 0, 0)


def test_one_audit_row_a_command():
    label(ANSWER, ANSWER)
    assert AuditEntry.objects.get(action="labels.add").detail == {"accepted": 1}
