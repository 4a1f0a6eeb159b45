from datetime import timedelta

import numpy as np
import pytest

from builders import NOW, calls, publish, score, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.queries import daily as module
from coachloop.app.queries.daily import daily
from coachloop.app.services.rollups import refresh_rollups

TODAY = NOW.date()


@pytest.fixture
def centre(cast):
    """Lea 2 of 10 greetings, Tom 9 of 10, Sam 5 of 10."""
    publish()
    take(*calls("lea", 2, 10), *calls("tom", 9, 10), *calls("sam", 5, 10, team="south"))
    score()
    refresh_rollups()
    return cast


def test_the_counts_are_those_of_the_rates(centre):
    found = daily(centre.operator, behaviour="greets")
    assert sorted(int(found.met[found.agent == agent].sum()) for agent in np.unique(found.agent)) == [2, 5, 9]
    assert int((found.met + found.not_met).sum()) == 30
    assert found.day.dtype == np.dtype("datetime64[D]")
    assert len(found) == len(found.mix)
    assert found.mixes[int(found.mix[0])] == ("", "")


def test_blocks_add_up(centre, monkeypatch):
    whole = daily(centre.operator)
    monkeypatch.setattr(module, "BLOCK", 2)
    again = daily(centre.operator)
    assert len(again) == len(whole) > 2
    assert int(again.met.sum()) == int(whole.met.sum())


def test_everybody_sees_their_own(centre):
    assert len(np.unique(daily(centre.ada).agent)) == 2
    assert len(np.unique(daily(centre.lea).agent)) == 1
    assert len(np.unique(daily(centre.operator, template="manners").agent)) == 3


def test_days_are_included_and_none_is_no_error(centre):
    assert len(daily(centre.operator, first=TODAY - timedelta(days=900), last=TODAY))
    nothing = daily(centre.operator, first=TODAY + timedelta(days=900))
    assert len(nothing) == 0
    assert nothing.mixes == ()


def test_an_unknown_behaviour_is_refused(centre):
    with pytest.raises(UnknownNameError):
        daily(centre.operator, behaviour="sings")
