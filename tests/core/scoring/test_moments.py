from dataclasses import replace

import pytest

from coachloop.core.model.conversation import Conversation, Speaker, Turn, Word
from coachloop.core.model.template import AppliesWhen, Behaviour, Require, Span, Window
from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.moments import NO_ANSWER, NO_TIMES, NO_TRIGGER, SILENT, WHO, NoMoment, moments
from coachloop.core.scoring.port import Moment

SPEAKERS = {"a": Speaker.AGENT, "c": Speaker.CUSTOMER, "o": Speaker.OTHER}


def talk(*said: str, seconds: float | None = 10) -> Conversation:
    """Turns such as `a: hello`, one after the other; each takes `seconds`, None leaves times out."""
    turns = []
    for index, line in enumerate(said):
        who, text = line.split(": ", 1)
        times = (None, None) if seconds is None else (index * seconds, (index + 1) * seconds)
        turns.append(Turn(SPEAKERS[who], text, *times))
    return Conversation("c", tuple(turns))


def behaviour(span: Span = Span.ANYWHERE, size: float = 0, **fields: object) -> Behaviour:
    return Behaviour("b", "B", "Q?", window=Window(span, size), **fields)


def agent_turns(conversation: Conversation, asked: Behaviour) -> list[tuple[int | None, list[int]]]:
    return [(moment.trigger, list(moment.spans)) for moment in moments(conversation, asked)]


PRICE = AppliesWhen(customer_says=("price", "how much"))
CALL = talk("a: hello there", "c: hi", "o: beep", "a: well", "c: yes", "a: bye")


def test_nothing_is_said_of_the_agent_where_it_is_not_certain_who_speaks():
    found = moments(replace(CALL, speakers_sure=False), behaviour())
    assert found == NoMoment(Outcome.UNSCORED, WHO)


@pytest.mark.parametrize(
    ("span", "size", "turns"),
    [
        (Span.ANYWHERE, 0, [0, 3, 5]),
        (Span.FIRST_TURNS, 4, [0, 3]),
        (Span.FIRST_TURNS, 99, [0, 3, 5]),
        (Span.LAST_TURNS, 3, [3, 5]),
        (Span.LAST_TURNS, 99, [0, 3, 5]),
        (Span.FIRST_SECONDS, 30, [0]),
        (Span.FIRST_SECONDS, 30.1, [0, 3]),
        (Span.LAST_SECONDS, 10, [5]),
        (Span.LAST_SECONDS, 30, [3, 5]),
    ],
)
def test_windows_count_turns_of_everybody_and_seconds_from_the_first_word(span, size, turns):
    assert agent_turns(CALL, behaviour(span, size)) == [(None, turns)]


def test_seconds_run_from_the_first_word_spoken():
    """A recording that starts with a minute of ringing is no shorter a call."""
    late = Conversation("c", (Turn(Speaker.CUSTOMER, "hi", 60, 61), Turn(Speaker.AGENT, "hello", 85, 90)))
    assert agent_turns(late, behaviour(Span.FIRST_SECONDS, 30)) == [(None, [1])]


def test_a_window_in_which_the_agent_says_nothing_is_still_a_moment():
    """Who says nothing in the first turn has not greeted: judged on what was said."""
    assert agent_turns(talk("c: hello?", "a: hi"), behaviour(Span.FIRST_TURNS, 1)) == [(None, [])]


@pytest.mark.parametrize("conversation", [talk(), talk("c: hello?"), talk("c: hello?", "a:   ", "o: beep")])
def test_without_a_word_of_the_agent_nothing_applies(conversation):
    assert moments(conversation, behaviour()) == NoMoment(Outcome.NOT_APPLICABLE, SILENT)


@pytest.mark.parametrize("span", [Span.FIRST_SECONDS, Span.LAST_SECONDS])
def test_seconds_without_times_are_unscored(span):
    found = moments(talk("a: hi", seconds=None), behaviour(span, 30))
    assert found == NoMoment(Outcome.UNSCORED, NO_TIMES)
    assert NO_TIMES.startswith("no times")


def test_a_turn_without_a_time_starts_when_the_one_before_it_ends():
    turns = (
        Turn(Speaker.CUSTOMER, "hi", 0, 29),
        Turn(Speaker.AGENT, "hello"),
        Turn(Speaker.CUSTOMER, "hm", 31),
        Turn(Speaker.AGENT, "so"),
    )
    assert agent_turns(Conversation("c", turns), behaviour(Span.FIRST_SECONDS, 30)) == [(None, [1])]


def test_word_times_cut_a_turn():
    text = "So. One two, three four."
    words = (Word(4, 7, 8.0), Word(8, 11, 9.0), Word(13, 18, 11.0), Word(19, 23, 12.0))
    conversation = Conversation("c", (Turn(Speaker.CUSTOMER, "hi", 0, 8), Turn(Speaker.AGENT, text, 8, 20, words)))
    [first] = moments(conversation, behaviour(Span.FIRST_SECONDS, 10))
    [last] = moments(conversation, behaviour(Span.LAST_SECONDS, 9))
    [whole] = moments(conversation, behaviour(Span.LAST_SECONDS, 20))
    [before] = moments(conversation, behaviour(Span.FIRST_SECONDS, 8))
    assert text[slice(*first.spans[1])] == "So. One two"
    assert text[slice(*last.spans[1])] == "three four."
    assert text[slice(*whole.spans[1])] == text
    assert before.spans == {}


def test_every_trigger_opens_a_moment_of_the_agents_next_turns():
    conversation = talk(
        "c: how much?", "a: one", "c: hm", "a: two", "c: What a Price!", "a: three", "a: four", "c: bye"
    )
    asked = behaviour(Span.AFTER, 2, applies_when=PRICE)
    assert agent_turns(conversation, asked) == [(0, [1, 3]), (4, [5, 6])]


def test_triggers_without_an_answer_between_are_one_moment():
    conversation = talk("c: how much?", "o: beep", "c: the price", "a: well", "c: price", "a: so")
    assert agent_turns(conversation, behaviour(Span.AFTER, 1, applies_when=PRICE)) == [(0, [3]), (4, [5])]


def test_only_the_first_moment_counts_where_the_template_says_so():
    conversation = talk("c: price", "a: one", "c: price", "a: two")
    asked = behaviour(Span.AFTER, 3, applies_when=PRICE, require=Require.FIRST)
    assert agent_turns(conversation, asked) == [(0, [1, 3])]


def test_a_trigger_that_nobody_answers_is_no_moment():
    asked = behaviour(Span.AFTER, 3, applies_when=PRICE)
    assert moments(talk("a: hi", "c: price", "a:  "), asked) == NoMoment(Outcome.NOT_APPLICABLE, NO_ANSWER)


def test_the_agents_own_words_are_no_trigger():
    asked = behaviour(Span.AFTER, 3, applies_when=PRICE)
    assert moments(talk("a: the price", "c: fine", "a: ok"), asked) == NoMoment(Outcome.NOT_APPLICABLE, NO_TRIGGER)


def test_a_trigger_may_be_a_regular_expression():
    asked = behaviour(Span.AFTER, 1, applies_when=AppliesWhen(("price", r"/[£€]\d/")))
    conversation = talk("c: price", "a: one", "c: for €3 or £4", "a: two")
    assert agent_turns(conversation, asked) == [(0, [1]), (2, [3])]


def test_with_a_window_of_its_own_a_triggered_behaviour_has_one_moment():
    conversation = talk("a: hi", "c: price", "a: one", "c: price", "a: two")
    assert agent_turns(conversation, behaviour(Span.LAST_TURNS, 2, applies_when=PRICE)) == [(1, [4])]


@pytest.mark.parametrize("span", [Span.ANYWHERE, Span.AFTER])
def test_where_a_question_decides_there_is_one_open_moment(span):
    asked = behaviour(span, 1, applies_when=AppliesWhen(question="Was there a hold?"))
    assert agent_turns(talk("a: hi", "c: yes", "a: so"), asked) == [(None, [0, 2])]


def test_spans_are_whole_turns():
    assert moments(talk("a: hello"), behaviour()) == (Moment(None, {0: (0, 5)}),)
