import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.coaching.clips import MOST_SECONDS, Cut, around, name_places
from coachloop.core.coaching.sound import sound
from coachloop.core.masking.shown import EARLY, LATE
from coachloop.core.model.conversation import Conversation, Masked, Speaker, Turn, Word

LONG = 3600.0


def turn(text, start=None, end=None, *, times=(), untils=(), who=Speaker.AGENT):
    """A turn; `times` of its first words, in order."""
    places, position = [], 0
    for one in text.split():
        position = text.index(one, position)
        places.append((position, position := position + len(one)))
    untils = [*untils, *[None] * len(times)]
    words = tuple(Word(*place, at, until) for place, at, until in zip(places, times, untils, strict=False))
    return Turn(who, text, start, end, words)


def call(*turns, name=None, masked=None):
    return Conversation("c", turns, customer_name=name, masked=masked)


def test_from_the_first_word_to_the_last_with_a_breath_where_nobody_speaks():
    said = call(
        turn("yes well", 1, 2.9, times=(1, 2), untils=(1.4, 2.9)),
        turn("good morning", 3, 4, times=(3, 3.5), untils=(3.4, 4)),
        turn("hello", 9, 9.5),
    )
    cut = sound(said, Cut(1, 1), seconds=LONG)
    assert (cut.start, cut.end, cut.muted) == (2.9, 4.2, ())
    assert sound(said, Cut(0, 1), seconds=LONG)[:2] == (0.8, 4.2)
    assert sound(said, Cut(0, 2), seconds=9.3)[:2] == (0.8, 9.3)
    assert sound(call(turn("hi", 0.1, 0.5), turn("you", 0.6, 1)), Cut(0, 0), seconds=LONG)[:2] == (0.0, 0.6)


def test_a_turn_that_is_too_long_ends_after_a_word():
    words = " ".join(["word"] * 40)
    times = [float(second) for second in range(40)]
    said = call(turn(words, 0, 40, times=times))
    assert sound(said, Cut(0, 0), seconds=LONG)[:2] == (0.0, 30.0)
    said = call(turn(words, 0.5, 40.5, times=[at + 0.5 for at in times]))
    cut = sound(said, Cut(0, 0), seconds=LONG)
    assert (cut.start, cut.end) == (0.3, 29.5)
    assert sound(call(turn("no times", 5, 50)), Cut(0, 0), seconds=LONG)[:2] == (4.8, 34.8)


@pytest.mark.parametrize(
    "said",
    [
        call(turn("nobody knows when")),
        call(turn("when it ended", 3)),
        call(turn("two words", times=(1,))),
        call(turn("too short", 1, 1)),
        call(turn("hello", 1, 3), turn("I am Berg"), name="Berg"),
        call(turn("hello", 1, 3), turn("my code is 1234", 9), masked=(Masked(1, 11, 15, "SECRET"),)),
    ],
)
def test_no_sound_where_it_is_not_known_when_it_was_said_or_when_something_hidden_was(said):
    assert sound(said, Cut(0, 0), seconds=0.9 if said.turns[0].text == "too short" else LONG) is None


def test_what_is_hidden_is_muted_in_every_turn():
    """A name by the times of its words, in a turn that is not shown too; all of a turn where its words leave it open."""
    said = call(
        turn("hello Ms Berg", 10, 12, times=(10, 10.5, 11), untils=(10.4, 10.9, 11.5)),
        turn("Berg yes", 11.8, 13, times=(11.8, 12.4), untils=(12.2, 13)),
        turn("my Berg is here", 14, 16, times=(14,)),
        turn("far away Berg", 60, 61),
        name="Ms Berg",
    )
    assert sound(said, Cut(0, 0), seconds=LONG).muted == ((11 - EARLY, 12.2 + LATE),)
    assert sound(said, Cut(0, 2), seconds=LONG).muted == ((11 - EARLY, 12.2 + LATE), (14 - EARLY, 16 + LATE))


def test_what_is_masked_already_is_muted_and_the_masks_own_words_are_no_name():
    shown = "I am [CUSTOMER_NAME]"
    said = call(
        turn(shown, 1, 3, times=(1, 1.5, 2), untils=(1.4, 1.9, 3)),
        turn("the customer name please", 5, 6),
        name="[CUSTOMER_NAME]",
        masked=(Masked(0, 5, 20, "CUSTOMER_NAME"),),
    )
    assert sound(said, Cut(0, 1), seconds=LONG).muted == ((2 - EARLY, 3 + LATE),)
    assert not name_places("what is your customer name", "[CUSTOMER_NAME]")


SECONDS = st.floats(0, 60).map(lambda at: round(at, 2))


@st.composite
def talks(draw):
    """Conversations of which some words have times, as odd as they may come."""
    turns = []
    for _ in range(draw(st.integers(1, 6))):
        text = " ".join(
            draw(st.lists(st.sampled_from(["Berg", "anna", "hello", "is", "4711"]), min_size=1, max_size=6))
        )
        timed = draw(st.integers(0, len(text.split())))
        first = draw(SECONDS)
        gaps = draw(st.lists(st.floats(0.05, 9).map(lambda gap: round(gap, 2)), min_size=timed, max_size=timed))
        times = [round(first + sum(gaps[:number]), 2) for number in range(timed)]
        untils = [at + gap / 2 if draw(st.booleans()) else None for at, gap in zip(times, gaps, strict=True)]
        start = draw(st.one_of(st.none(), st.just(first)))
        end = draw(st.one_of(st.none(), st.just(first + sum(gaps) + 0.1)))
        turns.append(turn(text, start, end, times=times, untils=untils))
    masks = [
        Masked(index, one.text.index("4711"), one.text.index("4711") + 4, "NUMBER")
        for index, one in enumerate(turns)
        if "4711" in one.text and draw(st.booleans())
    ]
    return call(*turns, name=draw(st.sampled_from([None, "Anna Berg"])), masked=tuple(masks))


def said_when(turns):
    """Each word of a turn with the time at which it was said at most."""
    for index, one in enumerate(turns):
        for number, word in enumerate(one.words):
            after = one.words[number + 1].at if number + 1 < len(one.words) else one.end
            yield index, word, word.at, max(word.at, word.until if word.until is not None else after or word.at)


def hidden_in(said):
    """Characters that nobody reads, by turn."""
    masked = {(mask.turn, place) for mask in said.masked for place in range(mask.start, mask.end)}
    named = [(index, name_places(one.text, said.customer_name or "")) for index, one in enumerate(said.turns)]
    return masked | {(index, at) for index, places in named for place in places for at in range(place.start, place.end)}


def hidden_when(said):
    """From when to when something hidden was said: its word, or anywhere in its turn where that has no time of its own."""
    hidden = hidden_in(said)
    yield from ((at, until) for index, word, at, until in said_when(said.turns) if (index, word.start) in hidden)
    for index, one in enumerate(said.turns):
        timed = {(index, place) for word in one.words for place in range(word.start, word.end)}
        if any(one.text[place].isalnum() for turn, place in hidden - timed if turn == index):
            yield one.start, one.end


@settings(max_examples=60)
@given(talks(), st.data())
def test_half_a_minute_from_word_to_word_without_anything_hidden(said, data):
    """However odd its times: no word of it is cut in two, and nothing hidden is heard of anybody."""
    chosen = around(said.turns, data.draw(st.integers(0, len(said.turns) - 1)))
    cut = sound(said, chosen, seconds=90)
    if cut is None:
        return
    assert 0 <= cut.start < cut.end <= 90
    assert cut.end - cut.start <= MOST_SECONDS + 1e-9
    assert list(cut.muted) == sorted(cut.muted)
    words = [(at, until) for index, _, at, until in said_when(said.turns) if chosen.first <= index <= chosen.last]
    assert not any(at < edge < until for at, until in words for edge in (cut.start, cut.end))
    heard = [(at, until) for at, until in hidden_when(said) if at < cut.end and cut.start < until]
    assert all(any(start <= at and until <= end for start, end in cut.muted) for at, until in heard)
