"""Loops go, what people repeat stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.loops import FASTEST, OFTEN_FEW, OFTEN_MANY, OFTEN_ONE, SUSPICIOUS, without_loops


def heard(text: str, *, each: float = 0.25) -> list[HeardWord]:
    return [HeardWord(word, n * each, (n + 1) * each) for n, word in enumerate(text.split())]


def left(text: str, *, each: float = 0.25) -> str:
    return " ".join(word.text for word in without_loops(heard(text, each=each)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No no no no, that is not what I said.",
        "seven seven seven zero zero zero zero one",
        "0 0 0 0 0 0 0 0",
        "bye bye bye bye",
        "Yeah, yeah, yeah, yeah, yeah, I know.",
        "Thank you, thank you, thank you so much.",
        "can you hear me can you hear me can you hear me hello",
        "one two three four one two three four one two three four",
        "Thanks for watching! Thanks for watching! Thanks for watching! Thanks for watching!",
        "knock knock who is there knock knock who is there",
    ],
)
def test_what_people_say_again_stays(text):
    assert left(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okay. " + "I'm going to go to the " * 20, "Okay. I'm going to go to the"),
        ("you " * OFTEN_ONE + "there", "you there"),
        ("thank you. " * OFTEN_FEW, "thank you."),
        ("Thank you very much. Thank you very much! " * 3 + "Bye.", "Thank you very much. Bye."),
        ("a b c d e f g h " * 5 + "x y z w " * 6, "a b c d e f g h x y z w"),
    ],
)
def test_what_nobody_would_say_so_often_stays_once(text, expected):
    assert left(text) == expected


def test_what_nobody_could_say_so_fast_stays_once():
    assert left("no no no", each=FASTEST / 2) == "no"
    assert left("well no no", each=FASTEST / 2) == "well no no"
    assert left("no no no", each=FASTEST * 1.01) == "no no no"


def test_signs_alone_are_words_of_their_own():
    assert left("... " * 12 + "? ... !") == "... ? ... !"


WORDS = st.sampled_from(["no", "yes", "seven", "7", "my", "card", "is,", "I'm", "Mhm.", "the"])


@given(st.lists(WORDS, max_size=60), st.floats(0.001, 0.5))
def test_what_stays_is_what_was_heard_in_order(said, each):
    words = heard(" ".join(said), each=each)
    kept = without_loops(words)
    places = [words.index(word) for word in kept]
    assert places == sorted(set(places))
    assert bool(kept) == bool(words)


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=8, unique=True), st.integers(1, 40))
def test_any_phrase_said_very_often_stays_once(phrase, times):
    text = " ".join(phrase * times)
    kept = left(text).split()
    often = times >= max(OFTEN_ONE, OFTEN_FEW, OFTEN_MANY)
    assert kept == (phrase if often else kept)
    if times < min(OFTEN_MANY, SUSPICIOUS + 1):
        assert kept == phrase * times


@given(st.lists(st.tuples(WORDS, st.integers(1, 3)), max_size=20))
def test_no_word_said_up_to_three_times_at_human_speed_is_lost(runs):
    """As long as no whole phrase comes again so often, which the parametrised cases look at."""
    text = " ".join(f"{word} " * times + f"and{n}" for n, (word, times) in enumerate(runs))
    assert left(text) == " ".join(text.split())
