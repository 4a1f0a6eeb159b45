import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coachloop.core.insight.rooms import (
    CODES,
    Grid,
    agreement,
    contested,
    grid,
    in_words,
    most_contested,
    tendencies,
    together,
)
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import alpha_of_few

MACHINE = "the machine"
MET, NOT_MET, NEITHER, UNSCORED = Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE, Outcome.UNSCORED
FOUR = """1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""

codes = arrays(
    np.int64, st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(1, 3)), elements=st.integers(-1, 2)
)


def named(table, *, machine=False):
    table = np.asarray(table)
    raters = [f"p{row}" for row in range(len(table))]
    if machine:
        raters[-1] = MACHINE
    return Grid(tuple(raters), tuple(range(table.shape[1])), tuple(range(table.shape[2])), table)


def test_a_grid_holds_what_was_said_and_leaves_the_rest_open():
    told = {"Eve": {(7, 1): MET, (8, 1): NEITHER, (9, 1): MET}, MACHINE: {(7, 1): UNSCORED, (7, 2): NOT_MET}}
    found = grid(told, conversations=[7, 8], behaviours=[1, 2])
    assert found.raters == ("Eve", MACHINE)
    assert found.codes.tolist() == [[[1, -1], [2, -1]], [[-1, 0], [-1, -1]]]
    assert found.of(["Eve"]).codes.shape == (1, 2, 2)


def test_agreement_of_a_behaviour_is_krippendorffs_worked_example():
    """Krippendorff (2011), four observers with missing values: 0.743; the room's own is that of its one behaviour."""
    table = np.array([[-1 if one == "." else int(one) for one in row.split()] for row in FOUR.splitlines()])
    room = named(table[..., np.newaxis])
    (one,) = agreement(room)
    assert one.alpha == pytest.approx(0.743, abs=5e-4)
    assert (one.n, one.answers) == (11, 40)
    assert together(room) == one


@settings(max_examples=40)
@given(codes)
def test_agreement_does_not_ask_who_is_who(table):
    """The order of raters changes nothing, nor does one who answers nothing."""
    room = named(table)
    turned = named(np.concatenate([table[::-1], np.full_like(table[:1], -1)]))
    for one, other in zip(agreement(room), agreement(turned), strict=True):
        np.testing.assert_allclose(one, other)


@settings(max_examples=40)
@given(codes)
def test_the_contested_are_those_that_pairs_differ_in(table):
    """Counted pair by pair."""
    shares = contested(named(table))
    for i, j in np.ndindex(shares.shape):
        said = [code for code in table[:, i, j] if code >= 0]
        pairs = [a != b for at, a in enumerate(said) for b in said[at + 1 :]]
        assert np.isnan(shares[i, j]) if not pairs else shares[i, j] == pytest.approx(np.mean(pairs))
    listed = most_contested(named(table))
    assert [share for _, share in listed] == sorted((share for _, share in listed), reverse=True)
    assert len(listed) == np.isfinite(shares).sum()


@settings(max_examples=40)
@given(codes)
def test_who_answers_like_everybody_leans_nowhere(table):
    """And turned round, every answer, everybody leans the other way."""
    same = named(np.repeat(table[:1], 3, axis=0))
    assert all(one.n == 0 or one.points == 0 for one in tendencies(same))
    swapped = np.where(table == 0, 1, np.where(table == 1, 0, table))
    for one, other in zip(tendencies(named(table)), tendencies(named(swapped)), strict=True):
        np.testing.assert_allclose(
            [one.points, one.low, one.high], [-other.points, -other.high, -other.low], atol=1e-12
        )


@settings(max_examples=40)
@given(codes)
def test_an_interval_holds_its_estimate_and_needs_six_calls(table):
    for one in tendencies(named(table)):
        assert np.isnan(one.low) == (one.calls < 6)
        assert np.isnan(one.low) or -1 <= one.low <= one.points + 1e-12 <= one.high + 2e-12 <= 1 + 3e-12
        assert np.isnan(one.points) == (one.n == 0)


def test_people_are_compared_with_people_and_the_machine_with_them():
    """A machine that says met always leaves people where they are."""
    people = np.array([[[1], [1], [0]], [[0], [1], [0]]])
    machine = np.ones((1, 3, 1), int)
    one, other, third = tendencies(named(np.concatenate([people, machine]), machine=True), machine=MACHINE)
    assert one.points == pytest.approx(1 / 3)
    assert other.points == pytest.approx(-1 / 3)
    assert third.points == pytest.approx(0.5)
    assert [tendency.points for tendency in tendencies(named(people))] == [one.points, other.points]


def test_not_applicable_decides_nothing():
    (one, other) = tendencies(named([[[2], [1]], [[1], [1]]]))
    assert (one.n, one.calls, one.points) == (1, 1, 0)
    assert one[:3] == other[:3]


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Eight calls of six questions, four people, one of whom is harder to please; the truth from many calls."""
    rng = np.random.default_rng(5)
    lean = np.array([-0.25, 0.0, 0.05, 0.1])[:, np.newaxis, np.newaxis]

    def answered(calls):
        easy = np.clip(0.6 + 0.15 * rng.standard_normal((1, calls, 1)), 0.3, 0.85)
        return (rng.random((4, calls, 6)) < easy + lean).astype(int)

    many = answered(40_000)
    truth = many[0].mean() - many[1:].mean()
    found = [tendencies(named(answered(8)))[0] for _ in range(400)]
    held = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.92 <= held <= 0.99
    assert np.mean([one.high < 0 for one in found]) > 0.8


def test_nobody_is_called_strict_by_chance():
    rng = np.random.default_rng(6)
    said = [one for _ in range(150) for one in tendencies(named(rng.integers(0, 2, (3, 7, 4)))) if in_words(one)]
    assert len(said) / 450 < 0.06


def test_a_tendency_is_said_in_words_where_it_is_sure():
    stricter = np.ones((3, 8, 5), int)
    stricter[0, :, 0], stricter[0, :4, 1] = 0, 0
    one, other, _ = tendencies(named(stricter))
    assert in_words(one).startswith("stricter than the others by 30 points, ")
    assert in_words(other).startswith("milder than the others by 15 points, ")
    assert in_words(tendencies(named(stricter[:, :5]))[0]) == ""
    assert (
        in_words(one._replace(points=-0.12, low=-0.2, high=-0.04)) == "stricter than the others by 12 points, 4 to 20"
    )


def test_too_many_calls_are_refused():
    with pytest.raises(ValueError, match="at most 16 calls are compared, got 17"):
        tendencies(named(np.ones((2, 17, 1), int)))


def test_a_room_is_no_better_for_behaviours_that_differ():
    """Two people at chance: one behaviour mostly met, one mostly not."""
    rng = np.random.default_rng(7)
    room = named((rng.random((2, 300, 2)) < [0.9, 0.1]).astype(int))
    assert together(room).low < 0 < together(room).high
    assert alpha_of_few(room.codes.reshape(2, -1)).low > 0.4
    assert set(CODES.values()) == {0, 1, 2}
