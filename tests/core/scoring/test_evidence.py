import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.conversation import Conversation, Speaker, Turn
from coachloop.core.model.template import Behaviour, Require
from coachloop.core.model.verdict import Missed, Outcome, Quote
from coachloop.core.scoring.evidence import QUOTE_LIMIT, check, missed_at, sentence
from coachloop.core.scoring.fold import Folded, fold_moments
from coachloop.core.scoring.port import Moment, Question

CALL = Conversation(
    "c", (Turn(Speaker.CUSTOMER, "hello you"), Turn(Speaker.AGENT, "good morning to you"), Turn(Speaker.AGENT, "so"))
)
ASKED = Question(CALL, Behaviour("b", "B", "Q?", good="Hi!"), (Moment(0, {1: (0, 12)}),), {})


@pytest.mark.parametrize(
    ("quote", "holds"),
    [
        (Quote(1, 5, 12, "morning"), True),
        (Quote(1, 0, 12, "good morning"), True),
        (Quote(1, 0, 12, "Good morning"), False),
        (Quote(1, 5, 19, "morning to you"), False),
        (Quote(2, 0, 2, "so"), False),
        (Quote(0, 0, 5, "hello"), False),
        (Quote(9, 0, 5, "hello"), False),
        (Quote(-1, 0, 2, "so"), False),
        (Quote(1, 5, 5, ""), False),
    ],
)
def test_a_quote_is_the_agents_own_words_in_the_moment(quote, holds):
    assert check([quote], ASKED) == (((quote,), 0) if holds else ((), 1))


def test_a_missed_moment_is_its_trigger_or_where_the_agent_could_have_spoken():
    assert missed_at(ASKED, ASKED.moments[0]) == Missed(0, "Hi!")
    assert missed_at(ASKED, Moment(None, {2: (0, 2), 1: (0, 3)})) == Missed(1, "Hi!")
    assert missed_at(ASKED, Moment(None, {})) == Missed(1, "Hi!")


@pytest.mark.parametrize(
    ("text", "hit", "quoted"),
    [
        ("Hi there. I'm calling because of it. Okay?", "calling", "I'm calling because of it."),
        ("Hi, Mr. Berg and Dr. Ray. Bye.", "Ray", "Hi, Mr. Berg and Dr. Ray."),
        ("no stops at all", "stops", "no stops at all"),
        ("One!\nTwo\nThree", "Two", "Two"),
        ('He said "go." So we went.', "we", "So we went."),
        ("它很好。我们来。", "我们", "我们来。"),
        ("  spaced out  ", "out", "spaced out"),
    ],
)
def test_a_quote_is_the_sentence_around_a_hit(text, hit, quoted):
    start = text.index(hit)
    begin, end = sentence(text, (start, start + len(hit)), (0, len(text)))
    assert text[begin:end] == quoted


def test_a_quote_stays_inside_the_span():
    assert sentence("one two three four", (4, 7), (4, 13)) == (4, 13)


def test_a_long_sentence_is_cut_around_the_hit_between_words():
    text = "word " * 100 + "here " + "word " * 100
    begin, end = sentence(text, (500, 504), (0, len(text)))
    assert 200 < end - begin <= QUOTE_LIMIT
    assert text[begin:end].startswith("word ")
    assert text[begin:end].endswith(" word")
    assert "here" in text[begin:end]


def test_at_the_end_of_a_long_sentence_the_words_before_are_kept():
    text = "word " * 100 + "here"
    begin, end = sentence(text, (500, 504), (0, len(text)))
    assert end == len(text)
    assert 100 < end - begin <= QUOTE_LIMIT


@given(st.text(min_size=1, max_size=600), st.data())
def test_every_sentence_holds_its_hit_as_far_as_it_fits(text, data):
    """Whatever was said: inside the span, not too long, and around the hit."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first = data.draw(st.integers(0, start))
    last = data.draw(st.integers(end, len(text)))
    begin, stop = sentence(text, (start, end), (first, last))
    assert first <= begin <= stop <= last
    assert stop - begin <= QUOTE_LIMIT
    if end - start <= QUOTE_LIMIT and text[start:end].strip() == text[start:end]:
        assert begin <= start
        assert end <= stop


MET, NOT_MET = Outcome.MET, Outcome.NOT_MET


@pytest.mark.parametrize(
    ("outcomes", "require", "folded"),
    [
        ([NOT_MET, MET], Require.ANY, Folded(MET, 1)),
        ([None, MET], Require.ANY, Folded(MET, 1)),
        ([None, NOT_MET], Require.ANY, Folded(NOT_MET, 1)),
        ([None, None], Require.ANY, Folded(None, 0)),
        ([MET, NOT_MET], Require.ALL, Folded(NOT_MET, 1)),
        ([MET, None], Require.ALL, Folded(None, 1)),
        ([MET, MET], Require.ALL, Folded(MET, 0)),
        ([NOT_MET], Require.FIRST, Folded(NOT_MET, 0)),
    ],
)
def test_moments_fold_into_one_verdict(outcomes, require, folded):
    assert fold_moments(outcomes, require) == folded
