"""What opens a session asks, and gives nothing away."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.questions import DEVELOPMENTAL, LONGEST, MOST, Moment, one_line, opening, taken

TEXT = st.text(max_size=400)
MOMENTS = st.builds(Moment, title=TEXT, asks=TEXT, why=TEXT, trigger=TEXT, said=TEXT)


def test_with_a_transcript_it_starts_from_the_customers_words():
    asked = opening(
        Moment(
            title="Asks what is behind the budget",
            asks="Did the agent ask where the number comes from?",
            why="Behind the number is the reason.",
            trigger="We would need at least 480 thousand.",
            said="Great, let me see.",
        )
    )
    assert asked == (
        "What went well for you in this call?",
        "The customer said: “We would need at least 480 thousand.” What did you hear in that?",
        "What we listen for: “Did the agent ask where the number comes from?” How would you answer that here?",
        "Why might “Asks what is behind the budget” matter to the customer?",
        "If that moment came again tomorrow, what would you say?",
        "What makes that hard, and what would help you?",
    )


def test_without_the_customers_words_it_starts_from_the_agents_and_without_either_from_the_moment():
    assert "You said: “Yes?”" in opening(Moment(title="Greets", said="Yes?"))[1]
    assert opening(Moment(title="Greets"))[1].startswith("Think of that moment")


def test_with_nothing_but_a_title_it_asks_what_that_means():
    asked = opening(Moment(title="Greets"))
    assert asked[2] == "What does “Greets” mean to you, in your own words?"
    assert "took away" in asked[3]
    assert len(opening(Moment(title=""))) == 5


@given(MOMENTS)
def test_whatever_was_said_each_opens_the_talk_in_one_readable_line(moment):
    asked = opening(moment)
    assert 5 <= len(asked) <= MOST
    assert len(set(asked)) == len(asked)
    for line in asked:
        assert line.endswith("?")
        assert len(line) <= LONGEST
        assert not [sign for sign in line if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}]


@given(TEXT, st.integers(2, 300))
def test_one_line_is_one_line_within_its_length(text, most):
    line = one_line(text, most=most)
    assert len(line) <= most
    assert line == " ".join(line.split())
    assert one_line(line, most=most) == line


def test_a_long_text_is_cut_at_a_word():
    assert one_line("one two three four", most=12) == "one two…"
    assert one_line("x" * 20, most=5) == "xxxx…"
    assert one_line("“quoted”\u202egnol\u202c\n<b>") == '"quoted"gnol <b>'


@given(st.lists(st.one_of(TEXT, st.none(), st.integers(), TEXT.map(lambda text: f"{text}?"))))
def test_of_what_a_model_writes_only_questions_are_kept(written):
    kept = taken(written)
    assert len(kept) <= MOST
    assert len(set(kept)) == len(kept)
    assert all(line.endswith("?") and len(line) <= LONGEST and line == one_line(line) for line in kept)


def test_a_question_too_long_to_be_one_is_dropped():
    assert taken(["What now?", "y" * LONGEST + "?", "What now?", "Do as I say."]) == ("What now?",)


def test_the_developmental_ones_say_where_to_what_and_how_to_help():
    words = " ".join(DEVELOPMENTAL)
    assert "Where do you want to be" in words
    assert "work on" in words
    assert "How can I help" in words
    assert taken(DEVELOPMENTAL) == DEVELOPMENTAL
