# ruff: noqa: RUF001 - look-alike punctuation is what is under test
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coachloop.core.model.phrase import Phrase, fold, fold_turns, parse_phrase, phrase_set, word_place, words

TEXT = st.text(st.characters() | st.sampled_from("abz ABZ 09_'’ʼ`´.,|\x01\x1f\ud800é\u0301ßİŉµ\u0940क字€—"))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("I'm calling, because…", " im calling because "),
        ("I’m CALLING - because", " im calling because "),
        ("Müller’s Straße, 3½", " müllers strasse 3½ "),
        ("Mu\u0308ller", " müller "),
        ("काम की", " काम की "),
        ("„Ja“ — 400.000 €", " ja 400 000 "),
        ("don''t `quote' 'me'", " dont quote me "),
        ("[CUSTOMER_NAME]", " customer_name "),
        ("", " "),
        ("?!", " "),
        ("字！", " 字 "),
        ("！", " "),
    ],
)
def test_folding_keeps_words_and_nothing_else(text, folded):
    assert fold(text) == folded


@given(TEXT)
@example("ʼ a")
def test_the_nth_folded_word_is_the_nth_word_as_written(text):
    """That is how a hit in folded text finds its place in the turn."""
    said = fold(text).split()
    assert len(said) == len(words(text))
    for number, word in enumerate(words(text)):
        start, end = word_place(text, number, number)
        assert text[start:end] == word
        assert word_place(text, 0, number) == (word_place(text, 0, 0)[0], end)
    assert fold(text) == (f" {' '.join(said)} " if said else " ")


@given(st.lists(TEXT, min_size=1, max_size=4))
@example(["a|b", "c"])
@example(["a\x1fb", "c"])
@example(["", "ü"])
def test_turns_fold_together_as_they_fold_alone(texts):
    """One pass over all turns gives what a pass over each gives, a bar between them."""
    assert fold_turns(texts) == "|".join(map(fold, texts))


def test_a_phrase_taken_apart():
    assert parse_phrase("Calling, because") == Phrase(runs=(("calling", "because"),))
    assert parse_phrase("reason ... call") == Phrase(runs=(("reason",), ("call",)))
    assert parse_phrase("reason … call") == Phrase(runs=(("reason",), ("call",)))
    assert parse_phrase("well... yes") == Phrase(runs=(("well", "yes"),))
    assert parse_phrase("Is that {customer_name}'s home?") == Phrase(runs=(("is", "that", "{customer_name}", "home"),))
    assert parse_phrase(" /a+/ ") == Phrase(regex="a+")
    assert parse_phrase("and/or") == Phrase(runs=(("and", "or"),))


@given(TEXT)
def test_any_text_is_a_phrase_or_says_why_not(text):
    """Nothing but a ValueError with words in it, whatever somebody writes; a phrase finds itself."""
    try:
        parsed = parse_phrase(text)
    except ValueError:
        return
    if not parsed.regex and not parsed.names and len(parsed.runs) == 1:
        assert phrase_set((text,)).words.search(fold(text)) is not None


@pytest.mark.parametrize("source", ["/(/", "/a(?=b)/", r"/(a)\1/", "/\ud800/", "/{customer_name}/", "/a?/"])
def test_what_is_no_linear_time_expression_is_refused(source):
    with pytest.raises(ValueError, match=r"regular expression"):
        parse_phrase(source)


@pytest.mark.parametrize(
    ("phrase", "said", "found"),
    [
        ("I'm calling", "im calling", True),
        ("Im calling", "I’m calling", True),
        ("can help", "I can't help", False),
        ("call", "I called, calling, recall", False),
        ("call", '"Call!"', True),
        ("first time", "first-time", True),
        ("a ... b", "a 1 2 3 4 5 b", True),
        ("a ... b", "a 1 2 3 4 5 6 b", False),
        ("a ... b", "a b", True),
        ("a ... b", "b a", False),
        ("ÉCOLE", "une école", True),
        ("école", "e\u0301cole", True),
        ("כלב", "זה כלב טוב", True),
    ],
)
def test_what_a_phrase_finds(phrase, said, found):
    assert (phrase_set((phrase,)).words.search(fold(said)) is not None) is found
