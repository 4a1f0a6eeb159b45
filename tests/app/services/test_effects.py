"""What coaching moved, from imported scores and sessions to what is kept and who sees it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.conftest import Cast
from builders import person
from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError
from coachloop.app.models import (
    Agent,
    AgentDay,
    AuditEntry,
    Behaviour,
    Figures,
    ImpactEstimate,
    ImpactRun,
    RollOut,
    Session,
    SessionEffect,
    Team,
    Template,
    TemplateVersion,
    Valuation,
)
from coachloop.app.queries import effect_page, programme, worth
from coachloop.app.queries.effect import measured
from coachloop.app.queries.viewing import OPERATOR, Viewer, viewer
from coachloop.app.queries.workshops import workshops
from coachloop.app.services.effects import measure, measure_daily
from coachloop.app.services.valuations import set_value
from coachloop.core.model.people import Role

FIRST, DAYS, HELD = date(2026, 3, 2), 100, 60
NOW = datetime.combine(FIRST + timedelta(days=DAYS), time(9), UTC)
AGENTS = 16


@pytest.fixture
def centre(cast: Cast) -> Behaviour:
    """Sixteen agents with ten calls a day at one half; the first three are coached by Ada on day 60 and then reach 80 %."""
    template = Template.objects.create(key="manners", title="Manners")
    version = TemplateVersion.objects.create(
        template=template, number=1, text="", sha256="", added_at=NOW, published_at=NOW
    )
    behaviour = Behaviour.objects.create(template=template, key="greets", title="Greets", position=0, target=0.7)
    north = Team.objects.get(key="north")
    agents = Agent.objects.bulk_create(Agent(key=f"a{i}", name=f"Agent {i}", team=north) for i in range(AGENTS))
    AgentDay.objects.bulk_create(
        AgentDay(
            agent=agent, behaviour=behaviour, day=FIRST + timedelta(days=day), team=north, queue="", direction="",
            version=version, met=8 if at < 3 and day > HELD else 5, not_met=2 if at < 3 and day > HELD else 5,
            not_applicable=0, unscored=0,
        )
        for at, agent in enumerate(agents)
        for day in range(DAYS)
    )  # fmt: skip
    for agent in agents[:3]:
        held(agent, behaviour, FIRST + timedelta(days=HELD), by=cast.ada)
    return behaviour


def held(agent: Agent, behaviour: Behaviour, day: date, *, by: Viewer) -> Session:
    """A session of another time, led by somebody who is here."""
    return Session.objects.create(
        agent=agent, behaviour=behaviour, kind="performance", status="imported", held_on=day, created_at=NOW,
        leader=by.user, leader_name=by.name,
    )  # fmt: skip


def impact(behaviour: Behaviour, *, effect: float = 0.1) -> None:
    """An impact on `converted` that was worked out before."""
    run = ImpactRun.objects.create(
        template=behaviour.template, outcome="converted", first_day=FIRST, last_day=FIRST, conversations=1, agents=1,
        chance=0.2, computed_at=NOW,
    )  # fmt: skip
    ImpactEstimate.objects.create(
        run=run, behaviour=behaviour, n=100, agents=10, unscored=0, effect=effect, low=effect - 0.02,
        high=effect + 0.02, survives=True, shrunken=effect,
    )  # fmt: skip


@pytest.mark.usefixtures("centre")
def test_effects_are_kept_once_a_day(cast: Cast) -> None:
    assert measure_daily(now=NOW)
    assert not measure_daily(now=NOW)
    assert not SessionEffect.objects.exclude(verdict="worked").exists()
    row = SessionEffect.objects.first()
    assert row is not None
    assert row.effect == pytest.approx(0.3, abs=0.03)
    found = programme.stored(cast.operations)
    assert found is not None
    assert found.overall.effect == pytest.approx(0.3, abs=0.03)
    assert (found.funnel.coached, found.funnel.agents, found.funnel.moved) == (3, 3, 3)
    assert found.minutes == 3 * 2 * 15
    assert found.behaviours[0].opportunities == 3 * 39 * 10
    again = measured(OPERATOR, as_of=found.day)
    assert again is not None
    assert found == programme.work_out(OPERATOR, again)
    assert programme.pooled_response(OPERATOR) == 1.0, "30 points more where 20 were missing"


def test_without_counts_nothing_is_kept(cast: Cast) -> None:
    assert not measure(now=NOW)
    assert not Figures.objects.exists()
    assert programme.pooled_response(OPERATOR) is None
    assert effect_page.effect_page(cast.operations) is None


@pytest.mark.usefixtures("centre")
def test_everybody_sees_the_programme_and_leaders_their_own_sessions(cast: Cast) -> None:
    measure(now=NOW)
    for who in (cast.operations, cast.qa_lead, cast.ben):
        seen = effect_page.effect_page(who)
        assert seen is not None
        assert (seen.sessions, seen.own, seen.said) == ((), None, "worked")
    mine = effect_page.effect_page(cast.ada)
    assert mine is not None
    assert {one.agent_name for one in mine.sessions} == {"Agent 0", "Agent 1", "Agent 2"}
    assert mine.own is not None
    assert effect_page.effect_page(cast.lea) is None


@pytest.mark.usefixtures("centre")
def test_a_session_is_measured_for_the_two_in_it_alone(cast: Cast) -> None:
    user = person("Agent 0", Role.AGENT)
    Agent.objects.filter(key="a0").update(user=user)
    measure(now=NOW)
    session = Session.objects.get(agent__key="a0")
    seen = {name: effect_page.of_session(who, session.pk) for name, who in {
        "agent": viewer(user), "ada": cast.ada, "ben": cast.ben, "lea": cast.lea, "qa": cast.qa_lead, "ops": cast.operations,
    }.items()}  # fmt: skip
    assert [name for name, one in seen.items() if one] == ["agent", "ada"]


@pytest.mark.usefixtures("centre")
def test_only_one_behaviour_can_be_asked_for(cast: Cast) -> None:
    found = measured(OPERATOR, behaviour="greets")
    assert found is not None
    assert found.overall.sessions == 3
    other = measured(OPERATOR, template="other")
    assert other is not None
    assert other.rows == ()
    assert measured(cast.operations) is None
    with pytest.raises(UnknownNameError):
        measured(OPERATOR, behaviour="nothing")


def test_a_report_for_all_at_once_can_not_be_separated(cast: Cast, centre: Behaviour) -> None:
    """Switched on for everybody amid the days: neither the sessions nor the report can be told from it."""
    RollOut.objects.create(
        template=centre.template, team=Team.objects.get(key="north"), position=0,
        starts_on=FIRST + timedelta(days=50), seed=1, decided_at=NOW,
    )  # fmt: skip
    measure(now=NOW)
    assert set(SessionEffect.objects.values_list("effect", flat=True)) == {None}
    assert all("report" in why for why in SessionEffect.objects.values_list("why", flat=True))
    found = programme.stored(cast.operations)
    assert found is not None
    assert found.overall.effect is None
    assert [(one.teams, one.effect) for one in found.roll_outs] == [(0, None)]
    assert programme.pooled_response(OPERATOR) is None


def test_a_report_team_by_team_is_measured_against_those_who_wait(cast: Cast, centre: Behaviour) -> None:
    """Five teams of eight, three weeks apart; each gains 20 points on its day. The last ones had nobody to wait for them."""
    template, version = centre.template, TemplateVersion.objects.get()
    for at in range(5):
        team = Team.objects.create(key=f"t{at}", name=f"T{at}", site=cast.site)
        start = 21 + 21 * at
        RollOut.objects.create(
            template=template, team=team, position=at, starts_on=FIRST + timedelta(days=start), seed=1, decided_at=NOW
        )
        agents = Agent.objects.bulk_create(Agent(key=f"t{at}-{i}", name=f"{at} {i}", team=team) for i in range(8))
        AgentDay.objects.bulk_create(
            AgentDay(
                agent=agent, behaviour=centre, day=FIRST + timedelta(days=day), team=team, queue="", direction="",
                version=version, met=14 if day >= start else 10, not_met=6 if day >= start else 10,
                not_applicable=0, unscored=0,
            )
            for agent in agents
            for day in range(DAYS)
        )  # fmt: skip
    whole = measured(OPERATOR, as_of=FIRST + timedelta(days=DAYS - 1))
    assert whole is not None
    found = programme.work_out(OPERATOR, whole).roll_outs
    assert len(found) == 1
    assert found[0].low is not None
    assert found[0].teams >= 3
    assert found[0].days == 21
    assert found[0].effect == pytest.approx(0.2, abs=0.04)
    assert found[0].low > 0


def test_worth_carries_the_interval_and_names_what_it_assumes(cast: Cast, centre: Behaviour) -> None:
    """30 points more in 1,170 opportunities, 10 points of an outcome each: 35 outcomes, for 90 minutes."""
    measure(now=NOW)
    impact(centre)
    set_value(viewer=cast.operations, outcome="converted", value=100, hour=40, now=NOW)
    seen = programme.stored(cast.operations)
    assert seen is not None
    shown = worth.view(seen, outcome="converted", value=worth.value_of(OPERATOR, "converted"))
    assert shown.worth is not None
    assert shown.worth.extra.mean == pytest.approx(0.3 * 1170 * 0.1, rel=0.1)
    assert shown.worth.extra.low < shown.worth.extra.mean < shown.worth.extra.high
    assert shown.worth.cost == 1.5 * 40
    assert shown.worth.net.mean == pytest.approx(100 * shown.worth.extra.mean - 60, rel=0.01)
    assert len(shown.assumptions) >= 5


def test_what_if_these_were_coached_too(cast: Cast, centre: Behaviour) -> None:
    measure(now=NOW)
    impact(centre)
    set_value(viewer=OPERATOR, outcome="converted", value=100, hour=40, now=NOW)
    seen, value = programme.stored(cast.qa_lead), worth.value_of(OPERATOR, "converted")
    assert seen is not None
    assert value is not None
    answer = worth.what_if(seen, outcome="converted", value=value, behaviour=("manners", "greets"), agents=10)
    assert answer.worth.extra.mean == pytest.approx(0.3 * 10 * 90 * 10 * 0.1, rel=0.1)
    assert answer.worth.hours == 5
    for outcome, behaviour in (("converted", "nothing"), ("renewed", "greets")):
        with pytest.raises(UnknownNameError):
            worth.what_if(seen, outcome=outcome, value=value, behaviour=("manners", behaviour), agents=10)


@pytest.mark.usefixtures("centre")
def test_a_behaviour_without_impact_costs_and_is_named(cast: Cast) -> None:
    measure(now=NOW)
    seen = programme.stored(cast.operations)
    assert seen is not None
    shown = worth.view(seen, outcome="converted", value=worth.Value("converted", 100, 40, "Ola", FIRST))
    assert shown.worth is not None
    assert shown.worth.net == (-60, -60, -60)
    assert "Greets" in shown.assumptions[-1]


def test_operations_set_the_value_and_the_log_says_so(cast: Cast) -> None:
    set_value(viewer=cast.operations, outcome=" converted ", value=250, hour=40, now=NOW)
    row = Valuation.objects.get()
    assert (row.outcome, row.value, row.hour) == ("converted", 250, 40)
    assert AuditEntry.objects.filter(action="worth.set", subject="outcome:converted").exists()
    assert worth.outcomes(cast.qa_lead) == ["converted"]
    assert worth.outcomes(cast.ada) == []
    with pytest.raises(NotYoursError):
        set_value(viewer=cast.qa_lead, outcome="converted", value=1, hour=1, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"value": -1.0}, {"hour": float("nan")}, {"value": float("inf")}, {"outcome": " "}, {"outcome": "x" * 201}],
)
def test_a_value_is_a_number_from_nothing_on(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        set_value(viewer=cast.operations, now=NOW, **{"outcome": "converted", "value": 1.0, "hour": 1.0, **wrong})


@pytest.mark.usefixtures("centre")
def test_who_needs_the_workshop_and_who_sees_whom(cast: Cast) -> None:
    """Thirteen at one half, target 70 %: they need it, the three who reach 80 % are left alone."""
    last = FIRST + timedelta(days=DAYS - 1)
    by_ada, by_operations, by_ben = (workshops(who, as_of=last) for who in (cast.ada, cast.operations, cast.ben))
    assert by_ada is not None
    one = by_ada.workshops[0]
    assert (one.needing, one.everybody, by_ada.alone) == (13, 16, 3)
    assert len(one.mine) == len(one.agents) == 13
    assert by_ada.saved == pytest.approx(3 * 0.75)
    assert by_operations is not None
    assert by_operations.workshops[0].agents == ()
    assert by_operations.workshops[0].teams == (("North", 13),)
    assert by_ben is None
    assert workshops(cast.lea, as_of=last) is None


@pytest.mark.usefixtures("centre")
def test_the_same_counts_give_the_same_interval() -> None:
    first, second = measured(OPERATOR), measured(OPERATOR)
    assert first == second
    assert first is not None
    assert first.overall.low is not None
