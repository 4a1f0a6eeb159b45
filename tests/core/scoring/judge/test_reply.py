"""What is read from a reply, and from whatever comes instead."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.template import AppliesWhen
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.reply import Answer, read_reply, schema
from servers.judging import behaviour
from servers.scripted import answer

GREETS = behaviour("greets")
HANDLES = behaviour("handles", applies_when=AppliesWhen(question="Was there an objection?"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["quotes", "quote", "turn", "outcome"]), inner)
    ),
    max_leaves=8,
)


def read(**said: Any) -> dict[str, Answer]:
    return read_reply(json.dumps(said), [GREETS, HANDLES])


def test_the_form_puts_the_quote_first_and_allows_nothing_else():
    form = schema([GREETS, HANDLES])
    assert form["required"] == ["greets", "handles"]
    kinds = form["$defs"]
    assert list(kinds["answer"]["properties"]) == [
        "quotes",
        "reason",
        "outcome",
        "probability",
        "missed_turn",
        "better",
    ]
    assert "not_applicable" in kinds["answer_if_it_applies"]["properties"]["outcome"]["enum"]
    assert "not_applicable" not in kinds["answer"]["properties"]["outcome"]["enum"]
    assert not form["additionalProperties"]
    assert not kinds["answer"]["additionalProperties"]


def test_a_whole_answer():
    assert read(greets=answer("met", ("Hi", 3), reason="says\nhi"))["greets"] == Answer(
        Outcome.MET, (("Hi", 3),), "says hi", 0.9
    )
    assert read(greets=answer("not_met", missed_turn=4, better="Hello!"))["greets"] == Answer(
        Outcome.NOT_MET, (), "as scripted", 0.1, 4, "Hello!"
    )


def test_cannot_tell_and_what_does_not_apply():
    found = read(greets=answer("not_applicable"), handles=answer("not_applicable"))
    assert found["greets"].outcome is None
    assert found["handles"].outcome is Outcome.NOT_APPLICABLE
    assert read(greets=answer("cannot_tell"))["greets"].outcome is None


def test_what_does_not_fit_is_left_out_or_left_empty():
    assert read(greets=answer("great"), handles=["met"]) == {}
    assert read(greets={"outcome": "met"})["greets"] == Answer(Outcome.MET)
    odd = answer(
        "met",
        quotes=[{"quote": " ", "turn": 1}, {"quote": 3}, "x", {"quote": "a", "turn": True}],
        reason=4,
        better=["x"],
    )
    assert read(greets=odd)["greets"].quotes == (("a", -1),)
    assert read(greets=answer("met", quotes="Hi"))["greets"].quotes == ()
    assert read(greets=answer("met", ("a", 10**9)))["greets"].quotes == (("a", -1),)


@pytest.mark.parametrize(
    ("outcome", "given", "kept"),
    [("met", 0.7, 0.7), ("met", 0.2, None), ("not_met", 0.9, None), ("not_met", 0, 0.0), ("met", 90, None), ("met", True, None),
     ("met", "0.9", None), ("cannot_tell", 0.5, None)],
)  # fmt: skip
def test_a_probability_goes_with_its_outcome(outcome: str, given: object, kept: float | None):
    assert read(greets=answer(outcome, probability=given))["greets"].probability == kept


def test_long_sentences_are_cut_at_a_word():
    better = read(greets=answer("not_met", better="word " * 100))["greets"].better
    assert len(better) <= 300
    assert better.endswith("word...")


def test_thoughts_and_a_fence_are_no_part_of_the_reply():
    whole = json.dumps({"greets": answer("met", ("Hi", 0))})
    for text in (whole, f"```json\n{whole}\n```", f"<think>{{}} hm</think>\n{whole}", f" {whole} "):
        assert read_reply(text, [GREETS])["greets"].outcome is Outcome.MET


@pytest.mark.parametrize(
    "text",
    ['The customer said {"greets": {"outcome": "met"}}', '{"greets": {"outcome": "met"}} trailing', "[]", "", "null", "[" * 100_000,
     '{"greets": {"outcome": "met"}, "greets": {"outcome": "met"}}', '{"greets": ' + "9" * 5000 + "}",
     '{"greets": {"outcome": "met", "outcome": "not_met"}}'],
)  # fmt: skip
def test_a_verdict_in_other_text_or_given_twice_is_none(text: str):
    assert read_reply(text, [GREETS]) == {}


@settings(max_examples=40)
@given(st.text() | JSON.map(json.dumps) | st.dictionaries(st.sampled_from(["greets", "handles"]), JSON).map(json.dumps))
def test_no_text_breaks_the_reader(text: str):
    """Whatever comes, it is read or left out."""
    found = read_reply(text, [GREETS, HANDLES])
    assert set(found) <= {"greets", "handles"}


@settings(max_examples=40)
@given(
    st.fixed_dictionaries({"outcome": st.sampled_from(["met", "not_met", "cannot_tell"])}, optional={
        "quotes": JSON, "reason": JSON, "probability": JSON, "missed_turn": JSON, "better": JSON})
)  # fmt: skip
def test_odd_fields_never_break_an_answer(said: dict[str, Any]):
    found = read(greets=said)["greets"]
    assert found.probability is None or 0 <= found.probability <= 1
    assert len(found.better) <= 300
