import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from statsmodels.stats.proportion import confint_proportions_2indep

from coachloop.core.stats.proportions import difference, shrink, wilson

COUNTS = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted)


@pytest.mark.parametrize(
    ("met", "asked", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(*, met, asked, low, high):
    """Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3."""
    found = wilson(met, asked)
    assert float(found.low) == pytest.approx(low, abs=5e-5)
    assert float(found.high) == pytest.approx(high, abs=5e-5)


@given(counts=COUNTS)
def test_wilson_holds_the_rate_and_stays_in_the_unit_interval(counts):
    """The interval is never empty, never outside [0, 1], and always around what was seen."""
    met, asked = counts
    low, high = wilson(met, asked)
    assert 0 <= low < high <= 1
    if asked:
        assert low - 1e-12 <= met / asked <= high + 1e-12


@given(counts=COUNTS)
def test_wilson_is_symmetric(counts):
    """Counting the misses instead of the hits turns the interval around."""
    met, asked = counts
    one, other = wilson(met, asked), wilson(asked - met, asked)
    np.testing.assert_allclose([one.low, one.high], [1 - other.high, 1 - other.low], atol=1e-12)


def test_wilson_knows_nothing_where_nothing_was_asked():
    """Without a conversation every rate is possible; other cells of the array are not touched by it."""
    low, high = wilson([[0, 5]], [[0, 10]])
    assert (low[0, 0], high[0, 0]) == (0, 1)
    assert 0.2 < low[0, 1] < high[0, 1] < 0.8


def test_a_wider_confidence_gives_a_wider_interval():
    """99 % holds 95 % inside."""
    narrow, wide = wilson(7, 20), wilson(7, 20, confidence=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("met", "asked", "confidence", "said"),
    [(-1, 2, 0.95, "0 or more"), (0, -2, 0.95, "0 or more"), (3, 2, 0.95, "must not exceed"),
     (1, 2, 1.0, r"confidence must be in \(0, 1\), got 1.0"), (1, 2, 0, r"got 0")],
)  # fmt: skip
def test_wilson_refuses_what_is_no_count(*, met, asked, confidence, said):
    with pytest.raises(ValueError, match=said):
        wilson(met, asked, confidence=confidence)


@given(
    asked=arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 60)),
    seed=st.integers(0, 1000),
)
def test_shrinking_keeps_to_what_was_seen_and_to_the_column(asked, seed):
    """Posteriors are proper, turn around with the counts, and every column is judged by itself."""
    met = np.random.default_rng(seed).binomial(asked, 0.6)
    found, turned = shrink(met, asked), shrink(asked - met, asked)
    assert np.isfinite(found.a).all()
    assert ((found.a > 0) & (found.b > 0)).all()
    np.testing.assert_allclose(found.mean, 1 - turned.mean, atol=2e-3)
    alone = shrink(met[:, :1], asked[:, :1])
    np.testing.assert_allclose(alone.mean, found.mean[:, :1])


def test_somebody_alone_is_taken_at_their_word():
    """Without peers a rate is hardly pulled, and says how little it rests on."""
    found = shrink([[30]], [[40]])
    low, high = found.interval()
    assert found.mean[0, 0] == pytest.approx(0.75, abs=0.02)
    assert low[0, 0] == pytest.approx(0.6, abs=0.04)
    assert high[0, 0] == pytest.approx(0.87, abs=0.04)


def test_thin_evidence_is_pulled_further():
    """One of two and ten of twenty are the same rate; the first is pulled further towards the peers."""
    found = shrink([[1], [10], [19], [18], [17], [19]], [[2], [20], [20], [20], [20], [20]])
    assert found.mean[0, 0] > found.mean[1, 0] > 0.5


def test_equal_agents_are_shrunk_almost_wholly():
    """Where the agents do not differ, they share their evidence; where they do, each has mostly their own."""
    alike, apart = shrink([[5]] * 20, [[10]] * 20), shrink([[0], [10]] * 10, [[10]] * 20)
    assert alike.mean.std() == pytest.approx(0)
    assert (alike.a + alike.b)[0, 0] > 40
    assert (apart.a + apart.b)[0, 0] < 15


def test_an_agent_without_evidence_may_be_any_of_the_peers():
    """0 asked leaves the peers' rate, as wide as they differ."""
    found = shrink([[8], [7], [9], [8], [6], [0]], [[10], [10], [10], [10], [10], [0]])
    assert found.mean[5, 0] == pytest.approx(38 / 50, abs=0.05)
    low, high = found.interval()
    assert (high - low)[5, 0] > 1.1 * (high - low)[0, 0]


def test_no_agents_at_all():
    """An empty grid stays one."""
    assert shrink(np.zeros((0, 3)), np.zeros((0, 3))).mean.shape == (0, 3)


def test_shrink_refuses_what_is_no_table():
    with pytest.raises(ValueError, match=r"shape \(agents, behaviours\), got \(2,\)"):
        shrink([1, 2], [3, 4])


def test_a_posterior_says_how_sure_it_is_of_being_below():
    """Half the probability lies below the median, and nothing is said about a target that is not known."""
    found = shrink([[10], [0]], [[20], [20]])
    low, high = found.interval()
    assert ((low < found.mean) & (found.mean < high)).all()
    np.testing.assert_allclose(found.below(low), 0.025, atol=1e-9)
    np.testing.assert_allclose(found.below(high), 0.975, atol=1e-9)
    assert np.isnan(found.below(np.nan)).all()
    assert found.below(1.0)[0, 0] == 1
    with pytest.raises(ValueError, match="confidence"):
        found.interval(1.5)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_difference_gives_the_published_intervals(*, now, before, low, high):
    """Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10."""
    found = difference(now, before)
    assert float(found.low) == pytest.approx(low, abs=5e-5)
    assert float(found.high) == pytest.approx(high, abs=5e-5)


@given(now=COUNTS, before=COUNTS)
def test_difference_is_as_statsmodels_has_it_and_turns_around(now, before):
    """An independent implementation; and what is asked the other way round is the same with its sign changed."""
    found, turned = difference(now, before), difference(before, now)
    np.testing.assert_allclose([found.low, found.high], [-turned.high, -turned.low], atol=1e-12)
    if now[1] and before[1]:
        low, high = confint_proportions_2indep(*now, *before, method="newcomb", compare="diff")
        np.testing.assert_allclose([found.low, found.high], [low, high], atol=1e-9)


def test_difference_knows_nothing_where_nothing_was_asked():
    low, high = difference((0, 0), (0, 0))
    assert low < -0.7 < 0.7 < high
