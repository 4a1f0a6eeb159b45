"""A model may write the questions; whatever it replies, only plain questions come of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.asking import WANTED, ask
from coachloop.core.coaching.questions import LONGEST, Moment
from coachloop.core.scoring.judge.ports import ChatReply

MOMENT = Moment(
    "States the purpose", "Did the agent say why they call?", "People relax.", "TRIGGER Ms Berg", "SAID Lea"
)
GOOD = ["What does it mean to you?", "Why may it matter?", "What would you say?"]


def answered(text, moment=MOMENT):
    talk = ask(moment)
    request = next(talk)
    with pytest.raises(StopIteration) as end:
        talk.send(ChatReply(text, 1, 1))
    return request, end.value.value


def test_three_questions_come_back():
    assert answered(json.dumps({"questions": [*GOOD, "And a fourth?"]}))[1] == tuple(GOOD)


def test_the_model_reads_the_behaviour_and_nothing_anybody_said():
    request, _ = answered("{}")
    shown = " ".join(message.content for message in request.messages)
    assert "Did the agent say why they call?" in shown
    assert "TRIGGER" not in shown
    assert "SAID" not in shown


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "{}", '{"questions": "Why?"}', '{"questions": [1, null, "Do it."]}', "[" * 100_000,
     json.dumps({"questions": GOOD[:2]}), json.dumps({"questions": [GOOD[0]] * 3})],
)  # fmt: skip
def test_what_is_not_usable_is_none_at_all(text):
    assert answered(text)[1] == ()


@given(st.one_of(st.text(), st.lists(st.text()).map(lambda texts: json.dumps({"questions": [f"{t}?" for t in texts]}))))
def test_hostile_replies_end_in_plain_questions_or_nothing(text):
    found = answered(text)[1]
    assert len(found) in {0, WANTED}
    assert all(line.endswith("?") and len(line) <= LONGEST and line.isprintable() for line in found)
