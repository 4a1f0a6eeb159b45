from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.spoken import LONGEST_SAID, looked_for, places, said

TEXT = st.text(max_size=60)


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("", ()),
        ("  … — ", ()),
        ("Budget", (("budget",),)),
        ("budget budget", (("budget",),)),
        ('"how did you" Budget', (("how", "did", "you"), ("budget",))),
        ("don't", (("don", "t"),)),
        ("Straße ﬁn", (("strasse",), ("fin",))),
        ('"unfinished business', (("unfinished",), ("business",))),
        ('AND NOT "x" * ( ^', (("and",), ("not",), ("x",))),
    ],
)
def test_a_query_is_words_and_words_side_by_side(query, phrases):
    """No sign of it is a command to the database."""
    assert looked_for(query) == phrases


def test_a_query_has_an_end():
    assert len(looked_for("a b c d e f g h i j k l m n o p")) == 12
    assert looked_for("x" * 300) == (("x" * 200,),)


def test_what_was_said_is_words():
    assert said(["Good MORNING, Ms. Berg!", "\x00", "It's 480_thousand"]) == "good morning ms berg it s 480 thousand"


def test_a_very_long_day_is_cut():
    assert len(said(["ä" * LONGEST_SAID]).encode()) <= LONGEST_SAID


def test_places_are_the_original_characters():
    text = "In der STRASSE; in der Straße."
    assert [text[a:b] for a, b in places(text, looked_for("straße"))] == ["STRASSE", "Straße"]
    assert [text[a:b] for a, b in places(text, looked_for('"der straße"'))] == ["der STRASSE", "der Straße"]
    assert places("a b c", looked_for('"a b" "b c"')) == [(0, 5)]


@given(TEXT, TEXT)
def test_what_is_found_stands_there_and_only_then(text, query):
    """Places are inside the text, in order, apart; and they are there when the searched words hold the phrase."""
    phrases = looked_for(query)
    found = places(text, phrases)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    words = f" {said([text])} "
    assert bool(found) == any(f" {' '.join(phrase)} " in words for phrase in phrases)
