"""An evaluator's way through the blind form, by the keyboard, in a real browser; and two windows of the same person."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Assignment, Review
from web.cast import Cast, asked_blind

pytestmark = pytest.mark.browser

SELECT = """() => {
  const turn = [...document.querySelectorAll("[data-turn]")].find((one) => one.textContent.includes("Who is this?"));
  const text = turn.firstChild, start = text.data.indexOf("Who is this?"), range = document.createRange();
  range.setStart(text, start);
  range.setEnd(text, start + 12);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def calls() -> int:
    """Few are enough."""
    return 8


def test_a_call_is_answered_by_keys_and_nothing_is_lost_between_two_windows(visit: Visit, centre: Cast) -> None:
    """Evidence is selected, what is written is kept, the second window is asked, and then the machine stands beside."""
    first = asked_blind(centre)["assignment"]
    page = visit("evaluator", width=1280, height=900)
    page.goto("/reviews")
    assert not look(page, "reviews")
    page.set_viewport_size({"width": 1280, "height": 900})
    with page.expect_navigation():
        page.locator(f'a[href="/reviews/{first}"]').click()
    page.evaluate(SELECT)
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Remove “Who is this?”")).to_be_visible()
    page.keyboard.press("m")
    page.keyboard.press("n")
    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(page.locator("#saved")).to_have_text(re.compile("^Saved"))
    assert not look(page, "review")
    page.set_viewport_size({"width": 1280, "height": 900})
    row = Assignment.objects.get(pk=first)
    _second_window(visit, first)
    page.keyboard.press("m")
    expect(page.get_by_text("Something newer was saved in another window")).to_be_visible()
    expect(page.locator("#differ")).to_contain_text("[Written there.]")
    page.get_by_role("button", name="Keep what is here").click()
    expect(page.locator("#saved")).to_have_text(re.compile("^Saved"))
    for question in page.locator(".question").all():
        question.focus()
        page.keyboard.press("m")
    expect(page.locator("#saved")).to_have_text(re.compile("^Saved|Every question"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="side by side")).to_be_visible()
    assert not look(page, "review-done")
    kept = Review.objects.filter(conversation=row.conversation_id, kind="audit").order_by("behaviour__position")
    assert {one.outcome for one in kept} == {"met"}
    assert [one["quote"] for one in kept[0].quotes] == ["Who is this?"]


def _second_window(visit: Visit, assignment: int) -> None:
    other: Any = visit("evaluator", width=1280, height=900)
    other.goto(f"/reviews/{assignment}")
    question = other.locator(".question").first
    question.get_by_text("A note").click()
    question.get_by_role("textbox").fill("[Written there.]")
    expect(other.locator("#saved")).to_have_text(re.compile("^Saved"))


def test_without_a_script_the_form_is_a_form(visit: Visit, centre: Cast) -> None:
    """Radio buttons, words that are typed, a button."""
    first = asked_blind(centre)["assignment"]
    page = visit("evaluator", js=False)
    page.goto(f"/reviews/{first}")
    for question in page.locator(".question").all():
        question.locator("input[value=met]").check()
    page.get_by_role("textbox", name="Words that show it").first.fill("Who is this?")
    page.get_by_role("button", name="Submit").click()
    assert page.get_by_role("heading", name="side by side").is_visible()
    assert Review.objects.filter(kind="audit").exclude(quotes=[]).count() == 1
