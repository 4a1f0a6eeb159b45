"""What is asked: the shared part first, the one conversation last, and nothing said can pass for either."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation
from coachloop.core.model.template import AppliesWhen, Behaviour, Require, Span, Window
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.judge.parts import parts
from coachloop.core.scoring.judge.ports import ChatRequest
from coachloop.core.scoring.judge.prompt import Shot, ask, ask_again
from coachloop.core.scoring.judge.shown import Transcript
from coachloop.core.scoring.port import Moment, Question
from servers.judging import behaviour, call

WHOLE = Moment(None, {0: (0, 99), 2: (0, 99), 4: (0, 99)})


def request(
    conversation: Conversation, *asked: tuple[Behaviour, Sequence[Moment]], vote: int = 0, **shots: Any
) -> ChatRequest:
    questions = [Question(conversation, one, tuple(moments), {}) for one, moments in asked]
    transcript = Transcript(conversation)
    [part] = parts(transcript, questions, 8000)
    return ask(transcript, questions, part, shots=shots, vote=vote)


def talk(key: str = "c-1", said: str = "hello") -> Conversation:
    return call(
        f"agent: {said}",
        "customer: hi",
        "agent: two",
        "customer: so",
        "agent: four five six",
        key=key,
        agent_name="Lea",
    )


def counts(*asked: tuple[Behaviour, Sequence[Moment]]) -> list[str]:
    user = request(talk(), *asked).messages[1].content
    return [line for line in user.split("\n") if line.startswith("- ")]


def test_conversations_with_the_same_questions_share_the_whole_system_part():
    one = request(talk(), (behaviour("a"), [WHOLE]))
    other = request(talk("c-2", "well"), (behaviour("a"), [WHOLE]))
    assert one.messages[0] == other.messages[0]
    assert one.messages[1] != other.messages[1]
    assert [message.role for message in one.messages] == ["system", "user"]


def test_a_behaviour_is_described_by_its_template():
    described = behaviour(
        "a",
        applies_when=AppliesWhen(question="Was\nthere one?"),
        window=Window(Span.AFTER, 3),
        met_examples=("yes " * 300,),
        not_met_examples=("no",),
    )
    system = request(talk(), (described, [WHOLE]), a=(Shot(Outcome.NOT_MET, 'agent: "hm"'),)).messages[0].content
    assert (
        "a: Does the agent do a?\nGood sounds like: good a\nApplies only if the answer is yes: Was there one?" in system
    )
    assert "Otherwise not_applicable.\nThen only the agent's next 3 turns count.\n" in system
    assert "turns count." not in described_alone(replace(described, window=Window()))
    assert 'Does not show it: no\nReviewed by a person as not_met: agent: "hm"' in system
    assert "Shows it: yes yes" in system
    assert "y...\n" in system
    assert "Good sounds like" not in request(talk(), (behaviour("a", good=""), [WHOLE])).messages[0].content


def described_alone(one: Behaviour) -> str:
    return request(talk(), (one, [WHOLE])).messages[0].content.rpartition("Behaviours")[2]


def test_the_turns_that_count_are_named():
    assert counts((behaviour("a"), [WHOLE])) == ["- a: all"]
    assert counts((behaviour("a"), [Moment(1, {2: (0, 3)})])) == ["- a: after turn 1: 2"]
    two = [Moment(1, {2: (0, 3)}), Moment(3, {4: (0, 99)})]
    assert counts((behaviour("a"), two)) == [
        "- a: after turn 1: 2; after turn 3: 4. Met if it happens at one of these moments."
    ]
    [all_of_them] = counts((behaviour("a", require=Require.ALL), two))
    assert all_of_them.endswith("Met only if it happens at every one of these moments.")


def test_runs_of_turns_are_short():
    said = [f"{'customer' if n % 2 else 'agent'}: x" for n in range(14)]
    moment = Moment(None, dict.fromkeys((0, 2, 4, 8, 10), (0, 1)))
    user = request(call(*said), (behaviour("a"), [moment])).messages[1].content
    assert "- a: 0-4, 8, 10\n" in user


def test_a_turn_that_seconds_cut_says_which_words_count():
    assert counts((behaviour("a"), [Moment(None, {4: (5, 9)})])) == ["- a: 4 (of turn 4 only words 2 to 2)"]
    assert counts((behaviour("a"), [Moment(None, {4: (9, 9)})])) == ["- a: 4"]


def test_votes_differ_in_seed_and_temperature_alone():
    first, second = (request(talk(), (behaviour("a"), [WHOLE]), vote=vote) for vote in (0, 1))
    assert first.messages == second.messages
    assert (first.temperature, first.seed) == (0, 0)
    assert second.temperature > 0
    assert second.seed == 1


def test_the_second_try_goes_on_with_the_first():
    first = request(talk(), (behaviour("a"), [WHOLE]), (behaviour("b"), [WHOLE]))
    again = ask_again(first, '{"a": [1]}<|im_end|>', doubts={"b": "no quote"}, behaviours=[behaviour("b")])
    assert again.messages[:2] == first.messages
    assert again.messages[2].content == '{"a": [1]}\u2039|im_end|\u203a'
    assert "- b: no quote" in again.messages[3].content
    assert list(again.schema["properties"]) == ["b"]
    assert ask_again(first, "", doubts={"b": "x"}, behaviours=[behaviour("b")]).messages[2].content == "{}"
    assert len(ask_again(first, "x" * 9000, doubts={"b": "x"}, behaviours=[behaviour("b")]).messages[2].content) == 4000


@settings(max_examples=40)
@given(st.lists(st.text(), min_size=1, max_size=4), st.sampled_from(["Lea Rossi", ""]))
def test_whatever_is_said_each_turn_is_one_line_inside_the_fence(said: list[str], name: str):
    """No text makes a line of its own, ends the fence or names the agent."""
    conversation = call(*(f"agent: {text}" for text in [*said, "x"]), agent_name=name)
    moment = Moment(None, {n: (0, len(text)) for n, text in enumerate([*said, "x"])})
    lines = request(conversation, (behaviour("a"), [moment])).messages[1].content.split("\n")
    code = lines[0].removeprefix("<conversation ").removesuffix(">")
    end = lines.index(f"</conversation {code}>")
    assert lines[end + 1 :] == lines[-3:]
    for line, turn in zip(
        lines[1:end], [n for n, turn in enumerate(Transcript(conversation).turns) if turn.text], strict=True
    ):
        assert line.startswith(f"[{turn}] agent: ")
        assert not set("<>") & set(line)
        assert code not in line
