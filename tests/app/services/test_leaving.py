"""Leavers: what is open with them ends, what was stays in every figure."""

from datetime import date, timedelta

import pytest

from app.conftest import Cast
from builders import NOW, agreement, calls, person, publish, score, take
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Absence, Agent, AgentDay, Focus, FollowUp, Session, Suggested, Team, User
from coachloop.app.queries.focus import gaps, suggestions
from coachloop.app.queries.heatmap import Asked, heatmap
from coachloop.app.queries.week import week
from coachloop.app.services.coaching import accept_focus, hold_session, open_developmental, open_due_follow_ups
from coachloop.app.services.leaving import come_back, leave, settle_leavers
from coachloop.app.services.requests import ask_for_coaching
from coachloop.app.services.suggested import note_once_a_day
from coachloop.app.services.users import switch_user
from coachloop.core.model.people import Role

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


def gone(cast: Cast, key: str = "lea", last: date = YESTERDAY) -> dict[str, int]:
    """Note somebody's last day."""
    return leave(viewer=cast.admin, agent_id=Agent.objects.get(key=key).pk, last_day=last, now=NOW)


@pytest.fixture
def at_work(cast: Cast) -> Cast:
    """Lea and Tom with calls; both miss the greeting."""
    publish()
    take(*calls("lea", 2, 12), *calls("tom", 2, 12))
    score()
    return cast


def test_a_leaver_is_in_nobodys_week(at_work: Cast) -> None:
    cast = at_work
    note_once_a_day(now=NOW)
    assert {row.agent_key for row in week(cast.ada, today=TODAY).to_coach} == {"lea", "tom"}
    over = gone(cast)
    assert over == {"suggestions": 1, "sign_ins": 1}
    assert {row.agent_key for row in week(cast.ada, today=TODAY).to_coach} == {"tom"}
    for viewer in (cast.qa_lead, cast.operator):
        assert {row.agent_key for row in suggestions(viewer, today=TODAY)} == {"tom"}
    assert {gap.agent_id for gap in gaps(cast.operator, as_of=TODAY).certain} == {Agent.objects.get(key="tom").pk}
    shown = heatmap(cast.qa_lead, Asked(), days=28, today=TODAY)
    assert [row.name for row in shown.page.rows] == ["Tom"]
    assert AgentDay.objects.filter(agent__key="lea", team__key="north").exists()
    assert Suggested.objects.get(agent__key="lea").how == "left"
    with pytest.raises(WrongStateError, match="already"):
        gone(cast)


def test_what_is_open_ends(at_work: Cast) -> None:
    cast = at_work
    accept_focus(viewer=cast.ada, agent_key="lea", now=NOW)
    session = Session.objects.get(agent__key="lea")
    hold_session(viewer=cast.ada, session_id=session.pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW)
    open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)
    ask_for_coaching(viewer=cast.lea, words="How do I close?", now=NOW)
    over = gone(cast)
    assert over == {"sessions": 1, "foci": 1, "follow_ups": 1, "sign_ins": 1}
    assert Focus.objects.filter(closed_at=NOW, closed_because="left").count() == 1
    assert [*Session.objects.order_by("pk").values_list("status", flat=True)] == ["held", "cancelled"]
    assert FollowUp.objects.filter(closed_at=NOW, closed_because="left", did_happen="").count() == 1
    assert open_due_follow_ups(now=NOW + timedelta(days=30)) == 0
    assert not week(cast.ada, today=TODAY).look_backs
    assert not Agent.objects.get(key="lea").requests.filter(answered_at=None).exists()


def test_until_their_last_day_they_are_here(at_work: Cast) -> None:
    cast = at_work
    accept_focus(viewer=cast.ada, agent_key="lea", now=NOW)
    assert gone(cast, last=TODAY + timedelta(2)) == {}
    assert Agent.objects.get(key="lea").team is not None
    assert settle_leavers(now=NOW + timedelta(2)) == 0
    assert settle_leavers(now=NOW + timedelta(3)) == 1
    assert settle_leavers(now=NOW + timedelta(3)) == 0
    assert Focus.objects.get().closed_because == "left"
    assert not User.objects.get(name="Lea Rossi").is_active


def test_absences_end_with_them(cast: Cast) -> None:
    lea = Agent.objects.get(key="lea")
    for first, last in ((-9, -8), (-5, 5), (-5, 8), (3, 9)):
        Absence.objects.create(agent=lea, first_day=TODAY + timedelta(first), last_day=TODAY + timedelta(last))
    gone(cast)
    assert [*Absence.objects.order_by("first_day").values_list("first_day", "last_day")] == [
        (TODAY - timedelta(9), TODAY - timedelta(8)), (TODAY - timedelta(5), YESTERDAY)
    ]  # fmt: skip


def test_whoever_is_more_than_an_agent_still_signs_in(cast: Cast) -> None:
    sam = person("Sam Both", Role.AGENT, Role.TEAM_LEADER)
    Agent.objects.filter(key="sam").update(user=sam)
    assert "sign_ins" not in gone(cast, "sam")
    assert User.objects.get(pk=sam.pk).is_active


def test_late_calls_of_a_leaver_bring_nobody_back(cast: Cast) -> None:
    gone(cast)
    take(*calls("lea", 1, 2, at=NOW - timedelta(days=3), team=None), *calls("lea", 1, 3, at=NOW, team="north", n=1))
    lea = Agent.objects.get(key="lea")
    assert lea.team is None
    assert lea.conversations.filter(team__key="north").exists()


def test_they_come_back(cast: Cast) -> None:
    lea, user = Agent.objects.get(key="lea"), User.objects.get(name="Lea Rossi")
    gone(cast)
    with pytest.raises(WrongStateError, match="note first that they came back"):
        switch_user(viewer=cast.admin, user_id=user.pk, active=True, now=NOW)
    south = Team.objects.get(key="south")
    with pytest.raises(WrongStateError, match="choose a later day"):
        come_back(viewer=cast.admin, agent_id=lea.pk, team_id=south.pk, first_day=YESTERDAY, now=NOW)
    come_back(viewer=cast.admin, agent_id=lea.pk, team_id=south.pk, now=NOW)
    switch_user(viewer=cast.admin, user_id=user.pk, active=True, now=NOW)
    lea.refresh_from_db()
    assert (lea.left_on, lea.team) == (None, south)
    with pytest.raises(WrongStateError, match="is here"):
        come_back(viewer=cast.admin, agent_id=lea.pk, now=NOW)


def test_only_admins_note_it(cast: Cast) -> None:
    lea = Agent.objects.get(key="lea").pk
    for viewer in (cast.ada, cast.operations, cast.qa_lead, cast.lea):
        with pytest.raises(NotYoursError):
            leave(viewer=viewer, agent_id=lea, last_day=TODAY, now=NOW)
    with pytest.raises(WrongStateError, match="choose a last day"):
        gone(cast, last=TODAY + timedelta(500))
