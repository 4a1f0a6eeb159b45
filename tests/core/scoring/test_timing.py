import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import AppliesWhen, Behaviour, Require, Span, Window
from coachloop.core.model.verdict import Missed, Outcome
from coachloop.core.scoring.moments import NoMoment, moments
from coachloop.core.scoring.port import Finding, Question
from coachloop.core.scoring.timing import NO_TIMES, TimingScorer

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
CALL = Conversation(
    "c",
    (
        Turn(AGENT, "hello this is Lea", 1, 4),
        Turn(CUSTOMER, "hi I have a question", 5, 11),
        Turn(AGENT, "mhm yes", 8, 9),
        Turn(AGENT, "let me stop you", 10, 13),
        Turn(CUSTOMER, "oh", 13, 14),
        Turn(AGENT, "so here is the answer", 19.5, 22),
    ),
)


def measure(conversation: Conversation, options: dict[str, object], **fields: object) -> Finding:
    asked = Behaviour("b", "B", "Q?", good="better", **fields)
    found = moments(conversation, asked)
    assert not isinstance(found, NoMoment)
    [finding] = TimingScorer().score([Question(conversation, asked, found, options)])
    return finding


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"talk_share": {"min": 0.5, "max": 0.6}}, "the agent's share of the talk is 0.58 (at least 0.5, at most 0.6)"),
        ({"longest_silence": {"max": 5.5}}, "the longest silence in seconds is 5.5 (at most 5.5)"),
        ({"interruptions": {"max": 1}}, "the agent's interruptions are 1 (at most 1)"),
        ({"words_a_minute": {"max": 96}}, "the agent's words a minute are 94.74 (at most 96)"),
        ({"first_response": {"max": 0}}, "the first response in seconds took 0 (at most 0)"),
    ],
)
def test_a_number_in_its_range_is_met(options, reason):
    assert measure(CALL, options) == Finding(Outcome.MET, reason)


@pytest.mark.parametrize(
    ("options", "turn"),
    [
        ({"talk_share": {"max": 0.5}}, 0),
        ({"longest_silence": {"max": 5}}, 4),
        ({"interruptions": {"max": 0}}, 3),
        ({"words_a_minute": {"min": 120}}, 0),
        ({"first_response": {"min": 1}}, 1),
    ],
)
def test_a_number_out_of_range_points_at_the_turn_to_look_at(options, turn):
    finding = measure(CALL, options)
    assert (finding.outcome, finding.missed) == (Outcome.NOT_MET, Missed(turn, "better"))


def test_every_number_has_to_be_in_its_range():
    options = {"talk_share": {"max": 0.9}, "interruptions": {"max": 3}}
    assert measure(CALL, options).reason.count("; ") == 1
    assert measure(CALL, {**options, "longest_silence": {"max": 1}}).outcome is Outcome.NOT_MET


def test_without_times_it_passes():
    untimed = Conversation("c", (Turn(AGENT, "hello", 0, 1), Turn(CUSTOMER, "hi", 2)))
    assert measure(untimed, {"talk_share": {"max": 1}}) == Finding(None, NO_TIMES)
    blank = Conversation("c", (Turn(AGENT, "hello", 0, 1), Turn(CUSTOMER, " ")))
    assert measure(blank, {"talk_share": {"max": 1}}).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("options", "turns"),
    [
        ({"first_response": {"max": 1}}, (Turn(AGENT, "hello", 0, 1),)),
        ({"first_response": {"max": 1}}, (Turn(AGENT, "hello", 0, 1), Turn(CUSTOMER, "hello", 2, 3))),
        ({"words_a_minute": {"max": 1}}, (Turn(AGENT, "hello", 0, 0),)),
        ({"talk_share": {"max": 1}}, (Turn(AGENT, "hello", 0, 0),)),
    ],
)
def test_what_has_no_number_here_passes(options, turns):
    finding = measure(Conversation("c", turns), options)
    assert finding.outcome is None
    assert "can't be measured here" in finding.reason


def test_a_window_measures_the_stretch_of_its_turns():
    assert measure(CALL, {"longest_silence": {"max": 1}}, window=Window(Span.FIRST_TURNS, 4)).outcome is Outcome.MET
    silent = Conversation("c", (Turn(CUSTOMER, "hello", 0, 1), Turn(AGENT, "hello", 0, 1)))
    assert measure(silent, {"talk_share": {"max": 1}}, window=Window(Span.FIRST_TURNS, 1)).outcome is None


def test_after_a_trigger_the_stretch_begins_with_it():
    asked = {"window": Window(Span.AFTER, 1), "applies_when": AppliesWhen(("oh", "question")), "require": Require.ALL}
    finding = measure(CALL, {"first_response": {"max": 3}}, **asked)
    assert (finding.outcome, finding.missed) == (Outcome.NOT_MET, Missed(4, "better"))


def test_a_talk_of_nobody_has_nothing_to_measure():
    odd = Conversation("c", (Turn(AGENT, "?", None, None),))
    assert measure(odd, {"talk_share": {"max": 1}}).reason == "nobody speaks in the window"


TIMES = st.none() | st.floats(0, 1e7)
TURNS = st.lists(st.builds(Turn, st.sampled_from(Speaker), st.text(max_size=9), TIMES, TIMES), max_size=6)
EVERYTHING = {
    name: {"min": 0} for name in ("talk_share", "longest_silence", "interruptions", "words_a_minute", "first_response")
}


@given(TURNS)
@settings(deadline=None)
def test_any_times_are_measured_or_passed(turns):
    """No number is ever below zero, however odd the times."""
    conversation = Conversation("c", (Turn(AGENT, "hello", 0, 1), *turns))
    assert measure(conversation, EVERYTHING).outcome in {Outcome.MET, None}
