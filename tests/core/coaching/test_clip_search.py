from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.coaching.clip_search import FLOOR, found

CLIPS = st.lists(st.tuples(st.booleans(), st.floats(-1, 1)), max_size=12)


def test_words_first_then_meaning_and_the_nearest_first():
    says, near = [False, True, False, True, False], [0.9, 0.1, FLOOR, 0.3, FLOOR - 0.01]
    assert found(says, near) == [3, 1, 0, 2]


def test_where_nobody_knows_what_it_means_words_alone_count_in_their_order():
    assert found([True, False, True], [0.0] * 3) == [0, 2]


@given(CLIPS)
def test_all_that_say_it_are_found_and_nothing_that_is_far(clips):
    says, near = [said for said, _ in clips], [one for _, one in clips]
    order = found(says, near)
    assert set(order) == {number for number, (said, one) in enumerate(clips) if said or one >= FLOOR}
    assert order == sorted(order, key=lambda number: not says[number])
