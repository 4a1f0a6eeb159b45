from datetime import date

import numpy as np
import pytest

from coachloop.core.insight.daily import Daily
from coachloop.core.insight.drift import MIXES, Budget, Drift, Ruler, drift, working_month

START = np.datetime64("2026-05-04")


def daily(met, asked=8, *, agent=7, version=3, mix=0, first=0, **more):
    """Working days of one agent, behaviour 5."""
    size = len(met)
    ones = np.ones(size, np.int64)
    met = np.array(met)
    day = np.busday_offset(START, np.arange(size) + first) if "day" not in more else more["day"]
    return Daily(ones * agent, ones * 5, ones, ones * mix, ones * version, day, met, asked - met, ones * 0, ())


def together(*parts):
    columns = ("agent", "behaviour", "team", "mix", "version", "day", "met", "not_met", "unscored")
    return Daily(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns), mixes=())


SLIPPED = [5, 6, 6, 7] * 15 + [2, 3] * 6


def test_a_slip_is_told_with_its_numbers():
    found = drift(daily(SLIPPED))
    assert (found.streams, found.watched) == (1, 1)
    assert found.allowed == pytest.approx(0.01)
    (slip,) = found.slips
    assert (slip.agent, slip.behaviour, slip.open) == (7, 5, True)
    assert date(2026, 7, 27) <= slip.onset <= slip.signalled_on <= date(2026, 8, 5)
    assert slip.low < slip.recent < slip.high < slip.baseline
    assert slip.n in {88, 96}


def test_nothing_counted_is_nothing_said():
    assert drift(daily([])) == Drift()


def test_a_larger_budget_speaks_earlier():
    early, late = (drift(daily(SLIPPED), budget=Budget(many, 1)).slips[0] for many in (20, 0.1))
    assert early.signalled_on < late.signalled_on


def test_a_new_version_restarts_and_one_that_carries_over_does_not():
    """The version alone is no slip; where a bridge says that it measures alike, a slip under it is one."""
    fallen = together(daily(SLIPPED[:60]), daily(SLIPPED[60:], version=4, first=60))
    assert drift(fallen).slips == ()
    alike = {(5, 3): Ruler(0), (5, 4): Ruler(0, 0.01)}
    assert len(drift(fallen, rulers=alike).slips) == 1


def test_a_slip_that_is_over_says_when_and_why():
    (slip,) = drift(daily([*SLIPPED, *[6, 7, 6, 5] * 10])).slips
    assert not slip.open
    assert slip.closed_on > slip.signalled_on
    assert slip.why_closed == "recovered"


def test_rare_kinds_of_calls_share_one_difficulty():
    many = together(*(daily([6] * 4, mix=kind) for kind in range(MIXES + 5)))
    assert drift(many).slips == ()


def test_a_month_has_as_many_days_as_the_centre_works():
    week = START + np.arange(7)
    assert working_month(daily([6] * 5)) == pytest.approx(21.74, abs=0.01)
    assert working_month(daily([6] * 7, day=week)) == pytest.approx(30.44, abs=0.01)


def test_a_scorer_that_was_trained_anew_restarts_too():
    day = START.item() + np.timedelta64(84, "D").item()
    assert drift(daily(SLIPPED), restarts={5: [day]}).slips == ()
    assert len(drift(daily(SLIPPED), restarts={6: [day]}).slips) == 1
