from datetime import timedelta

import numpy as np
import pytest

from builders import NOW, call, calls, publish, score, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.models import Agent, AgentDay, PackedDay
from coachloop.app.queries.daily import daily, of_day
from coachloop.app.services.rollups import pack_counts, refresh_rollups
from coachloop.core.insight.daily import COLUMNS

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


def seen(found):
    """The cells as a set of rows, whatever their order."""
    columns = [np.asarray(getattr(found, name)).astype(np.int64).tolist() for name in COLUMNS if name != "mix"]
    return sorted(zip(*columns, [found.mixes[one] for one in found.mix], strict=True))


def test_what_is_packed_is_what_the_rows_say(centre):
    """Packed before or not; and only a day that was counted again is packed again."""
    earlier = {"agent": "sam", "team": "south", "greets": True, "queue": "other", "at": NOW - timedelta(days=5)}
    take(*(call(f"earlier-{n}", **earlier) for n in range(3)))
    score()
    rows = seen(daily(centre.operator))
    assert pack_counts() == AgentDay.objects.dates("day", "day").count() == 2
    assert seen(daily(centre.operator)) == rows
    assert pack_counts() == 0
    take(call("late", **earlier))
    score()
    late = seen(daily(centre.operator))
    assert sum(row[5] for row in late) == sum(row[5] for row in rows) + 1
    assert {row[-1] for row in late} == {("", ""), ("other", "")}
    assert pack_counts() == 1
    assert seen(daily(centre.operator)) == late


def test_what_is_deleted_is_gone(centre):
    pack_counts()
    AgentDay.objects.filter(agent__key="tom").delete()
    assert sorted(np.unique(daily(centre.operator).agent)) == sorted(
        Agent.objects.filter(key__in=("lea", "sam")).values_list("pk", flat=True)
    )
    AgentDay.objects.all().delete()
    pack_counts()
    assert not PackedDay.objects.exists()
    assert len(of_day(TODAY)) == 0


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
