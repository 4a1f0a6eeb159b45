"""What people do, in a real browser: with JavaScript where it helps, and without it where it must."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from browser.visit import Visit

pytestmark = pytest.mark.browser


def test_a_leader_coaches_without_javascript(visit: Visit) -> None:
    """From the week to a held session, by links and forms alone."""
    page = visit("leader", js=False)
    page.goto("/week")
    page.get_by_role("button", name="Coach Jon Adler on this").click()
    expect(page.get_by_role("heading", name="The example")).to_be_visible()
    page.get_by_label("In their own words").fill("I never say the name. I want to.")
    page.get_by_role("button", name="Held: save what we agreed").click()
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet")
    expect(page.get_by_label("In their own words")).to_have_value("I never say the name. I want to.")
    today = timezone.localdate()
    page.get_by_label("One action").fill("Say the name in the first sentence")
    page.get_by_label("By when?").fill(str(today + timedelta(days=4)))
    page.get_by_label("How will you both see it?").fill("Three calls, read together")
    page.get_by_label("When do you look back together?").fill(str(today + timedelta(days=7)))
    page.get_by_role("button", name="Held: save what we agreed").click()
    expect(page.get_by_role("heading", name="What was agreed")).to_be_visible()
    page.goto("/week")
    expect(page.get_by_role("button", name="Coach Jon Adler on this")).to_have_count(0)
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()


@pytest.mark.parametrize("js", [True, False])
def test_a_verdict_jumps_to_its_evidence(visit: Visit, js: bool) -> None:  # noqa: FBT001 -- a parameter under test
    """And the words light up where they were said."""
    page = visit("leader", js=js, width=390, height=700)
    page.goto("/conversations/lea-1")
    page.get_by_role("link", name="Asks open questions").click()
    target = page.locator("mark :target")
    expect(target).to_be_visible()
    expect(target).to_be_in_viewport()


def test_on_the_phone_the_behaviours_come_first_and_fold(visit: Visit) -> None:
    page = visit("leader", width=390, height=844)
    page.goto("/conversations/lea-1")
    first, said = page.locator("details").first, page.get_by_role("heading", name="What was said")
    assert first.bounding_box()["y"] < said.bounding_box()["y"]
    before = first.bounding_box()["height"]
    first.locator("summary").first.click()
    expect(first).not_to_have_attribute("open", "")
    assert first.bounding_box()["height"] < before


def test_a_filter_fetches_the_rows_and_keeps_the_address(visit: Visit) -> None:
    page = visit("leader")
    page.goto("/conversations")
    page.get_by_label("Agent").select_option("tom")
    expect(page.locator("#rows tbody")).not_to_contain_text("Lea Rossi")
    expect(page.locator("#rows tbody tr").first).to_contain_text("Tom Okafor")
    expect(page).to_have_url(re.compile("agent=tom"))
    page.reload()
    expect(page.get_by_label("Agent")).to_have_value("tom")


def test_the_keyboard_skips_to_the_page(visit: Visit) -> None:
    page = visit("leader")
    page.goto("/week")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_theme_follows_the_system_while_the_page_is_open(visit: Visit) -> None:
    page: Any = visit("leader", scheme="light")
    page.goto("/week")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.wait_for_function("before => getComputedStyle(document.body).backgroundColor != before", arg=light)


def test_a_printed_page_has_no_buttons(visit: Visit) -> None:
    page = visit("leader")
    page.goto("/week")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Coach Jon Adler on this")).to_be_hidden()
    expect(page.get_by_role("heading", name="Jon Adler")).to_be_visible()


def test_signing_in_and_out_by_hand(visit: Visit, settings: Any) -> None:
    """In the demonstration centre, one click each."""
    settings.DEMO = True
    page = visit("visitor")
    page.goto("/")
    page.get_by_role("button", name="Agent").click()
    expect(page.get_by_role("heading", name="What am I working on?")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Have a look around")).to_be_visible()


@pytest.mark.usefixtures("ids")
def test_a_leader_plans_the_week_by_keyboard(visit: Visit) -> None:
    """From the week to invited sessions: one line unticked, the others confirmed at once."""
    page = visit("leader")
    page.goto("/away")
    page.get_by_role("button", name="Ada Lindholm is back").press("Enter")
    page.goto("/week")
    page.get_by_role("link", name="Plan my week").press("Enter")
    lines = page.get_by_role("checkbox")
    expect(lines.first).to_be_checked()
    count = lines.count()
    lines.last.press("Space")
    expect(lines.last).not_to_be_checked()
    page.get_by_role("button", name="Plan these sessions").press("Enter")
    words = "1 session is planned" if count == 2 else f"{count - 1} sessions are planned"
    expect(page.get_by_role("status").first).to_contain_text(words)
    page.goto("/slots")
    expect(page.get_by_role("heading", name="When do we coach?")).to_be_visible()
