import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from coachloop.core.stats.bridge import shift

CODES = st.integers(0, 3)
ALONE = {"added": 0.0}


def pairs(both, lost, gained, neither):  # noqa: PLR0917 -- the cells of a table
    """The old and new codes that a table of pairs counts."""
    cells = [(1, 1)] * both + [(1, 0)] * lost + [(0, 1)] * gained + [(0, 0)] * neither
    return np.array(cells).T


def test_the_published_interval_of_a_paired_difference():
    """Approval of a prime minister twice, 1,600 people: Agresti (2002), Categorical Data Analysis, section 10.1."""
    old, new = pairs(794, 150, 86, 570)
    found = shift(old, new, np.arange(1600), **ALONE)
    assert (round(found.old, 2), round(found.new, 2)) == (0.59, 0.55)
    assert (round(found.difference, 2), round(found.low, 2), round(found.high, 2)) == (-0.04, -0.06, -0.02)
    assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.0095, abs=1e-4)


def test_over_groups_it_is_the_clustered_error_of_statsmodels():
    rng = np.random.default_rng(3)
    group = rng.integers(0, 15, 400)
    old = rng.random(400) < 0.5
    new = old ^ (rng.random(400) < rng.beta(0.5, 2, 15)[group])
    found = shift(old, new, group, **ALONE)
    fit = sm.OLS(new.astype(float) - old, np.ones(400)).fit(
        cov_type="cluster", cov_kwds={"groups": group, "df_correction": True}, use_t=True
    )
    assert found.difference == pytest.approx(fit.params[0])
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), abs=1e-12)


def test_agresti_and_min_add_half_to_each_cell():
    """(c - b) / (n + 2), with its error; Agresti & Min (2005)."""
    old, new = pairs(10, 1, 3, 6)
    found = shift(old, new, np.arange(20), added=0.5)
    middle = (found.low + found.high) / 2
    assert middle == pytest.approx((3 - 1) / 22)
    plain = ((3.5 + 1.5) - (3.5 - 1.5) ** 2 / 22) / 22**2
    assert (found.high - found.low) / 2 == pytest.approx(2.093 * np.sqrt(plain), rel=0.03)  # n / (n - 1) under the root


@pytest.mark.parametrize(("n", "within"), [(60, False), (110, False), (125, True), (300, True)])
def test_no_change_in_few_calls_is_no_proof_of_none(n, within):
    """Tango's interval of 0 changes in n ends at z²/(n + z²): within three points from 125 on."""
    old, new = pairs(n // 2, 0, 0, n - n // 2)
    found = shift(old, new, np.arange(n))
    assert found.difference == 0
    assert found.high == pytest.approx(1.96**2 / (n + 1.96**2), rel=0.08)
    assert (found.high <= 0.03) is within


def test_what_stops_being_applicable_moves_the_rate():
    """Ten of the misses are not applicable under the new version: 50 of 100 becomes 50 of 90."""
    old, new = np.array([1] * 50 + [0] * 50), np.array([1] * 50 + [0] * 40 + [2] * 10)
    found = shift(old, new, np.arange(100))
    assert (found.n, found.old, found.new) == (100, 0.5, 50 / 90)
    assert 0 < found.low < found.difference < found.high


def test_what_neither_decides_is_left_out():
    found = shift([1, 0, 2, 3], [1, 1, 3, 2], list("abcd"))
    assert (found.n, found.groups) == (2, 2)
    assert shift([1, 0, 2, 3], [1, 1, 3, 2], list("abcd")) == shift([1, 0], [1, 1], list("ab"))


def test_nothing_decided_and_one_group_alone():
    nothing = shift([2, 3], [1, 0], ["a", "b"])
    assert np.isnan([nothing.old, nothing.difference, nothing.low]).all()
    assert nothing.new == 0.5
    assert shift([], [], []).n == 0
    assert shift([1, 0], [1, 1], ["a", "a"])[-2:] == (-1, 1)


@given(
    st.lists(st.tuples(CODES, CODES, st.integers(0, 5)), min_size=1, max_size=60), st.sampled_from([None, 0.0, 0.5, 2])
)
def test_the_interval_holds_its_middle_and_mirrors(rows, added):
    """Old and new exchanged: the same with the other sign."""
    old, new, group = np.array(rows).T
    found, back = shift(old, new, group, added=added), shift(new, old, group, added=added)
    if np.isnan(found.difference):
        assert np.isnan(back.difference)
        return
    assert -1 <= found.low <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low))
    assert found.difference == pytest.approx(-back.difference)


def test_what_is_out_of_range_is_refused():
    with pytest.raises(ValueError, match="shapes must be equal"):
        shift([1], [1, 0], [1])
    with pytest.raises(ValueError, match=r"confidence must be in \(0, 1\), got 1"):
        shift([1], [1], [1], confidence=1)
    with pytest.raises(ValueError, match="added must be 0 or more, got -1"):
        shift([1], [1], [1], added=-1)


@pytest.mark.parametrize(("lost", "agents"), [(0.06, 40), (0.1, 15)])
def test_on_a_simulated_centre_the_interval_covers(lost, agents):
    """Agents change unlike each other, a tenth does not apply; a true shift beyond three points is rarely called none."""
    rng, covered, none = np.random.default_rng(11), 0, 0
    truth = -lost * 0.6
    for _ in range(600):
        group = rng.integers(0, agents, 300)
        old = (rng.random(300) < 0.6).astype(int)
        gone = rng.random(300) < rng.beta(lost * 15, (1 - lost) * 15, agents)[group]
        new = np.where(gone, 0, old)
        away = rng.random(300) < 0.1
        found = shift(np.where(away, 2, old), np.where(away, 2, new), group)
        covered += found.low <= truth <= found.high
        none += found.low >= -0.03 and found.high <= 0.03
    assert covered / 600 >= 0.93
    assert none / 600 <= 0.05
