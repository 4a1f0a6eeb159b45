import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from statsmodels.stats.proportion import confint_proportions_2indep

from coachloop.core.stats.proportions import FEW_PEERS, difference, shrink, wilson

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


def test_few_peers_give_a_prior_worth_two_conversations():
    """Below FEW_PEERS the prior is the peers' mean (half a hit in one conversation added), worth two conversations."""
    assert FEW_PEERS > 1
    found = shrink([[3]], [[4]])
    mean = 3.5 / 5
    assert found.a[0, 0] == pytest.approx(3 + 2 * mean)
    assert found.b[0, 0] == pytest.approx(1 + 2 * (1 - mean))
    assert found.mean[0, 0] == pytest.approx((3 + 2 * mean) / 6)


def anova_weight(met, asked):
    """The estimator as Ridout, Demétrio & Firth (1999) write it, one agent at a time; what a prior of this rho is worth."""
    seen = [(k, n) for k, n in zip(met, asked, strict=True) if n > 0]
    total, agents = sum(n for _, n in seen), len(seen)
    squares = sum(k * k / n for k, n in seen)
    between = (squares - sum(k for k, _ in seen) ** 2 / total) / (agents - 1)
    within = (sum(k for k, _ in seen) - squares) / (total - agents)
    size = (total - sum(n * n for _, n in seen) / total) / (agents - 1)
    rho = (between - within) / (between + (size - 1) * within)
    rho = min(max(rho, 0.005), 0.9)
    return (1 - rho) / rho


def test_the_priors_weight_is_the_analysis_of_variance_estimate():
    """Every posterior is what was counted plus the prior; the prior's worth is that of the formula in the paper."""
    rng = np.random.default_rng(5)
    asked = rng.integers(0, 40, (30, 4))
    met = rng.binomial(asked, rng.beta(4, 2, (30, 4)))
    found = shrink(met, asked)
    for column in range(4):
        added = found.a[:, column] + found.b[:, column] - asked[:, column]
        np.testing.assert_allclose(added, anova_weight(met[:, column], asked[:, column]))


@given(
    asked=arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 60)),
    seed=st.integers(0, 1000),
)
def test_shrinking_pulls_towards_the_peers_and_never_beyond(asked, seed):
    """A shrunken rate lies between the agent's own and the peers' mean, and every column is judged by itself."""
    met = np.random.default_rng(seed).binomial(asked, 0.6)
    found = shrink(met, asked)
    assert np.isfinite(found.a).all()
    assert ((found.a > 0) & (found.b > 0)).all()
    prior = (met.sum(axis=0) + 0.5) / (asked.sum(axis=0) + 1)
    own = np.where(asked > 0, met / np.maximum(asked, 1), prior)
    assert (found.mean >= np.minimum(own, prior) - 1e-12).all()
    assert (found.mean <= np.maximum(own, prior) + 1e-12).all()
    alone = shrink(met[:, :1], asked[:, :1])
    np.testing.assert_allclose(alone.mean, found.mean[:, :1])


def test_thin_evidence_is_pulled_further():
    """One of two and ten of twenty are the same rate; the first is pulled further towards the peers."""
    found = shrink([[1], [10], [19], [18], [17], [19]], [[2], [20], [20], [20], [20], [20]])
    assert found.mean[0, 0] > found.mean[1, 0] > 0.5


def test_equal_agents_are_shrunk_almost_wholly():
    """Where the agents do not differ, the prior is as heavy as it may be and all agree."""
    found = shrink([[5]] * 20, [[10]] * 20)
    assert found.mean.std() == pytest.approx(0)
    assert (found.a + found.b - 10)[0, 0] == pytest.approx(0.995 / 0.005)


def test_an_agent_without_evidence_has_the_peers_rate():
    """0 asked leaves the prior."""
    found = shrink([[8], [7], [9], [8], [6], [0]], [[10], [10], [10], [10], [10], [0]])
    assert found.mean[5, 0] == pytest.approx(38.5 / 51)


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
