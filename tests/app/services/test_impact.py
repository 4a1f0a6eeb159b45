"""From stored verdicts to what is said of impact, and to the focus."""

from datetime import timedelta
from itertools import product

import numpy as np
import pytest

from builders import NOW, call, label, publish, score, scores, take
from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError
from coachloop.app.models import Behaviour, ImpactRun, MatrixDay, Template, Valuation
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.impact import everything, look, matrix, moved, stored
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.impact import refresh_impact, refresh_impact_daily
from coachloop.app.services.matrix import refresh_matrix
from coachloop.app.services.rollups import refresh_rollups


def centre(*, agents: int = 12, days: int = 8, calls: int = 6) -> list[dict]:
    """`recap` moves `sold`; `greets` does nothing, though able agents do it more; nobody ever does `sings`."""
    rng = np.random.default_rng(4)
    able = np.linspace(0.2, 0.8, agents)
    rows = []
    for agent, day, number in product(range(agents), range(days), range(calls)):
        greets, recap = rng.random(2) < (able[agent], 0.5)
        given = {
            "call_id": f"{agent}-{day}-{number}",
            "agent_id": f"a-{agent:02}",
            "team": "north",
            "started_at": (NOW - timedelta(days=day + 1, minutes=number)).isoformat(),
            "queue": ("sales", "help")[number % 2],
            "outcome_sold": int(rng.random() < 0.05 + 0.4 * able[agent] + 0.35 * recap),
            "outcome_amount": float(number),
        }
        for name, met in (("greets", greets), ("recap", recap), ("sings", False)):
            rows.append(given | {"behaviour": name, "verdict": "met" if met else "not_met"})
    return rows


@pytest.fixture(scope="module")
def made() -> list[dict]:
    return centre()


@pytest.fixture
def sold(cast, made):
    assert scores(*made).refused == []
    refresh_impact(now=NOW)
    return cast


def test_what_moves_it_is_told_from_what_able_agents_do(sold):
    [found] = stored(sold.operations)
    by_key = {one.behaviour.key: one for one in found.estimates}
    assert (found.run.outcome, found.run.conversations, found.run.agents) == ("sold", 576, 12)
    assert found.run.adjusted == ["queue"]
    assert by_key["recap"].survives
    assert by_key["recap"].low < 0.35 < by_key["recap"].high
    assert by_key["greets"].low < 0 < by_key["greets"].high
    assert by_key["greets"].naive > by_key["greets"].effect
    assert [(one.behaviour.key, why) for one, why in found.left_out] == [
        ("sings", "it was met always, or never, so nothing can be compared")
    ]
    assert found.survives
    assert found.leading == ()


@pytest.mark.parametrize("who", ["lea", "evaluator", "admin", "nobody"])
def test_it_is_for_those_who_run_the_centre(sold, who):
    with pytest.raises(NotYoursError):
        stored(getattr(sold, who))
    assert stored(sold.ada)


def test_the_focus_goes_by_impact_and_says_so(sold):
    """Many agents are as far from the target in what does nothing; what moves the outcome goes first."""
    Behaviour.objects.update(target=0.95)
    rows = suggestions(sold.operator)
    assert {row.behaviour for row in rows} == {"recap"}
    assert "it moves “sold” by about " in rows[0].reason
    lost = [row.runner_up for row in rows if row.runner_up]
    assert lost
    assert all("came second: it moves “sold” by " in said for said in lost)


@pytest.mark.usefixtures("sold")
def test_an_outcome_with_a_value_goes_before_another():
    [found] = everything(OPERATOR)
    assert moved(OPERATOR, [found]).outcome == "sold"
    other = type(found)(ImpactRun(template=found.run.template, outcome="kept", conversations=9999), found.estimates)
    assert moved(OPERATOR, [found, other]).outcome == "kept"
    Valuation.objects.create(outcome="sold", value=10, hour=30, set_at=NOW)
    assert moved(OPERATOR, [found, other]).outcome == "sold"
    assert moved(OPERATOR, []).effects == {}


@pytest.mark.usefixtures("sold")
def test_it_is_looked_at_once_a_day_and_only_when_something_changed(django_assert_num_queries):
    assert not refresh_impact(now=NOW)
    assert not refresh_impact_daily(now=NOW + timedelta(hours=1))
    with django_assert_num_queries(2):
        refresh_impact_daily(now=NOW)
    label({"conversation_id": "0-0-0", "behaviour": "recap", "verdict": "met", "template": "imported"})
    assert refresh_impact_daily(now=NOW + timedelta(days=1))
    assert ImpactRun.objects.get().computed_at == NOW + timedelta(days=1)


@pytest.mark.usefixtures("sold")
def test_days_before_and_fewer_days():
    [found] = look(now=NOW, as_of=(NOW - timedelta(days=5)).date(), days=3, template="imported", outcome="sold")
    assert found.run.conversations == 3 * 72
    assert str(found.run.last_day) == "2026-05-06"


@pytest.mark.usefixtures("sold")
def test_an_outcome_that_cannot_be_asked_about():
    assert look(now=NOW, outcome="sold")
    with pytest.raises(RefusedError, match="no yes or no"):
        look(now=NOW, outcome="amount")
    with pytest.raises(UnknownNameError, match="conversations name: amount, sold"):
        look(now=NOW, outcome="sent")
    with pytest.raises(UnknownNameError, match="no template"):
        look(now=NOW, template="nothing")


def test_without_data_nothing_is_found(cast):
    assert refresh_impact(now=NOW)
    assert stored(cast.qa_lead) == []
    publish()
    assert look(now=NOW) == []


@pytest.mark.usefixtures("cast")
def test_a_day_is_packed_when_missed_and_thrown_away_when_its_facts_change():
    publish()
    take(
        call("c-1", greets=True, outcome={"sold": "yes", "note": "x"}, meta={"task": "hotel"}), call("c-2", price=True)
    )
    take(call("c-3", agent=None), call("c-4", at=NOW - timedelta(days=4)), call("c-5", channel="chat"))
    score()
    assert refresh_matrix() == 2
    assert refresh_matrix() == 0
    packed = matrix(Template.objects.get(), first=NOW.date() - timedelta(3), last=NOW.date())
    assert len(packed) == 2
    assert packed.codes.tolist() == [[1, 2, 3], [0, 1, 3]]
    assert packed.mixes[0] == ("", "", "voice", "", "hotel")
    assert packed.names == ("note", "sold")
    assert np.array_equal(packed.outcomes, [[np.nan, 1], [np.nan, np.nan]], equal_nan=True)
    label({"conversation_id": "c-2", "behaviour": "greets", "verdict": "met"})
    assert MatrixDay.objects.count() == 1
    refresh_matrix()
    again = matrix(Template.objects.get(), first=NOW.date() - timedelta(3), last=NOW.date())
    assert again.codes.tolist() == [[1, 2, 3], [1, 1, 3]]


@pytest.mark.usefixtures("cast")
def test_another_outcome_for_a_call_is_packed_anew():
    publish()
    take(call("c-1", outcome={"sold": False}))
    score()
    refresh_matrix()
    take(call("c-1", outcome={"sold": True}), replace=True)
    score()
    refresh_rollups()
    refresh_matrix()
    packed = matrix(Template.objects.get(), first=NOW.date() - timedelta(30), last=NOW.date())
    assert packed.outcomes.tolist() == [[1]]
