import numpy as np
import pytest
from scipy import special

from coachloop.core.stats.peers import moments
from coachloop.core.stats.proportions import shrink

TUMOURS = """0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 2/25
2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20
4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/46 15/47 9/24 4/14"""
"""Rats with a tumour in 70 historical groups and one new: Tarone (1982), in Gelman et al. (2013), table 5.1."""


def tumours():
    pairs = np.array([pair.split("/") for pair in TUMOURS.split()], float)
    return pairs[:, :1], pairs[:, 1:]


def by_brute_force(met, asked):
    """The same posterior on a fine, plain grid; each agent's mean and variance."""
    m, w = np.meshgrid(np.linspace(0.002, 0.998, 250), np.geomspace(0.3, 400, 120))
    log = np.log(w / (1 + w) ** 2) - 0.5 * np.log(m * (1 - m))
    for k, n in zip(met[:, 0], asked[:, 0], strict=True):
        log += special.betaln(k + m * w, n - k + (1 - m) * w) - special.betaln(m * w, (1 - m) * w)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    ends = []
    for k, n in zip(met[:, 0], asked[:, 0], strict=True):
        mean = (k + m * w) / (n + w)
        first = (weight * mean).sum()
        ends.append((first, (weight * mean * (k + m * w + 1) / (n + w + 1)).sum() - first**2))
    return np.array(ends).T


def test_rates_of_tumours_are_those_of_the_textbook():
    """Gelman et al. (2013), section 5.3: alpha about 2.4 and beta about 14.3, so a group yet unseen has 2.4 / 16.7."""
    met, asked = tumours()
    found = shrink(np.vstack([met, [[0]]]), np.vstack([asked, [[0]]]))
    assert found.mean[-1, 0] == pytest.approx(2.4 / 16.7, abs=0.005)
    assert found.mean[70, 0] == pytest.approx((4 + 2.4) / (14 + 16.7), abs=0.01)
    assert found.mean[0, 0] == pytest.approx(2.4 / (20 + 16.7), abs=0.01)


@pytest.mark.parametrize("agents", [3, 12, 71])
def test_the_coarse_grid_gives_what_a_fine_one_gives(agents):
    met, asked = (table[-agents:] for table in tumours())
    mean, variance = by_brute_force(met, asked)
    found = moments(met, asked)
    np.testing.assert_allclose(found.mean[:, 0], mean, atol=0.004)
    np.testing.assert_allclose(np.sqrt(found.variance[:, 0]), np.sqrt(variance), rtol=0.04)


def test_equal_counts_worked_out_once_are_the_same():
    """A table with more distinct counts than agents goes another way than one with fewer."""
    rng = np.random.default_rng(4)
    asked = rng.integers(5, 400, (6, 5)).astype(float)
    met = rng.binomial(asked.astype(int), 0.6).astype(float)
    whole = moments(met, asked)
    for column in range(5):
        twice = moments(*(np.repeat(table[:, [column]], 2, axis=1) for table in (met, asked)))
        np.testing.assert_allclose(twice.mean[:, 0], whole.mean[:, column], rtol=1e-9)


def test_eight_agents_are_as_the_docs_tell_it():
    met, asked = [1, 4, 60, 22, 33, 30, 39, 41], [4, 20, 80, 40, 45, 60, 50, 60]
    found = shrink(np.array([met]).T, np.array([asked]).T)
    assert [round(float(value), 2) for value in found.mean[:3, 0]] == [0.44, 0.29, 0.74]
