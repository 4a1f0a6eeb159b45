import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.model.conversation import Speaker, Turn
from coachloop.core.model.held_notes import LONGEST_NOTES, BadNotesError, read_notes

COACH, COACHED = Speaker.AGENT, Speaker.CUSTOMER


def test_each_line_is_a_turn_and_what_names_nobody_goes_on():
    """The coach stands as the agent; `And then: ...` is no name."""
    text = "Coach: How did it go?\n\nAgent: Well.\nAnd then: not so well.\n leader : What next?"
    assert read_notes(text) == (
        Turn(COACH, "How did it go?"),
        Turn(COACHED, "Well. And then: not so well."),
        Turn(COACH, "What next?"),
    )


def test_names_and_times_are_read():
    """Whole names and first ones, in any case; a time is when the turn begins."""
    text = "[0:05] ADA: Tell me.\n01:02:03 - Lea Rossi: I rush.\nlea:\nI know."
    assert read_notes(text, coach="Ada Lindholm", coached="Lea Rossi") == (
        Turn(COACH, "Tell me.", 5.0),
        Turn(COACHED, "I rush.", 3723.0),
        Turn(COACHED, "I know."),
    )


def test_a_name_that_both_have_is_nobodys():
    """Two Kims: only the whole name, or the role, tells them apart."""
    text = "Coach: Hello.\nKim: hm.\nKim Vos: Hi."
    read = read_notes(text, coach="Kim Adler", coached="Kim Vos")
    assert read == (Turn(COACH, "Hello. Kim: hm."), Turn(COACHED, "Hi."))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "both have to speak"),
        ("Coach: Hello.\nAgent:", "both have to speak"),
        ("\nWe talked.\nCoach: Hello.", "line 2 names nobody"),
        ("Coach: a\0", "NUL"),
        ("x" * (LONGEST_NOTES + 1), "at most 200,000 characters"),
    ],
)
def test_what_is_no_conversation_says_why(text, reason):
    """With the way out."""
    with pytest.raises(BadNotesError, match=reason):
        read_notes(text)


@given(
    st.lists(st.tuples(st.sampled_from(["Coach", "Agent"]), st.from_regex(r"[a-z]{1,9}( [a-z]{1,9})?", fullmatch=True)))
)
def test_no_word_is_lost(said):
    """Whatever is written in the form asked for comes back turn by turn."""
    text = "\n".join(f"{who}: {words}" for who, words in said)
    speakers = {"Coach": COACH, "Agent": COACHED}
    try:
        turns = read_notes(text)
    except BadNotesError:
        assert len({who for who, _ in said}) < 2
    else:
        assert [(turn.speaker, turn.text) for turn in turns] == [(speakers[who], words) for who, words in said]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    """And never anything else."""
    try:
        turns = read_notes(text, coach="Ada", coached="Lea")
    except BadNotesError:
        return
    assert all(turn.text for turn in turns)
