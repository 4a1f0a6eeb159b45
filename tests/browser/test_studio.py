"""The QA lead's way through the studio, by the keyboard, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Review, TemplateVersion

pytestmark = pytest.mark.browser


@pytest.fixture
def calls() -> int:
    """Few are enough."""
    return 8


def test_write_try_label_by_key_and_publish(visit: Visit) -> None:
    """A mistake is found while it is written, kappa moves with the answers, and what is published is what was tried."""
    page = visit("qa_lead", width=1280, height=900)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    _write(page)
    _label(page)
    _change_and_try_again(page)
    _publish(page)
    assert not [line for line in wrong if "422" not in line]


def _look(page: Any, name: str) -> None:
    """As everywhere; then back to the desk."""
    assert not look(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def _text(page: Any) -> Any:
    return page.get_by_role("textbox", name="The text")


def _write(page: Any) -> None:
    page.goto("/templates/+new")
    _look(page, "new-template")
    page.get_by_label("What is the template called?").fill("Manners")
    page.get_by_label("What is the first thing to look for?").fill("Says good morning")
    with page.expect_navigation():  # its script is loaded too, which the keys need
        page.get_by_role("button", name="Open the studio").click()
    text = _text(page)
    start = text.input_value()
    text.fill(start.replace("window: anywhere", "windw: anywhere"))
    page.get_by_role("link", name=re.compile(r"Line \d+, column 5")).click()
    expect(text).to_be_focused()
    _look(page, "studio-mistakes")
    assert page.evaluate("document.activeElement.selectionStart") == start.index("window: anywhere")
    text.fill(start.replace('["words that show it"]', "[good morning]"))
    expect(page.get_by_text("No mistake found: 1 behaviour.")).to_be_visible()


def _label(page: Any) -> None:
    _text(page).press("Control+Enter")
    expect(page.get_by_role("heading", name="Tried on 20 calls")).to_be_visible()
    rows, kappa = page.locator(".call"), page.locator(".agreement b")
    expect(rows).to_have_count(20)
    rows.first.focus()
    for key in ("ArrowDown", "ArrowUp", *"mnmnmnmnmn"):
        page.keyboard.press(key)
    expect(rows.nth(10)).to_be_focused()
    expect(page.get_by_text("· 10 answered calls")).to_be_visible(timeout=20000)
    expect(page.locator("#said")).to_contain_text("kept. Kappa")
    expect(page.get_by_text(", likely between")).to_be_visible()
    before = kappa.inner_text()
    page.keyboard.press("u")
    expect(rows.nth(11)).to_be_focused()
    page.keyboard.press("m" if "word-not_met" in rows.nth(11).inner_html() else "n")
    expect(page.get_by_text("· 11 answered calls")).to_be_visible()
    expect(kappa).not_to_have_text(before)
    again = rows.first.get_by_role("button", name="Not met")
    again.click()
    expect(again).to_have_attribute("aria-pressed", "true")
    assert Review.objects.count() == 12
    _look(page, "studio")


def _change_and_try_again(page: Any) -> None:
    text, stale = _text(page), page.get_by_text("The text has changed since these were tried.")
    first = page.locator(".call").first.get_attribute("id")
    text.press("End")
    text.type(" ")
    expect(stale).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(stale).to_be_hidden()
    assert page.locator(".call").first.get_attribute("id") == first
    page.get_by_role("button", name="Back-test").click()
    expect(page.get_by_role("region", name="Back-test")).to_contain_text("Says good morning")


def _publish(page: Any) -> None:
    _text(page).press("Control+s")
    expect(page.get_by_text("Saved: draft of version 1")).to_be_visible()
    page.get_by_role("button", name="Publish …").click()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    published = TemplateVersion.objects.get(template__key="manners")
    assert published.published_at
    assert "[good morning]" in published.text
    with page.expect_navigation():
        page.get_by_role("link", name="Open the studio").click()
    _text(page).fill(published.text.replace("[good morning]", "[good morning, hello]"))
    page.get_by_role("button", name="Publish …").click()
    expect(page.get_by_text("Baseline restarts")).to_be_visible()
    _look(page, "studio-publish")
    page.goto("/templates/manners/history")
    _look(page, "template-history")
