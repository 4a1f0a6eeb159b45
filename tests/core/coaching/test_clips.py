import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.clips import (
    HIDDEN,
    MOST_SECONDS,
    MOST_TURNS,
    UNTIMED_TURNS,
    around,
    hidden,
    seconds,
)
from coachloop.core.model.conversation import Speaker, Turn

TIMES = st.one_of(st.none(), st.floats(0, 1000))
TURNS = st.lists(st.builds(Turn, st.sampled_from(Speaker), st.text(max_size=5), TIMES, TIMES), min_size=1, max_size=30)


def talk(count, *, length=2.0):
    return [Turn(Speaker.AGENT, str(n), n * length, n * length + length) for n in range(count)]


def test_what_led_to_it_and_what_came_of_it():
    """Alternately, and further on one side where the other ends."""
    assert around(talk(30), 10) == (6, 13)
    assert around(talk(30), 0) == (0, 7)
    assert around(talk(30), 29) == (22, 29)
    assert around(talk(3), 1) == (0, 2)


def test_half_a_minute_where_times_are_known():
    assert around(talk(30, length=9), 10) == (9, 11)
    assert around(talk(30, length=40), 10) == (10, 10)
    assert seconds(talk(3, length=40), around(talk(3, length=40), 1)) == 40


def test_few_turns_where_they_are_not():
    turns = [Turn(Speaker.AGENT, "x") for _ in range(20)]
    assert around(turns, 9) == (7, 11)
    assert seconds(turns, around(turns, 9)) is None


@pytest.mark.parametrize("proof", [-1, 3])
def test_a_proof_that_is_nowhere(proof):
    with pytest.raises(ValueError, match="one of 3 turns"):
        around(talk(3), proof)


@given(TURNS, st.data())
def test_a_clip_holds_its_proof_and_stays_short(turns, data):
    proof = data.draw(st.integers(0, len(turns) - 1))
    cut = around(turns, proof)
    assert 0 <= cut.first <= proof <= cut.last < len(turns)
    size, takes = cut.last - cut.first + 1, seconds(turns, cut)
    assert size <= MOST_TURNS
    assert size == 1 or (size <= UNTIMED_TURNS if takes is None else takes <= MOST_SECONDS)


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("Am I speaking with Ms Berg?", "Ms Berg", "Am I speaking with Ms [CUSTOMER_NAME]?"),
        ("BERG, Anna berg-Berg. Bergen!", "Anna Berg", "[CUSTOMER_NAME], [CUSTOMER_NAME]. Bergen!"),
        ("O'Neill's son", "O'Neill", "[CUSTOMER_NAME]'s son"),
        ("The Mr and Mrs", "Mr and Mrs", "The Mr and Mrs"),
        ("I am J here", "J", "I am J here"),
        ("nobody", "", "nobody"),
    ],
)
def test_a_customers_name_is_out_of_sight(text, name, shown):
    assert hidden(text, name) == shown


@given(st.text(max_size=40), st.text(max_size=10))
def test_what_is_no_name_stays_word_for_word(text, name):
    """Between hidden names nothing changes; hiding twice hides no more."""
    shown = hidden(text, name)
    rest = text
    for piece in shown.split(HIDDEN):
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]
