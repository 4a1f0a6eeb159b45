"""Corrected rates and trust through the import of a simulated centre, whose truth is known."""

from datetime import date

import numpy as np
import pytest

from builders import call, label, publish, score, scores, take
from coachloop.app.errors import UnknownNameError
from coachloop.app.queries.audits import Correction, corrected_rates
from coachloop.app.queries.trust import trust
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.rollups import refresh_rollups
from coachloop.simulation.centre import Plan, simulate

AS_OF = date(2026, 5, 11)
PLAN = Plan(
    agents=8,
    teams=2,
    behaviours=1,
    days=10,
    base_rates=(0.25,),
    queue_effects=(0.0,),
    sensitivity=0.92,
    specificity=0.85,
    audit_share=0.25,
)


@pytest.fixture
def scored(cast):
    """Twenty calls; the machine finds a greeting in the first ten, people in seven of these and one of the others."""
    publish()
    take(*(call(f"c-{n}", greets=n < 10, agent=f"a-{n % 4}", team=("north", "south")[n % 2]) for n in range(20)))
    score()
    refresh_rollups()
    return cast


def answer(numbers, verdicts, **more):
    label(
        *(
            {"conversation_id": f"c-{n}", "behaviour": "greets", "verdict": verdict, "reviewer": "rae"} | more
            for n, verdict in zip(numbers, verdicts, strict=True)
        )
    )
    refresh_rollups()


def greets(rows):
    return next(one for row, one in rows if row.behaviour == "greets")


@pytest.mark.usefixtures("scored")
def test_without_audits_nothing_is_corrected():
    answer(range(3), ["met"] * 3)
    for by in ("agent", "team", "centre"):
        rows = corrected_rates(OPERATOR, by=by, as_of=AS_OF, template="manners")
        assert rows
        assert {one for _, one in rows} == {Correction()}
    assert corrected_rates(OPERATOR, as_of=date(2020, 1, 1)) == []


@pytest.mark.usefixtures("scored")
def test_the_machines_verdict_alone_is_corrected():
    """All audited: the truth is 8 of 20, whatever later labels make of the effective verdict."""
    answer(range(20), ["met"] * 7 + ["not_met"] * 3 + ["met"] + ["not_met"] * 9, sampling_probability=1.0)
    found = greets(corrected_rates(OPERATOR, by="centre", as_of=AS_OF))
    assert found.rate == pytest.approx(0.4)
    assert found.audited == 20
    assert (found.low, found.high) == pytest.approx((0.22, 0.62), abs=0.04)
    teams = corrected_rates(OPERATOR, by="team", as_of=AS_OF, behaviour="greets")
    assert [one.rate for _, one in teams] == pytest.approx([0.5, 0.3])


@pytest.mark.usefixtures("scored")
def test_a_few_agreeing_audits_leave_agents_open():
    answer([0, 1, 10], ["met", "met", "not_met"], sampling_probability=0.1)
    rows = corrected_rates(OPERATOR, as_of=AS_OF, behaviour="greets")
    assert len(rows) == 4
    for _, one in rows:
        assert one.audited == 3
        assert one.high - one.low > 0.5


@pytest.mark.usefixtures("scored")
def test_trust_says_what_is_known_and_what_to_do():
    answer(range(20), ["met"] * 7 + ["not_met"] * 3 + ["met"] + ["not_met"] * 9, sampling_probability=1.0)
    answer(range(20), ["met"] * 9 + ["not_met"] * 11, reviewer="sam", sampling_probability=1.0)
    rows = trust(OPERATOR, "manners", as_of=AS_OF)
    assert [row.behaviour for row in rows] == ["greets", "value_first", "warmth"]
    found, _, warmth = rows
    assert (found.basis, found.n, found.raters) == ("audits", 20, 2)
    assert found.kappa.low < found.kappa.value < found.kappa.high
    assert found.people_alpha.value < found.alpha.value
    assert found.confusion["met"] == {"met": 9, "not_met": 1, "not_applicable": 0}
    assert found.sensitivity.value == pytest.approx(9.5 / 10)
    assert found.rate.n == 20
    assert found.corrected.audited == 20
    assert found.next_step == "Only 20 calls were checked: audit 10 more."
    assert (warmth.n, warmth.kappa.value, warmth.unscored) == (0, None, 20)
    assert "100 % is unscored" in warmth.next_step
    assert warmth.reasons[0][1] == 20


@pytest.mark.usefixtures("scored")
def test_labels_do_until_there_are_audits():
    answer(range(12), ["met"] * 12)
    found = trust(OPERATOR, "manners", as_of=AS_OF)[0]
    assert (found.basis, found.n, found.raters) == ("labels", 12, 1)
    with pytest.raises(UnknownNameError, match="no template 'other'"):
        trust(OPERATOR, "other")


@pytest.mark.usefixtures("cast")
def test_a_simulated_centre_is_corrected_from_its_scores():
    """The judge finds nine points too many; the corrected intervals hold the truth where the raw ones do not."""
    centre = simulate(PLAN, np.random.default_rng(5))
    said, truth = (np.where(column[:, 0], "met", "not_met") for column in (centre.verdict, centre.truth))
    scores(
        *(
            {
                "call_id": f"c-{at}",
                "agent_id": f"a-{agent}",
                "team": f"t-{centre.team[at]}",
                "started_at": f"{centre.day[at]}T09:00:00+00:00",
                "behaviour": "asks",
                "verdict": str(said[at]),
            }
            for at, agent in enumerate(centre.agent)
        )
    )
    share = {"reviewer": "rae", "sampling_probability": PLAN.audit_share}
    audited = np.flatnonzero(centre.audited)
    label(*({"conversation_id": f"c-{at}", "behaviour": "asks", "verdict": str(truth[at])} | share for at in audited))
    ((row, found),) = corrected_rates(OPERATOR, by="centre")
    real = centre.chance.mean()
    assert row.low > real
    assert found.low < real < found.high
    assert found.audited == len(audited)
    agents = {row.agent_key: one for row, one in corrected_rates(OPERATOR)}
    held = [agents[f"a-{at}"].low <= rate <= agents[f"a-{at}"].high for at, rate in enumerate(centre.true_rate()[:, 0])]
    assert sum(held) >= 7
