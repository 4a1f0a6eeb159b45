"""Verdicts, reviews, roles, templates and receipts: what each refuses and what each says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Receipt, Refusal
from coachloop.core.model.review import PRECEDENCE, ReviewKind
from coachloop.core.model.template import Template
from coachloop.core.model.verdict import Outcome, Quote, Verdict

CALL = Conversation("c", (Turn(Speaker.CUSTOMER, "How much?"), Turn(Speaker.AGENT, "Let me see first.")))


def test_a_quote_is_in_a_conversation_word_for_word_at_its_place():
    assert Quote(1, 4, 6, "me").is_in(CALL)
    assert Quote(0, 0, 9, "How much?").is_in(CALL)


@pytest.mark.parametrize(
    "quote",
    [
        Quote(1, 4, 6, "Me"), Quote(1, 3, 5, "me"), Quote(0, 4, 6, "me"), Quote(2, 0, 2, "Le"), Quote(-1, 4, 6, "me"),
        Quote(1, -13, -11, "me"), Quote(1, 6, 4, ""), Quote(1, 4, 4, ""), Quote(1, 12, 40, "first. and more"),
    ],
)  # fmt: skip
def test_anything_else_is_no_evidence(quote):
    assert not quote.is_in(CALL)


@given(turn=st.integers(0, 1), start=st.integers(0, 20), size=st.integers(1, 20))
def test_whatever_is_cut_out_of_a_turn_is_in_it(turn, start, size):
    text = CALL.turns[turn].text[start : start + size]
    assert Quote(turn, start, start + len(text), text).is_in(CALL) == bool(text)


@pytest.mark.parametrize("probability", [None, 0, 0.5, 1])
def test_a_probability_lies_between_nothing_and_certainty(probability):
    assert Verdict("b", Outcome.MET, probability=probability).probability == probability


@pytest.mark.parametrize("probability", [-0.1, 1.2, float("nan")])
def test_another_probability_is_refused(probability):
    with pytest.raises(ValueError, match=r"probability must be in \[0, 1\], got"):
        Verdict("b", Outcome.MET, probability=probability)


def test_the_most_considered_answer_comes_first():
    """Dispute, calibration, adjudication, then labels and audits alike."""
    assert sorted(PRECEDENCE, key=lambda kind: PRECEDENCE[kind])[:3] == [
        ReviewKind.DISPUTE,
        ReviewKind.CALIBRATION,
        ReviewKind.ADJUDICATION,
    ]
    assert PRECEDENCE[ReviewKind.LABEL] == PRECEDENCE[ReviewKind.AUDIT] == max(PRECEDENCE.values())
    assert set(PRECEDENCE) == set(ReviewKind)


def test_the_roles_are_those_of_the_product():
    assert {role.value for role in Role} == {"agent", "team_leader", "evaluator", "qa_lead", "operations", "admin"}


def test_a_template_fits_conversations_of_its_kind():
    """Every field that it names must have one of its values; without any it fits all."""
    voice = Template("t", "T", (), {"channel": ("voice",), "queue": ("a", "b")})
    assert voice.fits(channel="voice", queue="b", language="en")
    assert not voice.fits(channel="voice", queue="c")
    assert not voice.fits(channel="voice", queue=None)
    assert not voice.fits(channel="voice")
    assert Template("t", "T", ()).fits(channel=None)


def test_a_coaching_conversation_is_for_templates_that_name_its_channel():
    assert not Template("t", "T", ()).fits(channel="coaching")
    assert Template("t", "T", (), {"channel": ("coaching",)}).fits(channel="coaching")


def test_a_receipt_counts_and_lists():
    receipt = Receipt(received=3, accepted=1, duplicates=1)
    receipt.refuse("calls.jsonl", 7, "not JSON")
    receipt.note("without an agent")
    receipt.note("without an agent", 2)
    assert receipt.refused == [Refusal("calls.jsonl", 7, "not JSON")]
    assert receipt.as_json() == {
        "received": 3,
        "accepted": 1,
        "duplicates": 1,
        "refused": [{"file": "calls.jsonl", "line": 7, "reason": "not JSON"}],
        "notes": {"without an agent": 3},
    }
