"""People in a real browser: a file comes in, somebody met in calls is matched, and who leaves is in nobody's week."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import Conversation
from web.cast import Cast, call, score_all, take_in

pytestmark = pytest.mark.browser

NOTHING_DONE = [False] * 5
FILE = "name,email,role,team,agent_id,team_from\nZoe Ito,zoe@example.org,agent,north,z-1,{day}\nNobody,,boss,,,\n"


def test_a_file_a_match_and_a_leaver(visit: Visit, centre: Cast, tmp_path: Path) -> None:
    """By links and forms alone, as the admin does it; the leader sees what comes of it."""
    day = centre.now.date()
    take_in([call("4711", "4711", "north", number=1, did=NOTHING_DONE, now=centre.now)], centre.now)
    score_all(centre.now)
    people = tmp_path / "people.csv"
    people.write_text(FILE.format(day=day - timedelta(days=90)))
    page = visit("admin")
    page.goto("/people")
    page.get_by_role("link", name="From a file").click()
    page.get_by_label("File", exact=True).set_input_files(people)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("status")).to_contain_text("1 of 2 rows changed something")
    expect(page.get_by_role("status")).to_contain_text("role: should be")
    page.get_by_role("link", name="Agents", exact=True).click()
    page.get_by_role("link", name="met in calls").click()
    page.get_by_label("4711 is", exact=True).fill("Zoe Ito (z-1)")
    page.get_by_role("button", name="4711 is the one named").click()
    expect(page.get_by_role("heading", name="Zoe Ito")).to_be_visible()
    assert Conversation.objects.get(key="4711-1").agent.key == "z-1"
    leader = visit("leader")
    leader.goto("/week")
    name = leader.locator("main a[href^='/agents/']").first.inner_text()
    page.goto("/people/agents")
    page.get_by_label("Name or id").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Last day").last.fill((day - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="They leave").click()
    expect(page.get_by_text("Left on")).to_be_visible()
    leader.goto("/week")
    expect(leader.get_by_role("heading", level=1)).to_be_visible()
    expect(leader.get_by_role("link", name=name, exact=True)).to_have_count(0)
