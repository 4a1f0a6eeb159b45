"""How a conversation is cut into requests."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.scoring.judge.parts import CONTEXT, Part, parts
from coachloop.core.scoring.judge.shown import Transcript, estimated_tokens
from coachloop.core.scoring.port import Moment, Question
from servers.judging import behaviour, call


def cut(said: Sequence[str], *asked: Sequence[Moment], budget: int = 8000) -> list[Part]:
    conversation = call(*said)
    questions = [Question(conversation, behaviour(f"b{n}"), tuple(found), {}) for n, found in enumerate(asked)]
    return parts(Transcript(conversation), questions, budget)


def talk(turns: int, words: str = "well yes") -> list[str]:
    return [f"{'customer' if n % 2 else 'agent'}: {words}" for n in range(turns)]


def everything(turns: int, length: int) -> Moment:
    return Moment(None, dict.fromkeys(range(0, turns, 2), (0, length)))


def test_a_short_call_is_one_part():
    [part] = cut(talk(6), [everything(6, 8)])
    assert [line.turn for line in part.lines] == list(range(6))
    assert part.moments == {0: (everything(6, 8),)}


def test_only_the_turns_around_a_moment_are_shown():
    [part] = cut(talk(100), [Moment(49, {50: (0, 8)})])
    assert [line.turn for line in part.lines] == list(range(49 - CONTEXT, 51 + CONTEXT))


def test_a_question_without_words_of_the_agent_is_not_asked():
    assert cut(talk(3), [Moment(None, {})]) == []
    assert cut(["agent: \x00", "customer: hi"], [Moment(None, {0: (0, 1)})]) == []
    assert cut(["agent: \x00", "customer: hi"], [Moment(1, {0: (0, 1)})]) == []


def test_long_calls_are_cut_with_overlap_and_a_moment_stays_whole_where_it_fits():
    moment = Moment(101, {102: (0, 8), 104: (0, 8)})
    found = cut(talk(200), [everything(200, 8)], [moment], budget=400)
    assert len(found) > 3
    for before, after in pairwise(found):
        assert len(set(before.lines) & set(after.lines)) == 6
    assert [part.moments[1] for part in found if 1 in part.moments] == [(moment,)]
    spans = [turn for part in found for turn in part.moments[0][0].spans]
    assert set(spans) == set(range(0, 200, 2))


def test_a_moment_too_long_for_a_part_keeps_its_trigger_where_it_is_shown():
    found = cut(talk(99, "word " * 40), [Moment(1, dict.fromkeys(range(2, 60, 2), (0, 9)))], budget=400)
    assert [part.moments[0][0].trigger for part in found][:1] == [1]
    assert found[-1].moments[0][0].trigger is None


def test_an_endless_turn_is_cut_into_pieces():
    text = "word " * 3000
    found = cut([f"agent: {text}"], [Moment(None, {0: (0, len(text))})], budget=400)
    pieces = sorted({line for part in found for line in part.lines})
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == len(text.strip())
    assert all(text[piece.start - 1] == " " for piece in pieces[1:])
    [whole, *_] = cut(["agent: " + "x" * 5000], [Moment(None, {0: (0, 5000)})], budget=400)
    assert whole.lines[0].end <= 400


@settings(max_examples=40)
@given(st.lists(st.text("ab \u4f60", max_size=300), min_size=1, max_size=30), st.integers(100, 2000))
def test_every_word_that_counts_is_in_some_part_and_no_part_is_too_long(said: list[str], budget: int):
    """Nothing is lost, and the budget holds."""
    spans = {n: (0, len(text)) for n, text in enumerate(said)}
    found = cut([f"agent: {text}" for text in said], [Moment(None, spans)], budget=budget)
    shown = Transcript(call(*(f"agent: {text}" for text in said))).turns
    covered = {(line.turn, place) for part in found for line in part.lines for place in range(line.start, line.end)}
    assert covered == {(n, place) for n, turn in enumerate(shown) for place in range(len(turn.text))}
    for part in found:
        tokens = [estimated_tokens(shown[line.turn].text[line.start : line.end]) + 6 for line in part.lines]
        assert sum(tokens) <= budget or len(part.lines) == 1
