"""An agent asks and is answered; a workshop is planned and held: in a real browser, by keyboard where it counts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import Attendance, FollowUp, Gathering, Session

pytestmark = pytest.mark.browser


@pytest.fixture
def calls() -> int:
    """Just enough for a certain gap."""
    return 12


def test_an_agent_asks_and_the_leader_opens_a_conversation(visit: Visit) -> None:
    agent, leader = visit("agent", width=390, height=844), visit("leader")
    agent.goto("/me")
    agent.get_by_label("What would you like to talk about?").fill("What comes after the first minute")
    agent.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(agent.get_by_role("heading", name="You asked for a conversation")).to_be_visible()
    leader.goto("/week")
    expect(leader.get_by_text("What comes after the first minute")).to_be_visible()
    leader.get_by_role("button", name="Open a conversation with Lea Rossi").press("Enter")
    expect(leader.get_by_text("Developmental session with Lea Rossi")).to_be_visible()
    assert Session.objects.filter(agent__key="lea", kind="developmental").count() == 1
    agent.reload()
    expect(agent.get_by_text("A conversation of your own is open")).to_be_visible()


def test_a_workshop_is_planned_and_held_on_a_phone(visit: Visit) -> None:
    page = visit("leader", width=390, height=844, js=False)
    page.goto("/gatherings")
    page.get_by_role("link", name="Plan one").click()
    page.get_by_label("A workshop: one behaviour, several agents").check()
    page.get_by_label("On which behaviour?").select_option(label="Asks open questions")
    page.get_by_label("Jon Adler").check()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 2 agents")
    expect(page.get_by_label("Jon Adler")).to_be_checked()
    page.get_by_label("Mia Novak").check()
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("Mia Novak").uncheck()
    page.get_by_role("button", name="Held: save who was there").click()
    expect(page.get_by_text("1 of 2 came")).to_be_visible()
    present = Attendance.objects.filter(gathering=Gathering.objects.get()).values_list("agent__key", "present")
    assert dict(present) == {"jon": True, "mia": False}


def test_a_follow_up_that_waits_is_seen_and_closed(visit: Visit, ids: dict[str, int]) -> None:
    FollowUp.objects.filter(pk=ids["follow_up"]).update(due_on=timezone.localdate() - timedelta(days=14))
    page = visit("leader")
    page.goto("/week")
    page.get_by_label("Under way").get_by_role("link", name="Tom Okafor").click()
    expect(page.get_by_text("working days late")).to_be_visible()
    expect(page.get_by_role("heading", name="Since then, in their own words")).to_be_visible()
    for answer in ("Partly", "Too early to say", "Keep going: one more session"):
        page.get_by_label(answer).check()
    page.get_by_role("button", name="Close the follow-up").click()
    expect(page.get_by_text("Closed. Plan the next session.")).to_be_visible()
    expect(page.get_by_text("Met about it")).to_be_visible()
