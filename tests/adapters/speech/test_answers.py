"""Servers print words in different ways; what comes out are whole words as the text has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.adapters.speech.answers import Answer
from coachloop.adapters.speech.languages import code, code_of


def words(text: str, *timed: str, **more: object) -> list[str]:
    listed = [{"word": word, "start": n, "end": n + 1} for n, word in enumerate(timed)]
    return [word.text for word in Answer.model_validate({"text": text, "words": listed} | more).heard()]


@pytest.mark.parametrize(
    ("text", "timed", "expected"),
    [
        (" Hello, you.", ["Hello", "you"], ["Hello,", "you."]),
        (" Hello, you.", [" Hello,", " you."], ["Hello,", "you."]),
        ("Hello", [" Hel", "lo"], ["Hello"]),
        ("my e-mail is", ["my", "e", "-mail", "is"], ["my", "e-mail", "is"]),
        ("call 555-1234 now", ["call", "555", "1234", "now"], ["call", "555-1234", "now"]),
        ("$50 \u201cplease\u201d!", ["50", "please"], ["$50", "\u201cplease\u201d!"]),
        ("我要退款。谢谢", ["我", "要", "退款", "谢谢"], ["我", "要", "退款。", "谢谢"]),
        ("我用iPhone打", ["我", "用", "iPhone", "打"], ["我", "用", "iPhone", "打"]),
        ("twenty five dollars", ["25", "dollars"], ["25", "dollars"]),
        ("okay okay", ["okay", "uh", "okay"], ["okay", "uh", "okay"]),
        ("yes", ["yes", ".", " "], ["yes", "."]),
        ("no " * 40 + "and yes", ["yes", "and"], ["yes", "and"]),
        ("", ["a"], ["a"]),
    ],
)
def test_words_are_printed_as_the_text_prints_them(text, timed, expected):
    assert words(text, *timed) == expected


def test_pieces_put_together_last_as_long_as_all_of_them():
    answer = Answer.model_validate(
        {
            "text": "an e-mail",
            "words": [
                {"word": "an", "start": 0, "end": 1},
                {"word": "e", "start": 1, "end": 1.5, "probability": 0.5},
                {"text": "-mail", "start": 1.5, "end": 2, "probability": 0.9},
            ],
        }
    )
    assert [(word.start, word.end, word.probability) for word in answer.heard()] == [(0, 1, 1), (1, 2, 0.5)]


def test_words_may_stand_in_their_segments():
    segments = [
        {"text": " One.", "start": 0, "end": 1, "words": [{"word": " One.", "start": 0.1, "end": 0.9}]},
        {"text": " Two three", "start": 1, "end": 3},
    ]
    answer = Answer.model_validate({"text": "One. Two three", "segments": segments})
    assert [word.text for word in answer.heard()] == ["One.", "Two", "three"]
    assert answer.has_times


SILENT = {"start": 0, "end": 2, "text": "Thank you.", "no_speech_prob": 0.9, "avg_logprob": -1.2}


def test_what_the_model_does_not_believe_itself_is_left_out():
    spoken = SILENT | {"start": 2, "end": 3, "text": "Bye.", "no_speech_prob": 0.9, "avg_logprob": -0.2}
    assert [word.text for word in Answer(text="", segments=[SILENT, spoken]).heard()] == ["Bye."]
    assert words("Thank you. Bye.", "Thank", "you", "Bye", segments=[SILENT, spoken]) == ["Bye."]


def test_an_answer_without_words_needs_no_times():
    assert Answer(text=" ").has_times
    assert not Answer(text="Hello").has_times
    assert Answer(text="Hello", segments=[SILENT | {"text": " "}]).heard() == []


TEXTS = st.lists(st.sampled_from(["a", "no", "No,", "it's", "e-mail", "7", "你好", "$5", "..."]), max_size=12)


@given(TEXTS)
def test_words_of_a_text_come_back_in_order(said):
    text = " ".join(said)
    bare = [word for word in text.split() if word != "..."]
    assert words(text, *bare) == bare


@given(TEXTS, st.lists(st.text(max_size=5), max_size=8))
def test_no_answer_is_too_odd_and_words_stay_in_time(said, timed):
    listed = [{"word": word, "start": n, "end": n + 1} for n, word in enumerate(timed)]
    heard = Answer(text=" ".join(said), words=listed).heard()
    starts = [word.start for word in heard]
    assert starts == sorted(starts)
    assert all(word.text and word.text == word.text.strip() for word in heard)


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [("english", "en"), ("German", "de"), ("en-GB", "en"), ("pt_BR", "pt"), ("klingon", ""), ("", "")],
)
def test_languages(given_name, expected):
    assert code_of(given_name) == expected


def test_a_code_has_no_country():
    assert (code("en-GB"), code("PT_br"), code(""), code(" de ")) == ("en", "pt", "", "de")
