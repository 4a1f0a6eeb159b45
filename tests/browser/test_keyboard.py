"""By keyboard alone: what a leader does on the week, in a session and in a follow-up, and the places behind "More"."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import FollowUp, Session
from web.cast import Cast, coached, proposed

pytestmark = pytest.mark.browser
STEPS = 120
"""Times that Tab is pressed until something counts as out of reach."""


def under_way(cast: Cast) -> dict[str, Any]:
    """Sessions, a follow-up, and two proposals."""
    return coached(cast) | proposed(cast)


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """As above."""
    return under_way


def go_to(page: Any, target: Any, key: str = "Tab") -> None:
    """Press Tab until it has the focus, which has to be seen."""
    expect(target).to_be_visible()
    for _ in range(STEPS):
        if target.evaluate("one => one === document.activeElement"):
            assert target.evaluate("one => one.matches(':focus-visible')")
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} is out of reach of the keyboard")


def write(page: Any, label: str, *words: str) -> None:
    """Go there, and write; a date's year and the hour after it are parted by an arrow."""
    go_to(page, page.get_by_label(label))
    for n, part in enumerate(words):
        if n:
            page.keyboard.press("ArrowRight")
        page.keyboard.type(part)


def press(page: Any, target: Any) -> None:
    """Go there, and press Enter; what comes is a new page."""
    go_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Any, question: str, answer: str) -> None:
    """Go to the question, and by arrows to the answer."""
    group = page.get_by_role("group", name=question)
    wanted = group.get_by_label(answer)
    go_to(page, group.get_by_role("radio").first)
    page.keyboard.press("Space")
    for _ in range(group.get_by_role("radio").count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{answer} is out of reach of the arrows")


def test_the_week(visit: Visit, ids: dict[str, Any]) -> None:  # noqa: ARG001 -- it furnishes
    """An agent asks, the leader opens that conversation, declines a proposal, and takes a focus."""
    agent, page = visit("other_agent"), visit("leader")
    agent.goto("/me")
    write(agent, "What would you like to talk about?", "The new script")
    press(agent, agent.get_by_role("button", name="Ask"))
    page.goto("/week")
    press(page, page.get_by_role("button", name="Open a conversation with Tom Okafor"))
    expect(page.get_by_role("heading", name="The conversation")).to_be_visible()
    page.goto("/week")
    go_to(page, page.get_by_text("Decline it").last.locator("xpath=.."))
    page.keyboard.press("Enter")
    go_to(page, page.get_by_role("textbox", name="Why not? Quinn Abara reads it."))
    page.keyboard.type("Not now")
    press(page, page.get_by_role("button", name="Decline", exact=True))
    page.goto("/week")
    press(page, page.get_by_role("button", name="Coach Jon Adler on this"))
    expect(page.get_by_role("heading", name="The example")).to_be_visible()
    assert Session.objects.filter(agent__key="jon", status="planned").exists()


def test_a_session(visit: Visit, ids: dict[str, Any]) -> None:
    """Planned, begun, kept for later, held; another one is called off."""
    page = visit("leader")
    page.goto(f"/sessions/{ids['planned']}")
    write(page, "When do you sit down?", "06102026", "0200PM")
    press(page, page.get_by_role("button", name="Plan it"))
    expect(page.get_by_role("status").first).to_contain_text("It is planned.")
    go_to(page, page.get_by_role("button", name="Start the"))
    page.keyboard.press("Enter")
    expect(page.locator("#timer")).to_contain_text("of 15 minutes")
    write(page, "In their own words", "I do not say why I call.")
    go_to(page, page.get_by_text("When you have heard them").locator("xpath=self::summary"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("A better move", exact=True).last).to_be_visible()
    write(page, "One action", "Say why I call")
    go_to(page, page.get_by_role("button", name="Keep it for later"))
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.reload()
    write(page, "By when?", "06122026")
    write(page, "How will you both see it?", "Three calls")
    write(page, "When do you look back together?", "06162026")
    press(page, page.get_by_role("button", name="Held: save what we agreed"))
    expect(page.get_by_role("heading", name="What was agreed")).to_be_visible()
    page.goto(f"/sessions/{ids['developmental']}")
    press(page, page.get_by_role("button", name="Call it off"))
    assert dict(Session.objects.filter(pk__in=[ids["planned"], ids["developmental"]]).values_list("pk", "status")) == {
        ids["planned"]: "held",
        ids["developmental"]: "cancelled",
    }


def test_a_follow_up(visit: Visit, ids: dict[str, Any]) -> None:
    """Three answers, and closed."""
    page = visit("leader")
    page.goto(f"/follow-ups/{ids['follow_up']}")
    choose(page, "Did it happen?", "Yes")
    choose(page, "Did it work?", "Yes")
    choose(page, "What next?", "Done: on to the next")
    press(page, page.get_by_role("button", name="Close the follow-up"))
    expect(page.get_by_role("heading", name="The answers")).to_be_visible()
    assert FollowUp.objects.get(pk=ids["follow_up"]).closed_at


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("js", [True, False])
def test_the_places_behind_more(visit: Visit, centre: Cast, *, width: int, js: bool) -> None:  # noqa: ARG001 -- it furnishes
    """Opened and closed by key, the focus goes in and comes back, and the open page is marked."""
    page = visit("leader", width=width, height=800, js=js)
    page.goto("/mix")
    more, drift = page.get_by_role("button", name="More"), page.get_by_role("link", name="Drift")
    expect(drift).to_be_hidden()
    page.keyboard.press("Tab")
    for _ in range(STEPS):
        if more.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(drift).to_be_visible()
    page.keyboard.press("Escape")
    expect(drift).to_be_hidden()
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(".others a").first.evaluate(
        "one => one.getRootNode().activeElement.closest('.others') !== null"
    )
    expect(drift).to_be_in_viewport()
    drift.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("slip")
    expect(more).to_have_class("place more-places here")
