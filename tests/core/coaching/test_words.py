import pytest

from coachloop.core.coaching.words import says_something


@pytest.mark.parametrize("words", ["Ja", " ok ", "3 calls", "はい", "שלום", "é", "…then wait"])
def test_any_script_says_something(words):
    assert says_something(words)


@pytest.mark.parametrize("words", ["", "  \n", "\u200b", "\u2060\ufeff", "…", "-", ".", "\u202e", "\0"])
def test_what_is_blank_looks_blank_or_is_a_dash_says_nothing(words):
    assert not says_something(words)
