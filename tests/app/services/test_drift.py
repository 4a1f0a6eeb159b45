from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from builders import MANNERS, NOW, agreement, calls, publish, score, scores, take
from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import AgentDay, AuditEntry, Behaviour, DriftAlert, DriftBudget, PackedDay, TemplateVersion
from coachloop.app.queries import drift as queries
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import coaching, drift, gatherings, rollups
from coachloop.app.services.drift import Raised
from coachloop.app.services.gatherings import Held, Wanted
from coachloop.core.coaching.gathering import GatheringKind
from coachloop.core.insight.drift import Budget

START = date(2026, 2, 2)
USUAL, FALLEN = [5, 6, 6, 7] * 12, [2, 3] * 5


@pytest.fixture(autouse=True)
def behaviours(cast):  # noqa: ARG001 -- comes after the cast
    """A published template."""
    publish(now=datetime(2026, 1, 5, 9, 0, tzinfo=UTC))


def days(met, *, agent="lea", key="greets", first=0, version=None, of=8):
    """Working days of counts; the last of them."""
    behaviour = Behaviour.objects.get(key=key)
    agent_id, team_id = behaviour_agent(agent)
    dates = np.busday_offset(np.datetime64(START), np.arange(len(met)) + first).tolist()
    AgentDay.objects.bulk_create(
        AgentDay(
            agent_id=agent_id,
            team_id=team_id,
            behaviour=behaviour,
            day=day,
            version=version or behaviour.template.current,
            met=yes,
            not_met=of - yes,
            not_applicable=0,
            unscored=0,
        )
        for day, yes in zip(dates, met, strict=True)
    )
    return dates[-1]


def behaviour_agent(key):
    from coachloop.app.models import Agent  # noqa: PLC0415

    agent = Agent.objects.get(key=key)
    return agent.pk, agent.team_id


def at(day):
    return datetime(day.year, day.month, day.day, 6, 0, tzinfo=UTC) + timedelta(days=1)


def watch(day):
    return drift.watch(OPERATOR, as_of=day, now=at(day))


@pytest.fixture
def alert() -> DriftAlert:
    """Lea has slipped on greeting."""
    assert watch(days([*USUAL, *FALLEN])) == Raised(1, 0)
    return DriftAlert.objects.get()


def test_a_slip_is_raised_once_and_kept_up_to_date(alert):
    assert (alert.agent.key, alert.behaviour.key, alert.resolved_at) == ("lea", "greets", None)
    assert (alert.met, alert.n) == (25, 80)
    assert alert.high < alert.baseline
    assert alert.onset == date(2026, 4, 9)
    more = days([3, 2], first=len(USUAL) + len(FALLEN))
    assert watch(more) == Raised()
    again = DriftAlert.objects.get()
    assert (again.met, again.n, again.signalled_on) == (30, 96, alert.signalled_on)
    raised = AuditEntry.objects.get(action="drift.watch")
    assert (raised.actor_name, raised.detail) == ("command line", {"raised": 1, "resolved": 0})


def test_recovery_resolves_it_and_a_second_slide_is_raised_anew(alert):
    back = days([6] * 12, first=58)
    assert watch(back) == Raised(0, 1)
    alert.refresh_from_db()
    assert alert.resolution == "recovered"
    assert watch(days(FALLEN, first=70)) == Raised(1, 0)
    assert DriftAlert.objects.filter(resolved_at=None).get().onset > alert.onset


def test_a_huddle_answers_it_for_good(cast, alert):
    now = at(alert.signalled_on) + timedelta(days=7)
    wanted = Wanted(GatheringKind.HUDDLE, "manners", "greets", ("lea",))
    row = gatherings.plan_gathering(viewer=cast.ada, wanted=wanted, now=now)
    assert queries.open_alerts(cast.ada)[0].huddle_id == row.pk
    gatherings.hold_gathering(viewer=cast.ada, gathering_id=row.pk, held=Held(now.date(), ("lea",), 5), now=now)
    alert.refresh_from_db()
    assert (alert.resolution, alert.resolved_at) == ("huddle", now)
    assert watch(days([3, 2], first=58)) == Raised()


def test_a_session_on_the_behaviour_answers_it_for_good(cast, alert):
    elsewhere = DriftAlert.objects.create(
        agent=alert.agent, behaviour=Behaviour.objects.get(key="value_first"), onset=START, signalled_on=START,
        raised_at=at(START), met=2, n=20, low=0.0, high=0.3, baseline=0.8,
    )  # fmt: skip
    take(*calls("lea", 2, 20), *calls("tom", 20, 20))
    score()
    session = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW).sessions.get()
    alert.refresh_from_db()
    assert (session.behaviour, alert.resolved_at) == (alert.behaviour, None), "accepting alone answers nothing"
    agreed, today = agreement(NOW.date()), NOW.date()
    coaching.hold_session(viewer=cast.ada, session_id=session.pk, agreement=agreed, held_on=today, now=NOW)
    alert.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (alert.resolution, alert.resolved_at) == ("session", NOW)
    assert elsewhere.resolved_at is None
    assert watch(days([3, 2], first=58)) == Raised(0, 1), "the same slide is not raised again"


def test_whoever_leads_acknowledges_it_once(cast, alert):
    for other in (cast.ben, cast.lea, cast.operations, cast.admin):
        with pytest.raises(DriftAlert.DoesNotExist):
            drift.acknowledge(viewer=other, alert_id=alert.pk, now=at(START))
    with pytest.raises(NotYoursError):
        drift.acknowledge(viewer=cast.qa_lead, alert_id=alert.pk, now=at(START))
    seen = drift.acknowledge(viewer=cast.ada, alert_id=alert.pk, now=at(START))
    assert seen.acknowledged_by == cast.ada.user
    with pytest.raises(WrongStateError, match="already"):
        drift.acknowledge(viewer=cast.ada, alert_id=alert.pk, now=at(START))
    DriftAlert.objects.update(resolved_at=at(START), acknowledged_at=None)
    with pytest.raises(WrongStateError, match="over"):
        drift.acknowledge(viewer=cast.ada, alert_id=alert.pk, now=at(START))


def test_a_new_version_alone_raises_nothing():
    """The new words of a template measure another thing; the same fall under the old words is an alert."""
    days(USUAL)
    old = TemplateVersion.objects.get()
    publish(MANNERS.replace("[good morning]", "[a very good morning]"), now=datetime(2026, 4, 9, 9, 0, tzinfo=UTC))
    assert TemplateVersion.objects.count() == 2
    last = days(FALLEN * 2, first=len(USUAL))
    assert watch(last) == Raised()
    AgentDay.objects.update(version=old)
    PackedDay.objects.all().delete()  # knows of no counts that change in place: there are none
    assert watch(last) == Raised(1, 0)


def test_a_version_that_comes_while_an_alert_stands_ends_it(alert):
    publish(MANNERS.replace("[good morning]", "[a very good morning]"), now=datetime(2026, 4, 24, 9, 0, tzinfo=UTC))
    assert watch(days([2, 3], first=58)) == Raised(0, 1)
    alert.refresh_from_db()
    assert alert.resolution == "restarted"


def test_holidays_new_agents_and_few_calls_raise_nothing():
    days(USUAL)
    days(USUAL, first=len(USUAL) + 15)  # three weeks closed
    days([7, 8, 2, 3, 2, 3, 2], agent="tom", first=50)
    assert watch(days([1, 1, 1, 0, 0, 0], agent="sam", of=1)) == Raised()


def test_what_is_unscored_holds_it_back():
    last = days([*USUAL, *FALLEN])
    AgentDay.objects.filter(day__gte=date(2026, 4, 9)).update(unscored=2)
    assert watch(last) == Raised()


def test_it_looks_once_a_day_and_leaves_history_alone(cast):
    last = days([*USUAL, *FALLEN])
    assert drift.watch_once_a_day(now=at(last)) == Raised(1, 0)
    assert drift.watch_once_a_day(now=at(last)) is None
    assert DriftBudget.objects.get(site=cast.site).looked_on == at(last).date()
    assert drift.watch_once_a_day(now=at(last) + timedelta(days=1)) == Raised()
    DriftAlert.objects.all().delete()
    assert drift.watch(OPERATOR, as_of=last + timedelta(days=90), now=at(last)) == Raised()


def test_a_site_without_calls_is_looked_at_without_a_word():
    assert watch(START) == Raised()
    assert queries.slips(OPERATOR) == []


def test_the_budget_is_for_operations_and_admins(cast, alert):  # noqa: ARG001 -- there is one
    with pytest.raises(NotYoursError):
        drift.set_budget(viewer=cast.ada, budget=Budget(5, 5), now=at(START))
    with pytest.raises(RefusedError, match="above 0"):
        drift.set_budget(viewer=cast.admin, budget=Budget(0, 1), now=at(START))
    drift.set_budget(viewer=cast.operations, budget=Budget(0.1, 0.1), now=at(START))
    assert queries.budget() == Budget(0.1, 0.1)
    assert AuditEntry.objects.filter(action="drift.budget").count() == 1


def test_a_retired_behaviour_is_left_alone():
    last = days([*USUAL, *FALLEN])
    Behaviour.objects.update(retired=True)
    assert watch(last) == Raised()


def test_scores_of_another_tool_alone_raise_alerts_with_their_calls(cast):
    """No transcripts, no template of ours: the calls since the onset that show it are named."""
    dates = np.busday_offset(np.datetime64(START), np.arange(58)).tolist()
    rows = [
        {
            "call_id": f"{day}-{n}", "agent_id": "lea", "team": "north", "started_at": f"{day}T09:{n:02}:00+00:00",
            "queue": "easy", "behaviour": "recap", "verdict": "met" if n < met else "not_met",
        }
        for day, met in zip(dates, [*USUAL, *FALLEN], strict=True) for n in range(8)
    ]  # fmt: skip
    assert not scores(*rows, now=at(dates[-1])).refused
    rollups.refresh_rollups()
    assert watch(dates[-1]) == Raised(1, 0)
    (seen,) = queries.open_alerts(cast.ada)
    assert len(seen.calls) == queries.CALLS
    assert seen.calls[0].day == dates[-1]
    assert queries.open_alerts(cast.ben) == ()
    (row,) = queries.slips(cast.ada, behaviour="recap")
    assert (row.agent_key, row.slip.open, row.slip.n) == ("lea", True, 80)
    assert queries.slips(cast.ben) == []
    assert len(queries.slips(cast.qa_lead, template=row.template)) == 1
