import pytest

from coachloop.core.hearing.heard import HeardWord, Separated
from coachloop.core.hearing.sides import by_channel, by_voice
from coachloop.core.model.conversation import Speaker

AGENT = "hello this is harper bank my name is linda how can i help you today"
CUSTOMER = "hi i would like to order a new card please"


def words(text: str, *, from_second: float = 0.0) -> tuple[HeardWord, ...]:
    """A word each third of a second, with a pause after each comma."""
    heard, at = [], from_second
    for word in text.split():
        heard.append(HeardWord(word, at, at + 0.3))
        at += 2.3 if word.endswith(",") else 0.33
    return tuple(heard)


def test_each_channel_is_one_speaker():
    sides = by_channel([words(AGENT), words(CUSTOMER, from_second=6)], agent=0)
    assert sides.words[Speaker.AGENT] == words(AGENT)
    assert sides.as_line() == {"from": "channels", "confidence": 1.0, "confirmed": False}
    assert not sides.note


def test_channels_that_look_swapped_stay_as_they_are_and_are_not_sure():
    sides = by_channel([words(CUSTOMER), words(AGENT)], agent=0)
    assert sides.words[Speaker.AGENT] == words(CUSTOMER)
    assert sides.confidence < 0.5
    assert "swapped" in sides.note


def test_channels_in_which_nothing_tells_who_is_who_are_believed():
    assert by_channel([words("yes"), words("no")], agent=1).confidence == 1.0


@pytest.mark.parametrize("first", [AGENT, CUSTOMER])
def test_voices_are_named_by_what_they_say(first):
    second = CUSTOMER if first == AGENT else AGENT
    sides = by_voice(Separated((words(first), words(second)), 0.9))
    assert sides.words[Speaker.AGENT] == words(AGENT)
    assert sides.source == "separated"
    assert sides.confidence <= 0.9


def test_voices_that_were_hard_to_tell_apart_are_not_sure():
    assert by_voice(Separated((words(AGENT), words(CUSTOMER)), 0.55)).confidence == 0.55


def test_a_pause_ends_what_somebody_says_in_one_go():
    """Who asks twice asks more often than who asks once, so goes have to be parted."""
    sides = by_voice(Separated((words("how can i help you, what is your name,"), words("well, yes")), 1.0))
    assert [word.text for word in sides.words[Speaker.AGENT]][:2] == ["how", "can"]
