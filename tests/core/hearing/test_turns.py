"""Turns from words: nothing is lost, nothing is doubled, and a sentence stays whole."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.turns import BREATH, LONG_PAUSE, Said, turns
from coachloop.core.model.conversation import Speaker
from coachloop.core.model.wire import TurnLine

AGENT, CUSTOMER, OTHER = Speaker.AGENT, Speaker.CUSTOMER, Speaker.OTHER


def words(text: str, start: float, *, each: float = 0.3) -> list[HeardWord]:
    """Words without a pause; "_" is a third of a second of silence."""
    said = []
    for word in text.split():
        if word != "_":
            said.append(HeardWord(word, start, start + each))
        start += each if word != "_" else 1 / 3
    return said


def texts(agent: list[HeardWord], customer: list[HeardWord]) -> list[str]:
    return [f"{one.speaker[0]}: {one.text}" for one in turns({AGENT: agent, CUSTOMER: customer})]


def test_two_who_take_turns():
    assert texts(
        [*words("Good morning. How can I help?", 0), *words("Of course.", 5)],
        [*words("I lost my card.", 2.5), *words("Thanks.", 6)],
    ) == ["a: Good morning. How can I help?", "c: I lost my card.", "a: Of course.", "c: Thanks."]


def test_the_next_speaker_may_begin_a_little_early():
    assert texts(
        [*words("How can I help?", 0), *words("Of course.", 3)],
        words("I lost my card.", 1.0),
    ) == ["a: How can I help?", "c: I lost my card.", "a: Of course."]


def test_who_speaks_on_is_not_cut_by_words_upon_theirs():
    assert texts(
        words("I see that the card was sent on Monday to the old address.", 0),
        words("But I never got it.", 1.5),
    ) == ["a: I see that the card was sent on Monday to the old address.", "c: But I never got it."]


@pytest.mark.parametrize(
    ("agent", "mhm", "expected"),
    [
        ("I looked at your account _ _ and I see it.", "Mhm.", 2),  # in the middle of a sentence
        ("I looked at your account. _ _ And I see it.", "Mhm.", 3),  # between two sentences it is an answer
        ("Do you have it? _ _ Great.", "Yes.", 3),
        ("I looked at your account _ _ _ _ _ and I see it.", "Mhm.", 3),  # so long a pause waits for an answer
        ("I looked at your account _ _ and I see it.", "Mhm, okay, thanks.", 3),  # too much for an mhm
        ("i looked at your account _ _ and i see it", "mhm", 3),  # no full stops: nobody knows where sentences end
    ],
)
def test_a_short_mhm_in_a_breath_does_not_cut_a_sentence(agent, mhm, expected):
    said = texts(words(agent, 0), words(mhm, 1.6, each=0.2))
    assert len(said) == expected
    assert said[1] == f"c: {mhm}"


def test_a_slow_word_is_more_than_an_mhm():
    agent = words("I looked at your account _ _ _ and I see it.", 0)
    assert len(texts(agent, words("Okaaay", 1.6, each=1.1))) == 3


def test_a_long_pause_ends_a_turn_whoever_speaks_next():
    agent = [*words("One moment please.", 0), *words("Here it is.", 0.9 + LONG_PAUSE)]
    assert texts(agent, []) == ["a: One moment please.", "a: Here it is."]
    agent = [*words("One moment please.", 0), *words("Here it is.", 0.8 + LONG_PAUSE)]
    assert texts(agent, []) == ["a: One moment please. Here it is."]


def test_turns_of_one_side_that_come_to_stand_together_are_one():
    """The customer's turn began before, and goes on in the agent's pause: that cuts, but puts nothing between the two parts."""
    customer = [HeardWord("So", 0, 1.0), HeardWord("then", 1.6, 2.0)]
    agent = [HeardWord("Yes.", 0.5, 1.2), HeardWord("Sure.", 1.8, 2.1)]
    assert texts(agent, customer) == ["c: So then", "a: Yes. Sure."]


def test_what_is_not_a_word_is_left_out_and_nobody_may_have_said_anything():
    assert turns({}) == []
    assert turns({AGENT: [HeardWord(" ", 0, 1)], CUSTOMER: []}) == []


@pytest.mark.parametrize(
    ("heard", "text"),
    [
        (["Hello", "there."], "Hello there."),
        (["你", "好", "。"], "你好。"),
        (["こん", "にちは"], "こんにちは"),
        (["สวัส", "ดี"], "สวัสดี"),
        (["用", "iPhone", "吗"], "用 iPhone 吗"),
        (["안녕", "하세요"], "안녕 하세요"),
    ],
)
def test_scripts_without_spaces_get_none(heard, text):
    said = Said(AGENT, tuple(HeardWord(word, n, n + 1) for n, word in enumerate(heard)))
    assert said.text == text
    assert [said.text[w.start : w.end] for w in TurnLine.model_validate(said.as_line()).turn().words] == heard


def test_a_turn_as_a_line():
    said = Said(CUSTOMER, (HeardWord("Oh", 1.00049, 1.2), HeardWord("no.", 1.2, 1.5)))
    assert said.as_line() == {
        "speaker": "customer",
        "start": 1.0,
        "end": 1.5,
        "text": "Oh no.",
        "words": [{"text": "Oh", "start": 1.0, "end": 1.2}, {"text": "no.", "start": 1.2, "end": 1.5}],
    }


SAID = st.sampled_from(["no", "no.", "yes", "a", "aa", "it's", "$5", "我", "x\u2019", "Hm?", "7", "-", "e\u0301"])
HEARD = st.lists(st.tuples(SAID, st.integers(0, 300), st.integers(0, 20)), max_size=25).map(
    lambda found: [HeardWord(text, start / 10, (start + length) / 10) for text, start, length in found]
)
SIDES = st.dictionaries(st.sampled_from([AGENT, CUSTOMER, OTHER]), HEARD)


@given(SIDES)
def test_every_word_stands_in_one_turn_in_order(sides):
    said = turns(sides)
    for side, given_words in sides.items():
        heard = [word for one in said if one.speaker == side for word in one.words]
        assert heard == sorted(given_words, key=lambda word: (word.start, word.end))
    assert [one.start for one in said] == sorted(one.start for one in said)
    for before, after in itertools.pairwise(said):
        assert before.speaker != after.speaker or after.start - before.end >= LONG_PAUSE


@given(SIDES)
def test_a_turn_is_cut_only_where_its_speaker_pauses(sides):
    for side in sides:
        mine = [one for one in turns(sides) if one.speaker == side]
        for before, after in itertools.pairwise(mine):
            assert after.start - before.end >= BREATH


@given(SIDES)
def test_ingest_finds_every_word_again(sides):
    for one in turns(sides):
        line = TurnLine.model_validate(json.loads(json.dumps(one.as_line())))
        placed = line.turn()
        assert [placed.text[word.start : word.end] for word in placed.words] == [word.text for word in one.words]
        assert [word.at for word in placed.words] == [word.start for word in one.words]
