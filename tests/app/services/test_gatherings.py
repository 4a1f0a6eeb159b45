from datetime import date, timedelta

import pytest

from builders import NOW, calls, publish, score, take
from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError, WrongStateError
from coachloop.app.models import Agent, Attendance, AuditEntry, Focus, Gathering, Session
from coachloop.app.services import coaching
from coachloop.app.services.gatherings import Held, Wanted, cancel_gathering, hold_gathering, plan_gathering
from coachloop.core.coaching.gathering import GatheringKind

TODAY = NOW.date()
BOTH = ("lea", "tom")


@pytest.fixture(autouse=True)
def behaviours(cast):  # noqa: ARG001 -- comes after the cast
    """A published template."""
    publish()


def plan(viewer, *, agents=BOTH, kind=GatheringKind.WORKSHOP, **more) -> Gathering:
    given = {"template": "manners", "behaviour": "greets", **more}
    return plan_gathering(viewer=viewer, wanted=Wanted(kind=kind, agents=agents, **given), now=NOW)


def hold(viewer, row, *, came=("lea",), held_on=TODAY, minutes=40) -> Gathering:
    held = Held(held_on=held_on, came=came, minutes=minutes)
    return hold_gathering(viewer=viewer, gathering_id=row.pk, held=held, now=NOW)


def test_it_is_planned_and_held_with_who_came(cast):
    row = plan(cast.ada, note="Bring the call")
    assert (row.minutes, row.led_by, row.held_on) == (45, cast.ada.user, None)
    hold(cast.ada, row)
    row.refresh_from_db()
    assert (row.minutes, row.held_on) == (40, TODAY)
    assert dict(Attendance.objects.values_list("agent__key", "present")) == {"lea": True, "tom": False}
    actions = AuditEntry.objects.filter(subject=f"gathering:{row.pk}").values_list("action", flat=True)
    assert list(actions.order_by("id")) == ["gathering.plan", "gathering.hold"]


def test_it_opens_no_focus_and_blocks_nothing(cast):
    """Beside an open focus as without one; the next focus opens as ever."""
    take(*calls("lea", 2, 20))
    score()
    hold(cast.ada, plan(cast.ada, behaviour="value_first"), came=BOTH)
    assert not Focus.objects.exists()
    assert not Session.objects.exists()
    coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW)
    hold(cast.ada, plan(cast.ada), came=BOTH)
    assert Focus.objects.get().closed_at is None
    assert Session.objects.get().status == "planned"


@pytest.mark.parametrize("who", ["qa_lead", "lea"])
def test_only_their_leader_plans(cast, who):
    with pytest.raises(NotYoursError):
        plan(getattr(cast, who), agents=("lea",), kind=GatheringKind.HUDDLE)


def test_nobody_plans_for_agents_of_another_team(cast):
    """Whom one may not see is not there."""
    with pytest.raises(Agent.DoesNotExist):
        plan(cast.ada, agents=("lea", "sam"))
    assert not Gathering.objects.exists()


def test_what_does_not_fit_is_refused_in_words(cast):
    with pytest.raises(RefusedError, match="at least 2 agents, got 1"):
        plan(cast.ada, agents=("lea", "lea"))
    with pytest.raises(RefusedError, match="1 to 240, got 0"):
        plan(cast.ada, minutes=0)
    with pytest.raises(RefusedError, match="still to come"):
        plan(cast.ada, planned_for=NOW - timedelta(1))
    with pytest.raises(UnknownNameError):
        plan(cast.ada, behaviour="nothing")


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"came": ("sam",)}, "not asked to this workshop: sam"),
        ({"came": ()}, "call it off if nobody came"),
        ({"held_on": TODAY + timedelta(1)}, "on its day, not before"),
        ({"minutes": 500}, "got 500"),
    ],
)
def test_what_can_not_have_been_is_refused(cast, held, says):
    row = plan(cast.ada)
    with pytest.raises(RefusedError, match=says):
        hold(cast.ada, row, **held)
    assert not Attendance.objects.filter(present__isnull=False).exists()


def test_only_who_leads_them_holds_it_and_only_once(cast):
    row = plan(cast.ada)
    for viewer in (cast.ben, cast.lea, cast.nobody):
        with pytest.raises(Gathering.DoesNotExist):
            hold(viewer, row)
    for viewer in (cast.qa_lead, cast.operations):
        with pytest.raises(NotYoursError):
            hold(viewer, row)
    hold(cast.ada, row)
    with pytest.raises(WrongStateError, match="held already"):
        hold(cast.ada, row)
    with pytest.raises(WrongStateError, match="held already"):
        cancel_gathering(viewer=cast.ada, gathering_id=row.pk, now=NOW)


def test_an_agent_who_moved_does_not_give_it_away(cast):
    """Whoever planned it holds it while they lead one of its agents; the new leader sees it and holds nothing."""
    row = plan(cast.ada)
    Agent.objects.filter(key="tom").update(team=Agent.objects.get(key="sam").team)
    with pytest.raises(NotYoursError):
        hold(cast.ben, row)
    hold(cast.ada, row, came=BOTH)


def test_who_took_over_the_whole_group_holds_it(cast):
    row = plan(cast.ada)
    Agent.objects.filter(key__in=BOTH).update(team=Agent.objects.get(key="sam").team)
    with pytest.raises(NotYoursError):
        hold(cast.ada, row)
    hold(cast.ben, row)


def test_what_is_called_off_is_not_held(cast):
    row = plan(cast.ada, agents=("lea",), kind=GatheringKind.HUDDLE)
    assert row.minutes == 5
    cancel_gathering(viewer=cast.ada, gathering_id=row.pk, now=NOW)
    with pytest.raises(WrongStateError, match="called off already"):
        hold(cast.ada, row)


def test_what_happened_long_ago_is_no_gathering_of_today(cast):
    row = plan(cast.ada)
    with pytest.raises(WrongStateError, match="within 92 days; what is older can be imported"):
        hold(cast.ada, row, held_on=date.min)
    assert hold(cast.ada, row, held_on=TODAY - timedelta(days=92)).held_on
