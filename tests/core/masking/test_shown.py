"""What stands in the place of what is masked: offsets hold, times hold, and nothing of it is left in a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.masking.find import find_in
from coachloop.core.masking.kinds import Found, Kind
from coachloop.core.masking.shown import by_tokens, display, muted, scrubbed, shown, typed
from coachloop.core.model.conversation import Conversation, Masked, Speaker, Turn, Word

CARD = "it is 4111 1111 1111 1111, right"
PLACE = Masked(0, 6, 25, "CARD")


def talk(*turns, masked=(PLACE,), **more):
    """A conversation of these turns."""
    return Conversation("c-1", tuple(turns), masked=masked, **more)


def said(text, start=None, end=None, *, words=()):
    return Turn(Speaker.CUSTOMER, text, start, end, words)


def test_in_its_own_length_and_by_token():
    """A place shorter than its token is filled up alone."""
    places = [Found(0, 4, Kind.CUSTOMER_NAME), Found(6, 15, Kind.CARD)]
    assert display("Berg, 123456789.", places) == ("\u00b7\u00b7\u00b7\u00b7, [CARD]\u00b7\u00b7\u00b7.", tuple(places))
    assert typed("Berg, 123456789.", places) == (
        "[CUSTOMER_NAME], [CARD].",
        (Found(0, 15, Kind.CUSTOMER_NAME), Found(17, 23, Kind.CARD)),
    )


@given(st.text("a1 4", max_size=60))
def test_everything_else_keeps_its_place(text):
    """In display as many characters as before; what is typed has its token where it says."""
    found = find_in([("c", text)]).get(0, ())
    for way in (display, typed):
        _, places = way(text, found)
        assert [one.kind for one in places] == [one.kind for one in found]
    assert len(display(text, found).text) == len(text)
    assert all(typed(text, found).text[one.start : one.end] == one.kind.token for one in typed(text, found).found)


def test_a_conversation_as_it_is_shown():
    """Turns with nothing masked are what they were; twice is as once; what overlaps counts once."""
    one = talk(said(CARD), said("hello"), masked=(PLACE, Masked(0, 8, 30, "CARD"), Masked(0, 27, 32, "SECRET")))
    again = shown(one)
    assert [turn.text for turn in again.turns] == [
        "it is [CARD]\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7\u00b7, \u00b7\u00b7\u00b7\u00b7\u00b7",
        "hello",
    ]
    assert shown(again) == again
    assert [turn.text for turn in by_tokens(one).turns] == ["it is [CARD], [SECRET]", "hello"]
    plain = talk(said(CARD), masked=None)
    assert shown(plain) is plain
    assert by_tokens(plain) == plain


def test_sentences_about_it():
    """Whatever of it is quoted is gone, as it was said or otherwise; a sentence about what is not masked stays."""
    masked = (PLACE, Masked(1, 4, 8, "SECRET"), Masked(2, 3, 7, "CUSTOMER_NAME"))
    one = talk(said(CARD), said("pin 4711 ok", None), said("Ms Berg", None), masked=masked, customer_name="Ms Berg")
    assert scrubbed("says 4711 and 4111 1111 1111 1111", one) == "says [SECRET] and [CARD]"
    assert scrubbed("reads 4111111111111111 to Ms Berg", one) == "reads [CARD] to Ms [CUSTOMER_NAME]"
    unnamed = talk(said(CARD), masked=(PLACE,), customer_name="Ms Berg")
    assert scrubbed("reads 4111111111111111 to Ms Berg", unnamed) == "reads [CARD] to Ms Berg"
    assert scrubbed("says it is right", one) == "says it is right"
    assert scrubbed("4711", talk(said(CARD), masked=None)) == "4711"
    assert scrubbed("an a", talk(said("a b"), masked=(Masked(0, 0, 1, "CUSTOMER_NAME"),))) == "an a"


def test_seconds_that_are_muted():
    """By the times of the words, with room on both sides; what touches is one."""
    words = (Word(0, 2, 1.0, 1.2), Word(6, 10, 2.0), Word(11, 15, 2.5, 3.0), Word(16, 20, 3.2, 3.0), Word(21, 25, 4.0))
    turn = said(CARD, 1.0, 6.0, words=words)
    assert muted(talk(turn)) == ((1.75, 6.35),)
    places = (Masked(0, 6, 10, "CARD"), Masked(0, 12, 15, "CARD"), Masked(0, 21, 25, "CARD"))
    assert muted(talk(turn, masked=places)) == ((1.75, 3.35), (3.75, 6.35))
    assert muted(talk(said(CARD, 1.0, None, words=words[:2]))) == ((1.75, 2.35),)


def test_seconds_of_a_turn_without_word_times():
    """The share of the turn, generously; a turn without times can't be muted."""
    assert muted(talk(said(CARD, 10.0, 42.0))) == ((11.55, 39.55),)
    assert muted(talk(said(CARD, 10.0))) == ()
    assert muted(talk(said(CARD), masked=None)) == ()
