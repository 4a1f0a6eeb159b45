from datetime import timedelta

import pytest

from builders import NOW, agreement, calls, person, publish, score, take
from coachloop.app.models import Absence, Agent, FollowUp, LeaderAbsence, Message, StandIn, Team
from coachloop.app.queries import follow_up as queries
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import coaching
from coachloop.app.services.follow_ups import escalate
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep
from coachloop.core.model.people import Role

DUE = NOW + timedelta(days=7)
"""A Monday."""


pytestmark = pytest.mark.usefixtures("follow_up")


@pytest.fixture
def follow_up(cast) -> FollowUp:
    """Lea's, due and open."""
    publish()
    take(*calls("lea", 2, 20))
    score()
    session = coaching.accept_focus(viewer=cast.ada, agent_key="lea", now=NOW).sessions.get()
    made = coaching.hold_session(
        viewer=cast.ada, session_id=session.pk, agreement=agreement(NOW.date()), held_on=NOW.date(), now=NOW
    )
    coaching.open_due_follow_ups(now=DUE)
    return made


def told(days: float) -> list[tuple[str, str]]:
    """Who hears what so many days after the due day, as somebody's name and a level."""
    escalate(address="https://coach.example", now=DUE + timedelta(days=days))
    rows = Message.objects.order_by("pk").select_related("user")
    return [(row.user.name.split()[0], row.about.rsplit(":", 1)[1]) for row in rows]


def test_the_leader_hears_first_then_the_qa_lead_each_once(follow_up):
    assert told(0) == []
    assert told(1 - 0.2) == [], "four in the morning"
    assert told(1) == told(1.1) == told(4) == [("Ada", "leader")]
    assert told(7) == [("Ada", "leader")], "Whit Monday"
    assert told(8) == told(30) == [("Ada", "leader"), ("Quinn", "qa_lead")]
    message = Message.objects.earliest("pk")
    assert (message.kind, message.about) == ("follow-up", f"follow-up:{follow_up.pk}:leader")
    assert f"https://coach.example/follow-ups/{follow_up.pk}" in message.text
    assert "Lea" not in message.subject


def test_a_closed_one_is_told_to_nobody(cast, follow_up):
    answers = Answers(DidHappen.YES, DidWork.YES, NextStep.CLOSE)
    coaching.close_follow_up(viewer=cast.ada, follow_up_id=follow_up.pk, answers=answers, now=DUE + timedelta(days=1))
    assert told(9) == []


def test_who_is_away_is_waited_for(follow_up):
    """Working days of the agent's own count."""
    day = follow_up.due_on
    Absence.objects.create(agent=Agent.objects.get(key="lea"), first_day=day, last_day=day + timedelta(days=3))
    assert told(3) == []
    assert told(4) == [("Ada", "leader")]


def test_who_stands_in_hears_it_in_the_leaders_place(cast, follow_up):
    day = follow_up.due_on
    days = {"first_day": day, "last_day": day + timedelta(days=5)}
    LeaderAbsence.objects.create(user=cast.ada.user, **days)
    StandIn.objects.create(team=Team.objects.get(key="north"), user=cast.ben.user, **days)
    assert told(1) == [("Ben", "leader")]


def test_without_a_team_or_a_leader_only_advisers_hear_it():
    Team.objects.update(leader=None)
    assert told(1) == []
    Agent.objects.update(team=None)
    assert told(8) == [("Quinn", "qa_lead")]


def test_operations_see_a_count_and_no_name(cast, follow_up):
    def seen(viewer: Viewer, days: int) -> list[tuple[str, int]]:
        return [(one.name, one.count) for one in queries.waiting(viewer, today=follow_up.due_on + timedelta(days))]

    assert seen(cast.operations, 13) == []
    assert seen(cast.operations, 15) == seen(cast.qa_lead, 15) == [("North", 1)]
    for viewer in (cast.ada, cast.lea, cast.evaluator, cast.admin, cast.nobody):
        assert seen(viewer, 15) == []
    Agent.objects.update(team=None)
    assert seen(cast.operations, 15) == [("no team", 1)]
    assert ("Ola", "operations") not in told(20)


def test_somebody_who_left_is_not_told():
    left = person("Quentin Old", Role.QA_LEAD)
    left.is_active = False
    left.save()
    assert "Quentin" not in dict(told(9))
