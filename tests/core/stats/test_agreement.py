import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.stats.agreement import agreement, alpha, alpha_of_few, kappa


def spread(table):
    """The pairs of answers that a table counts; rows are the rater's, columns the other's."""
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array([i for i, _ in cells]), np.array([j for _, j in cells])


def judged(table, **more):
    rater, truth = spread(table)
    return agreement(rater, truth, np.arange(len(rater)), rng=np.random.default_rng(1), **more)


@pytest.mark.parametrize(
    ("table", "published"),
    [
        ([[15, 5], [10, 70]], 0.5714),  # Viera & Garrett (2005), Family Medicine 37:360-363, table 2
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.6765),  # Fleiss, Levin & Paik (2003), table 18.1
        ([[45, 15], [25, 15]], 0.1304),  # both tables of 100 in Sim & Wright (2005), Physical Therapy 85:257-268
        ([[25, 35], [5, 35]], 0.2593),
    ],
)
def test_kappa_is_the_published_one(table, published):
    assert judged(table).kappa == pytest.approx(published, abs=5e-5)
    assert kappa(np.array(table, float)) == pytest.approx(published, abs=5e-5)


def test_precision_recall_and_f1_are_about_the_positive_category():
    """Of 20 that the rater calls met 15 are; of 25 that are met it finds 15."""
    found = judged([[70, 10], [5, 15]])
    assert found.n == 100
    assert found.precision == pytest.approx(15 / 20)
    assert found.recall == pytest.approx(15 / 25)
    assert found.f1 == pytest.approx(2 * 15 / 45)
    other = judged([[70, 10], [5, 15]], positive=0)
    assert other.precision == pytest.approx(70 / 80)


def test_the_interval_holds_kappa_and_is_the_same_every_time():
    one, other = judged([[70, 10], [5, 15]]), judged([[70, 10], [5, 15]])
    assert one.low < one.kappa < one.high
    assert one == other


def test_answers_about_one_agent_count_as_one_draw():
    """The same answers in a few large groups leave more doubt than each by itself."""
    rng = np.random.default_rng(2)
    truth = np.repeat(rng.integers(0, 2, 10), 20)
    rater = np.where(np.repeat(rng.random(10) < 0.7, 20), truth, 1 - truth)
    few = agreement(rater, truth, np.repeat(np.arange(10), 20), rng=np.random.default_rng(3))
    many = agreement(rater, truth, np.arange(200), rng=np.random.default_rng(3))
    assert few.kappa == many.kappa
    assert few.high - few.low > 2 * (many.high - many.low)


def test_nothing_to_compare_is_not_agreement():
    found = agreement([], [], [], rng=np.random.default_rng(1))
    assert found.n == 0
    assert np.isnan(found[1:]).all()


def test_where_both_always_say_the_same_kappa_is_undefined():
    """Agreement that chance makes certain says nothing, and is not called perfect."""
    found = judged([[0, 0], [0, 9]])
    assert np.isnan([found.kappa, found.low, found.high]).all()
    assert found.precision == found.recall == found.f1 == 1


def test_without_a_yes_precision_and_recall_are_undefined():
    found = judged([[9, 0], [0, 0]])
    assert np.isnan([found.precision, found.recall, found.f1]).all()


def test_an_answer_that_only_one_of_them_gives_is_counted():
    """A third category of one rater alone makes the table larger, not the call fail."""
    found = agreement([0, 1, 2], [0, 1, 1], ["a", "b", "c"], rng=np.random.default_rng(1))
    assert 0 < found.kappa < 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_kappa_is_symmetric_and_at_most_one(pairs):
    """Who is called the rater does not matter, and perfect agreement is one, where it is defined."""
    a, b = map(np.array, zip(*pairs, strict=True))
    who = np.arange(len(a))
    one = agreement(a, b, who, rng=np.random.default_rng(1), samples=10)
    other = agreement(b, a, who, rng=np.random.default_rng(1), samples=10)
    np.testing.assert_allclose(one.kappa, other.kappa, atol=1e-12)
    assert np.isnan(one.kappa) or -1 <= one.kappa <= 1
    same = agreement(a, a, who, rng=np.random.default_rng(1), samples=10)
    assert np.isnan(same.kappa) or same.kappa == pytest.approx(1)


def test_shapes_must_match():
    with pytest.raises(ValueError, match=r"got \(2,\), \(1,\), \(2,\)"):
        agreement([0, 1], [0], ["a", "b"], rng=np.random.default_rng(1))


FOUR = """1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 ."""
TWO = """0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0"""


def told(table):
    return [[-1 if one == "." else int(one) for one in row.split()] for row in table.splitlines()]


@pytest.mark.parametrize(("table", "expected", "n", "answers"), [(FOUR, 0.743, 11, 40), (TWO, 0.095, 10, 20)])
def test_alpha_is_that_of_krippendorffs_worked_examples(*, table, expected, n, answers):
    """Krippendorff (2011): four observers with missing values (0.743), two with binary data (0.095)."""
    found = alpha(told(table), rng=np.random.default_rng(1))
    assert found.alpha == pytest.approx(expected, abs=5e-4)
    assert (found.n, found.answers) == (n, answers)
    assert found.low <= found.alpha <= found.high


def test_alpha_of_raters_who_agree_and_of_chance():
    rng = np.random.default_rng(2)
    answers = rng.integers(0, 2, (3, 400))
    assert alpha(np.repeat(answers[:1], 3, axis=0), rng=rng).low == 1
    found = alpha(answers, rng=rng)
    assert found.low < 0 < found.high
    assert found.high - found.low < 0.2


def test_alpha_counts_the_machine_as_one_more_rater():
    """A machine that answers at random makes the table worse, one that agrees makes it surer."""
    rng = np.random.default_rng(3)
    people = np.tile(rng.integers(0, 2, 200), (2, 1))
    people[1, :30] = 1 - people[1, :30]
    with_good, with_bad = (
        alpha(np.vstack([people, machine]), rng=rng) for machine in (people[0], rng.integers(0, 2, 200))
    )
    alone = alpha(people, rng=rng)
    assert with_bad.alpha < alone.alpha < with_good.alpha


@pytest.mark.parametrize("answers", [[[-1, 1], [1, -1]], [[1, 1], [1, 1]], np.zeros((0, 0))])
def test_alpha_that_is_not_defined_is_not_a_number(answers):
    assert np.isnan(alpha(answers, rng=np.random.default_rng(1)).alpha)


def test_alpha_refuses_what_is_no_table():
    with pytest.raises(ValueError, match="shape"):
        alpha([1, 2], rng=np.random.default_rng(1))


def test_one_group_alone_is_no_certainty():
    """The answers about one agent are drawn singly: else every draw would be the same."""
    said, true = spread([[9, 1], [3, 7]])
    found = agreement(said, true, np.zeros(20), rng=np.random.default_rng(1))
    assert found.low < found.kappa - 0.1 < found.kappa + 0.1 < found.high


def test_alpha_over_questions_is_no_better_for_questions_that_differ():
    """Two raters at chance on each question; pooled into one they would seem to agree, because one is mostly yes and one mostly no."""
    rng = np.random.default_rng(4)
    answers = (rng.random((2, 300, 2)) < [0.9, 0.1]).astype(int)
    found = alpha(answers, rng=rng)
    assert found.low < 0 < found.high
    assert alpha(answers.reshape(2, -1), rng=rng).low > 0.4


def test_alpha_over_one_question_is_that_of_the_question():
    """And a question that nobody answered twice adds nothing."""
    answers = np.array(told(FOUR))[..., np.newaxis]
    with_nothing = np.concatenate([answers, np.full_like(answers, -1)], axis=2)
    one, same, other = (alpha(a, rng=np.random.default_rng(1)) for a in (told(FOUR), answers, with_nothing))
    assert one == same == other


@pytest.mark.parametrize(("table", "expected"), [(FOUR, 0.743), (TWO, 0.095)])
def test_alpha_of_few_is_alpha(table, expected):
    found = alpha_of_few(told(table))
    assert found[:3] == alpha(told(table), rng=np.random.default_rng(1))[:3]
    assert found.alpha == pytest.approx(expected, abs=5e-4)
    assert -1 <= found.low < found.alpha < found.high <= 1


@pytest.mark.parametrize(
    "answers", [[[1, 0, 1], [1, 0, 1]], [[1, 1], [1, 1]], [[1], [0]], [[-1, 1], [1, -1]], np.zeros((0, 0))]
)
def test_few_conversations_answered_alike_are_no_certainty(answers):
    """No interval instead of one without width."""
    found = alpha_of_few(answers)
    assert np.isnan([found.low, found.high]).all()
    assert found.alpha == pytest.approx(alpha(answers, rng=np.random.default_rng(1)).alpha, nan_ok=True)


def test_the_interval_of_few_conversations_holds_the_truth():
    """Five calls, four people, five questions: where a bootstrap's holds it in two of three rooms, at most."""
    rng = np.random.default_rng(8)

    def room(calls):
        truth = rng.random((calls, 5)) < np.linspace(0.3, 0.8, 5)
        return (truth ^ (rng.random((4, calls, 5)) < 0.15)).astype(int)

    true = alpha_of_few(room(20_000)).alpha
    rooms = [room(5) for _ in range(300)]
    few = [alpha_of_few(one) for one in rooms]
    drawn = [alpha(one, rng=rng, samples=200) for one in rooms]
    assert 0.9 < np.mean([one.low <= true <= one.high for one in few]) < 0.99
    assert np.mean([one.low <= true <= one.high for one in drawn]) < 0.75
