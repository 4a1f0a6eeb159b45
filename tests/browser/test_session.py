"""A session on a phone, with a connection that comes and goes."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import Session, SessionDraft

pytestmark = pytest.mark.browser
SAVED = re.compile(r"^Saved \d\d:\d\d$")


@pytest.fixture
def calls() -> int:
    """Just enough for a certain gap."""
    return 12


def test_a_session_is_held_on_a_phone_and_no_word_gets_lost(visit: Visit, ids: dict[str, int]) -> None:
    """Open, start, write, reload, lose the connection, come back, hold; then the agent confirms."""
    page = visit("leader", width=390, height=844)
    path = f"/sessions/{ids['planned']}"
    page.goto(path)
    expect(page.get_by_text("A better move", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Start the 15 minutes").click()
    expect(page.locator("#timer")).to_contain_text("of 15 minutes")

    words, saved = page.get_by_label("In their own words"), page.locator("#saved")
    words.fill("I call, and then I do not say why.")
    expect(saved).to_have_text(SAVED)
    page.reload()
    expect(words).to_have_value("I call, and then I do not say why.")
    expect(page.locator("#timer")).to_contain_text("of 15 minutes")

    page.context.set_offline(True)
    page.get_by_label("One action").fill("Say why I call in the first sentence")
    expect(saved).to_contain_text("Offline: kept on this device")
    page.get_by_role("button", name="Held: save what we agreed").click()
    expect(page.locator("#held-hint")).to_contain_text("Offline")
    page.context.set_offline(False)
    expect(saved).to_have_text(SAVED)
    assert SessionDraft.objects.get().fields["shared"]["action"] == "Say why I call in the first sentence"
    expect(page.locator("#held-hint")).to_be_hidden()

    today = timezone.localdate()
    page.get_by_label("By when?").fill(str(today + timedelta(days=4)))
    page.get_by_label("How will you both see it?").fill("Three calls, read together")
    page.get_by_label("When do you look back together?").fill(str(today + timedelta(days=7)))
    page.get_by_role("button", name="Held: save what we agreed").click()
    expect(page.get_by_text("Lea Rossi has not confirmed this yet.")).to_be_visible()
    page.wait_for_function("Object.keys(localStorage).length === 0")
    assert Session.objects.get(pk=ids["planned"]).minutes == 1
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")

    agent = visit("agent", width=390, height=844)
    agent.goto("/me")
    agent.get_by_role("link", name="Read it all").click()
    agent.get_by_role("button", name="Yes, this is what we agreed").click()
    expect(agent.get_by_text("You confirmed this on")).to_be_visible()


def test_a_draft_is_sent_within_two_seconds_of_a_pause(visit: Visit, ids: dict[str, int]) -> None:
    """By the browser's own clock, which the test turns."""
    page = visit("leader")
    page.clock.install()
    page.goto(f"/sessions/{ids['planned']}")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.get_by_label("In their own words").fill("I call, and then I do not say why.")
    expect(page.locator("#saved")).to_have_text("Writing…")
    with page.expect_response("**/draft"):
        page.clock.run_for(2000)
    expect(page.locator("#saved")).to_have_text(SAVED)


def test_newer_words_of_another_window_are_not_written_over(visit: Visit, ids: dict[str, int]) -> None:
    """Two windows, one session: the second writer is asked which to keep."""
    path = f"/sessions/{ids['developmental']}"
    desk, phone = visit("leader"), visit("leader", width=390, height=844)
    for page in (desk, phone):
        page.goto(path)
    desk.get_by_label("The next step").fill("Sit in on one")
    expect(desk.locator("#saved")).to_have_text(SAVED)
    phone.get_by_label("The next step").fill("Lead one")
    choice = phone.get_by_role("button", name="Take the newer words")
    expect(choice).to_be_visible()
    choice.click()
    expect(phone.get_by_label("The next step")).to_have_value("Sit in on one")
    phone.get_by_label("The next step").fill("Sit in on two")
    expect(phone.locator("#saved")).to_have_text(SAVED)
    assert SessionDraft.objects.get().fields["shared"]["action"] == "Sit in on two"


def test_words_that_were_never_sent_come_back_with_the_page(visit: Visit, ids: dict[str, int]) -> None:
    """The server is away while somebody writes and closes the page; the same device brings their words back, and asks if need be."""
    path = f"/sessions/{ids['developmental']}"
    page = visit("leader", width=390, height=844)
    page.goto(path)
    page.route("**/draft", lambda route: route.abort())
    page.get_by_label("The next step").fill("Sit in on one")
    expect(page.locator("#saved")).to_have_text("Offline: kept on this device")
    page.reload()
    expect(page.get_by_label("The next step")).to_have_value("Sit in on one")
    expect(page.locator("#saved")).to_have_text("Offline: kept on this device")

    desk = visit("leader")
    desk.goto(path)
    desk.get_by_label("The next step").fill("Lead one")
    expect(desk.locator("#saved")).to_have_text(SAVED)
    page.unroute("**/draft")
    page.reload()
    page.get_by_role("button", name="Keep what is on this page").click()
    expect(page.locator("#saved")).to_have_text(SAVED)
    assert SessionDraft.objects.get().fields["shared"]["action"] == "Sit in on one"
