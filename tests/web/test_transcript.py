from hypothesis import given
from hypothesis import strategies as st

from coachloop.web.transcript import Mark, stretches

TEXT = "Thank you. How did you arrive at that number?"


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    """Some text with marks at any places in it."""
    text = draw(st.text(min_size=1, max_size=40))
    place = st.integers(0, len(text) - 1).flatmap(lambda a: st.tuples(st.just(a), st.integers(a + 1, len(text))))
    places = draw(st.lists(place, max_size=6))
    return text, [Mark(a, b, draw(st.sampled_from(["met", "not_met"])), f"q{i}") for i, (a, b) in enumerate(places)]


@given(marked())
def test_joined_the_stretches_are_the_text_again(case: tuple[str, list[Mark]]) -> None:
    """Whatever is marked, nothing is lost, doubled or moved."""
    text, marks = case
    assert "".join(stretch.text for stretch in stretches(text, marks)) == text


@given(marked())
def test_a_character_is_marked_exactly_where_a_mark_covers_it(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    shown = [bool(stretch.outcome) for stretch in stretches(text, marks) for _ in stretch.text]
    assert shown == [any(m.start <= i < m.end for m in marks) for i in range(len(text))]


@given(marked())
def test_every_mark_has_its_anchor_once(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    anchors = [anchor for stretch in stretches(text, marks) for anchor in stretch.anchors]
    assert sorted(anchors) == sorted(mark.anchor for mark in marks)


def test_where_marks_overlap_the_miss_is_what_shows() -> None:
    cut = stretches(TEXT, [Mark(0, 20, "met", "a"), Mark(11, 45, "not_met", "b")])
    assert [(s.text, s.outcome) for s in cut] == [
        ("Thank you. ", "met"),
        ("How did y", "not_met"),
        ("ou arrive at that number?", "not_met"),
    ]


def test_an_empty_turn_stays() -> None:
    assert [s.text for s in stretches("", [])] == [""]
