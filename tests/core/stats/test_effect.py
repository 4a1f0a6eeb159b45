import numpy as np
import pytest

from coachloop.core.stats.effect import Comparison, Units, compare
from coachloop.core.stats.levels import Levels, Mix
from coachloop.core.stats.proportions import Floats

FLAT = Mix(np.zeros(1), 0.0, 0.25)


def units(before: list[float], after: list[float], *, calls: float = 1000.0, shares: Floats | None = None) -> Units:
    """Agents whose baseline is known, and what came after in a thousand calls each."""
    rate = np.array(before)
    mixed = np.ones((len(before), 1)) if shares is None else shares
    asked = calls * mixed
    level = np.log(rate / (1 - rate))
    return Units(Levels(level, np.full(len(before), 1e-6)), np.array(after)[:, None] * asked, asked)


def once(count: int) -> Floats:
    """Every control drawn once, twice over."""
    return np.ones((2, count))


def in_windows(*each: Units) -> Units:
    """Controls of one window after another."""
    before = Levels(*(np.stack(values) for values in zip(*(one.before for one in each), strict=True)))
    return Units(before, np.stack([one.met for one in each]), np.stack([one.asked for one in each]))


def beside(coached: Units, controls: Units, *, mix: Mix, draws: Floats) -> Comparison:
    """Everybody in one window."""
    windows = np.zeros(len(coached.asked), np.int64)
    return compare(coached, in_windows(controls), windows=windows, mix=mix, draws=draws)


def test_the_minimum_wage_in_new_jersey():
    """The arithmetic of the best known difference in differences (Card & Krueger 1994, table 3), as shares of full-time work.

    Full-time equivalents per restaurant were 20.44 and 21.03 in New Jersey, 23.33 and 21.17 in Pennsylvania: +2.76. As shares of
    100, and close enough in baseline to be compared, log-odds and points give the same to a tenth.
    """
    found = beside(units([0.2044], [0.2103]), units([0.2333] * 5, [0.2117] * 5), mix=FLAT, draws=once(5))
    assert float(found.after[0] - found.before[0] - found.change[0]) == pytest.approx(0.0276, abs=0.003)


def test_what_happened_to_everybody_is_not_an_effect():
    found = beside(units([0.5], [0.6]), units([0.5] * 6, [0.6] * 6), mix=FLAT, draws=once(6))
    assert found.after - found.before - found.change == pytest.approx([0.0], abs=0.003)
    assert found.controls == pytest.approx([6.0])


def test_controls_near_the_agent_count():
    """Low agents gain 10 points by themselves, high ones nothing: a low agent is compared with the low ones."""
    controls = units([0.3] * 10 + [0.8] * 10, [0.4] * 10 + [0.8] * 10)
    found = beside(units([0.3, 0.8], [0.4, 0.8]), controls, mix=FLAT, draws=once(20))
    assert found.change == pytest.approx([0.1, 0.0], abs=0.01)
    assert (found.controls < 12).all()


def test_controls_with_other_calls_do_not_count():
    """One queue gained, the other did not: compared is within the queue."""
    mix = Mix(np.zeros(2), 0.0, 0.25)
    shares = np.array([[1.0, 0.0]] * 5 + [[0.0, 1.0]] * 5)
    controls = units([0.5] * 10, [0.6] * 5 + [0.5] * 5, shares=shares)
    coached = units([0.5], [0.5], shares=np.array([[0.0, 1.0]]))
    found = beside(coached, controls, mix=mix, draws=once(10))
    assert found.change == pytest.approx([0.0], abs=0.005)
    assert found.controls == pytest.approx([5.0])


def test_nobody_alike_is_nothing_to_compare_with():
    mix = Mix(np.zeros(2), 0.0, 0.25)
    controls = units([0.5] * 5, [0.6] * 5, shares=np.array([[1.0, 0.0]] * 5))
    found = beside(units([0.5], [0.5], shares=np.array([[0.0, 1.0]])), controls, mix=mix, draws=once(5))
    assert found.controls == pytest.approx([0.0])
    assert found.change == pytest.approx([0.0])


def test_what_agents_do_by_themselves_is_measured():
    """Controls that come and go by 15 points wander; those that repeat themselves do not."""
    rng = np.random.default_rng(1)
    still, restless = [units([0.5] * 200, list(0.5 + rng.normal(0, sd, 200))) for sd in (1e-9, 0.15)]
    quiet, loud = (beside(units([0.5], [0.5]), one, mix=FLAT, draws=once(200)) for one in (still, restless))
    assert quiet.wander / quiet.wander_weight < 0.0005
    assert loud.wander / loud.wander_weight == pytest.approx(0.15**2, rel=0.25)


def test_windows_are_worked_out_side_by_side_as_each_by_itself():
    """Whoever is no control in one of them is as if they were not there; in the last one nobody is."""
    rng = np.random.default_rng(2)
    rates = rng.uniform(0.3, 0.8, (2, 12)).round(2)
    first, second = units(list(rates[0]), list(rates[1])), units(list(rates[1]), list(rates[0]))
    here = rng.permutation(12) < 6
    some = second._replace(asked=second.asked * here[:, None], met=second.met * here[:, None])
    nobody = second._replace(asked=second.asked * 0, met=second.met * 0)
    draws = rng.poisson(1.0, (5, 12)).astype(float)
    coached = units([0.4, 0.5, 0.6, 0.5], [0.5, 0.6, 0.7, 0.5])
    whole = compare(coached, in_windows(first, some, nobody), windows=np.array([1, 0, 1, 2]), mix=FLAT, draws=draws)
    alone = beside(coached.of(np.array([1])), first, mix=FLAT, draws=draws)
    both = beside(coached.of(np.array([0, 2])), second.of(here), mix=FLAT, draws=draws[:, here])
    assert whole.change == pytest.approx([both.change[0], alone.change[0], both.change[1], 0.0])
    assert whole.controls == pytest.approx([both.controls[0], alone.controls[0], both.controls[1], 0.0])
    assert whole.draws[:, [0, 2]] == pytest.approx(both.draws)
    assert whole.wander == pytest.approx(alone.wander + both.wander)
    assert whole.wander_weight == 3
