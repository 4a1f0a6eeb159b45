"""Who may see what: the narrowing that every other query starts from."""

from datetime import UTC, date, datetime

import pytest

from builders import NOW, call, publish, score, take
from coachloop.app.models import Agent, FollowUp, Session, StandIn, Team, User
from coachloop.app.queries import session_page, viewing
from coachloop.core.model.people import Role

EVERYBODY = ("ada", "ben", "lea", "tom", "evaluator", "qa_lead", "operations", "admin", "nobody", "operator")
SEES = {"ada": {"lea", "tom"}, "ben": {"sam"}, "lea": {"lea"}, "tom": {"tom"}, "qa_lead": {"lea", "tom", "sam"}}
SEES["operator"] = SEES["qa_lead"]
LEADS = {"ada": {"north"}, "ben": {"south"}, "qa_lead": {"north", "south"}, "operator": {"north", "south"}}


@pytest.mark.parametrize("who", EVERYBODY)
def test_agents_sessions_and_follow_ups_are_those_of_ones_own(cast, who):
    """One's own, one's team's, or everybody's for a QA lead; nobody else sees any."""
    for agent in Agent.objects.all():
        session = Session.objects.create(agent=agent, kind="performance", status="planned", created_at=NOW)
        FollowUp.objects.create(session=session, due_on=NOW.date())
    viewer = getattr(cast, who)
    assert {agent.key for agent in viewing.agents(viewer)} == SEES.get(who, set())
    assert {row.agent.key for row in viewing.sessions(viewer)} == SEES.get(who, set())
    assert {row.session.agent.key for row in viewing.follow_ups(viewer)} == SEES.get(who, set())
    assert {team.key for team in viewing.teams(viewer)} == LEADS.get(who, set())


@pytest.mark.parametrize("who", EVERYBODY)
def test_calls_are_seen_by_the_team_of_their_time(cast, who):
    """Lea moved from south to north: her old calls stay with Ben, her new ones are Ada's; she sees both."""
    take(call("old", team="south", at=NOW.replace(month=3)), call("new"), call("sams", agent="sam", team="south"),
         call("nobodys", agent=None, team=None))  # fmt: skip
    seen = {
        "ada": {"new"}, "ben": {"old", "sams"}, "lea": {"old", "new"}, "tom": set(),
        "qa_lead": {"old", "new", "sams", "nobodys"}, "operator": {"old", "new", "sams", "nobodys"},
    }  # fmt: skip
    assert {row.key for row in viewing.conversations(getattr(cast, who))} == seen.get(who, set())


def test_everybody_is_the_viewer_that_the_rows_say(cast):
    """The cast is put together without asking."""
    for who in EVERYBODY[:-1]:
        found = getattr(cast, who)
        assert found == viewing.viewer(User.objects.get(pk=found.person.pk)), who


def test_a_viewer_is_what_their_grants_say(cast):
    assert cast.ada.roles == {Role.TEAM_LEADER}
    assert cast.ada.team_ids == {Team.objects.get(key="north").pk}
    assert (cast.lea.agent_id, cast.ada.agent_id) == (Agent.objects.get(key="lea").pk, None)
    assert (cast.ada.name, cast.operator.name) == ("Ada Lindholm", "command line")
    assert cast.ada.has(Role.AGENT, Role.TEAM_LEADER)
    assert not cast.ada.has(Role.AGENT)
    assert not cast.nobody.has(*Role)
    assert cast.operator.has(Role.ADMIN)


def test_a_role_that_is_taken_away_takes_the_sight_with_it(cast):
    """Leading a team on paper, or being an agent in the tables, shows nothing without the role."""
    for viewer in (cast.ada, cast.lea):
        viewer.user.grants.all().delete()
        again = viewing.viewer(viewer.user)
        assert not viewing.agents(again).exists()
        assert not viewing.conversations(again).exists()
        assert not viewing.teams(again).exists()


def test_an_agents_role_without_an_agent_shows_nothing(cast):
    """Calls without an agent are not theirs."""
    take(call("nobodys", agent=None, team=None))
    Agent.objects.filter(key="lea").update(user=None)
    again = viewing.viewer(cast.lea.user)
    assert not viewing.conversations(again).exists()
    assert not viewing.agents(again).exists()


def test_leaders_in_the_order_of_their_teams(cast):
    Team.objects.create(key="a-new-team", name="New", site=cast.site)
    assert [viewer.name for viewer in viewing.leaders()] == ["Ada Lindholm", "Ben Moreau"]


def test_looking_does_not_change_what_is_seen(cast):
    publish()
    take(call("c-1"))
    score()
    assert viewing.conversations(cast.ada).count() == viewing.conversations(cast.ada).count() == 1


def test_who_stands_in_leads_on_exactly_those_days(cast):
    """By the calendar of the team's own site: Berlin's Tuesday has begun when London's has not."""
    day = date(2026, 5, 12)
    StandIn.objects.create(team=Team.objects.get(key="north"), user=cast.ben.user, first_day=day, last_day=day)
    before, first = datetime(2026, 5, 11, 21, 59, tzinfo=UTC), datetime(2026, 5, 11, 22, 0, tzinfo=UTC)
    last, after = datetime(2026, 5, 12, 21, 59, tzinfo=UTC), datetime(2026, 5, 12, 22, 0, tzinfo=UTC)
    for now, teams in (
        (before, {"south"}),
        (first, {"north", "south"}),
        (last, {"north", "south"}),
        (after, {"south"}),
    ):
        ben = viewing.viewer(cast.ben.user, now=now)
        assert {team.key for team in viewing.teams(ben)} == teams
        assert {agent.key for agent in viewing.agents(ben)} == ({"lea", "tom", "sam"} if len(teams) == 2 else {"sam"})
    assert {team.key for team in viewing.teams(viewing.viewer(cast.ben.user))} == {"south"}


def test_who_stands_in_reads_nobodys_private_notes(cast):
    """They hold sessions in the leader's place, and have notes of their own."""
    lea = Agent.objects.get(key="lea")
    kept = Session.objects.create(
        agent=lea, kind="performance", status="imported", created_at=NOW, leader=cast.ada.user, private_notes="mine"
    )
    StandIn.objects.create(
        team=Team.objects.get(key="north"), user=cast.ben.user, first_day=NOW.date(), last_day=NOW.date()
    )
    ben = viewing.viewer(cast.ben.user, now=NOW)
    shown = session_page.session(ben, kept.pk, today=NOW.date())
    assert shown is not None
    assert shown.may_act
    assert shown.private_notes == ""
    own = session_page.session(cast.ada, kept.pk, today=NOW.date())
    assert own is not None
    assert own.private_notes == "mine"
