"""Huddles and workshops on their pages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from coachloop.app.models import Agent, Attendance, Focus, Gathering, StandIn, Team
from web.cast import Cast, gathered
from web.signed_in import seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(cast: Cast) -> dict[str, int]:
    """One that is planned, one that was held."""
    return gathered(cast)


def test_without_any_the_page_says_the_next_step(cast: Cast) -> None:
    assert "Plan one" in seen(cast.leader, "/gatherings")
    advised = seen(cast.qa_lead, "/gatherings")
    assert "Team leaders plan them" in advised
    assert "Plan one" not in advised


def test_a_leader_plans_one_and_its_agents_see_it(cast: Cast, leader: Client) -> None:
    asked = {"kind": "workshop", "behaviour": "discovery/open_questions", "agents": ["lea", "tom"], "note": ""}
    page = leader.post("/gatherings/new", {**asked, "planned_for": "2099-01-05T10:00"}, follow=True).content.decode()
    assert "The workshop is planned" in page
    assert "Mon 5 Jan, 10:00" in page
    assert "Together with others" in seen(cast.agent, "/me")
    assert Gathering.objects.get().minutes == 45
    assert not Focus.objects.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"agents": []}, "Choose who is to come"),
        ({"agents": ["lea"]}, "A workshop needs at least 2 agents"),
        ({"agents": ["lea", "sam"]}, "sam is not one of the available choices"),
        ({"behaviour": ""}, "one at a time here too"),
        ({"planned_for": "2020-01-05T10:00"}, "still to come"),
    ],
)
def test_what_does_not_fit_is_said(leader: Client, change: dict[str, object], says: str) -> None:
    asked = {"kind": "workshop", "behaviour": "discovery/open_questions", "agents": ["lea", "tom"]}
    response = leader.post("/gatherings/new", {**asked, **change})
    assert (response.status_code, says in response.content.decode()) == (422, True)
    assert not Gathering.objects.exists()


def test_a_new_one_may_begin_with_what_was_looked_at(leader: Client) -> None:
    page = leader.get("/gatherings/new?behaviour=discovery/open_questions&agent=lea").content.decode()
    assert page.count(" checked") == 1
    assert 'value="discovery/open_questions" selected' in page


def test_who_was_there_is_ticked(leader: Client, ids: dict[str, int]) -> None:
    path = f"/gatherings/{ids['gathering']}"
    assert "Has it taken place?" in leader.get(path).content.decode()
    nobody = leader.post(f"{path}/hold", {"held_on": str(timezone.localdate()), "minutes": "30"})
    assert (nobody.status_code, "Tick who was there" in nobody.content.decode()) == (422, True)
    early = {"came": ["tom"], "held_on": str(timezone.localdate() + timedelta(days=2)), "minutes": "30"}
    assert "not before" in leader.post(f"{path}/hold", early).content.decode()
    page = leader.post(f"{path}/hold", {**early, "held_on": str(timezone.localdate())}, follow=True).content.decode()
    assert "1 of 2 came" in page
    assert "Has it taken place?" not in page
    held = Attendance.objects.filter(gathering=ids["gathering"]).values_list("agent__key", "present")
    assert dict(held) == {"lea": False, "tom": True}
    assert "held already" in leader.post(f"{path}/cancel", follow=True).content.decode()


def test_called_off_it_changes_nothing_else(leader: Client, ids: dict[str, int]) -> None:
    assert "Called off" in leader.post(f"/gatherings/{ids['gathering']}/cancel", follow=True).content.decode()
    assert "It was called off" in leader.get(f"/gatherings/{ids['gathering']}").content.decode()


def test_agents_are_named_to_their_leader_alone(cast: Cast, ids: dict[str, int]) -> None:
    path = f"/gatherings/{ids['gathering_held']}"
    page = seen(cast.leader, path)
    for words in ("Those who came, together", "likely between", "Mia Novak", "Not there"):
        assert words in page
    for who in (cast.qa_lead, cast.operations):
        other = seen(who, path)
        assert "Mia Novak" not in other
        assert "PRIVATE" not in other
    assert "Those who came, together" in seen(cast.qa_lead, path)
    assert "Fewer than three came" in seen(cast.operations, path)


def test_a_stand_in_holds_it_and_reads_no_note(cast: Cast, ids: dict[str, int]) -> None:
    """Who leads the team today notes who came; the note of whoever planned it stays as it is."""
    today = timezone.localdate()
    days = {"first_day": today - timedelta(days=1), "last_day": today + timedelta(days=1)}
    StandIn.objects.create(team=Team.objects.get(key="north"), user=cast.other_leader, **days)
    path = f"/gatherings/{ids['gathering']}"
    page = seen(cast.other_leader, path)
    assert "Has it taken place?" in page
    assert "PRIVATE" not in page
    client = Client()
    client.force_login(cast.other_leader)
    sent = {"came": ["lea"], "held_on": str(today), "minutes": "40", "note": "Mine now"}
    assert "1 of 2 came" in client.post(f"{path}/hold", sent, follow=True).content.decode()
    assert "PRIVATE" in Gathering.objects.get(pk=ids["gathering"]).note
    assert "PRIVATE" in seen(cast.leader, path)


def test_a_leader_without_agents_or_behaviours_is_told_what_comes_first(cast: Cast) -> None:
    Agent.objects.update(team=None)
    assert "Nobody in your team yet" in seen(cast.leader, "/gatherings/new")
