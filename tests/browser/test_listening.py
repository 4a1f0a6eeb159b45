"""A call is heard where it is read: in a real browser, from the very second, at a desk and on a phone, by mouse and by key."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.conftest import PATIENCE
from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Assignment, Verdict
from coachloop.web import links
from web.cast import Cast, asked_blind
from web.heard import SPOKEN, heard, spoken_call, word_second

pytestmark = pytest.mark.browser

NEAR = 0.25
"""Seconds that what is heard may be off."""

CALL = f"/conversations/{SPOKEN}"

NOTE = """() => { window.begun = []; const sound = document.getElementById('sound');
    sound.playbackRate = 0.0625;
    sound.addEventListener('playing', () => { window.begun.push(sound.currentTime); sound.pause(); }); }"""
"""Where it begins to play is noted, and it is stopped there; slowly, so that a slow machine hears the same."""


@pytest.fixture
def calls() -> int:
    """Few: one is listened to."""
    return 2


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """A call whose words have their times."""
    return spoken_call


def until(page: Any, holds: str) -> None:
    """Wait for it; the page's policy forbids to wait inside of it."""
    ends = monotonic() + PATIENCE / 1000
    while not page.evaluate(holds):
        assert monotonic() < ends, f"never: {holds}"
        page.wait_for_timeout(20)


def asked_and_heard(cast: Cast) -> dict[str, Any]:
    """Eve is asked about calls; one of them can be heard."""
    ids = asked_blind(cast)
    heard(Assignment.objects.get(pk=ids["assignment"]).conversation.key)
    return ids


def opened(page: Any, address: str = CALL) -> None:
    """The page, with its sound known."""
    page.goto(address)
    until(page, "document.getElementById('sound').readyState > 0")
    page.evaluate(NOTE)


def begins_near(page: Any, second: float) -> None:
    """It plays, and began there."""
    until(page, "window.begun.length > 0")
    begun = page.evaluate("window.begun.splice(0)[0]")
    assert abs(begun - second) <= NEAR, f"began at {begun}, wanted {second}"
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def is_at(page: Any, second: float) -> None:
    """It stands there."""
    until(page, f"Math.abs(document.getElementById('sound').currentTime - {second}) <= {NEAR}")


def point(page: Any, words: str) -> None:
    """Click on the first of these words, wherever in a line they begin."""
    page.locator(words).scroll_into_view_if_needed()
    box = page.evaluate(f"JSON.parse(JSON.stringify(document.querySelector('{words}').getClientRects()[0]))")
    page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)


def proof(behaviour: str) -> tuple[Verdict, float]:
    """A verdict's first quote, and when its first word was spoken."""
    verdict = Verdict.objects.get(behaviour__key=behaviour, attempt__evaluation__conversation__key=SPOKEN)
    quote = verdict.evidence[0]
    return verdict, word_second(quote["turn"], quote["start"])


@pytest.mark.parametrize("width", [1280, 390])
def test_evidence_is_heard_from_its_second(visit: Visit, ids: dict[str, Any], width: int) -> None:  # noqa: ARG001 -- it furnishes
    """A verdict's link, its words, any word, a turn's time, a missed moment; and what is heard is marked."""
    page = visit("leader", width=width, height=844)
    opened(page)
    verdict, second = proof("open_questions")
    page.get_by_role("link", name=verdict.behaviour.title).click()
    begins_near(page, second)
    expect(page.locator("#turn-8")).to_have_attribute("aria-current", "true")
    expect(page.locator("#turn-8")).to_be_in_viewport()
    assert page.evaluate("CSS.highlights.get('spoken').values().next().value.toString()") == "What"
    verdict, second = proof("positive_reason")
    point(page, f"#quote-{verdict.pk}-0")
    begins_near(page, second)
    page.get_by_role("link", name="Hear it from 0:38").click()
    begins_near(page, 38.5)
    missed = Verdict.objects.get(behaviour__key="why_after_budget", attempt__evaluation__conversation__key=SPOKEN)
    page.get_by_role("link", name=missed.behaviour.title).click()
    begins_near(page, 5.5 * missed.missed["turn"])
    wrong = look(page, "conversation-heard")
    assert not wrong, "\n".join(wrong)


def test_by_key(visit: Visit, ids: dict[str, Any]) -> None:  # noqa: ARG001 -- as above
    """Play, five seconds back and on, from evidence to evidence, the list of keys, and no keys for whoever wants none."""
    page = visit("leader")
    opened(page)
    page.keyboard.press("k")
    begins_near(page, 0)
    for key, second in (("l", 5), ("ArrowRight", 10), ("j", 5), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        is_at(page, second)
    _, first = proof("positive_reason")
    _, second = proof("open_questions")
    seconds = sorted({0.0, 5.5 * 2, first, 5.5 * 5, second})
    for at in seconds[1:]:
        page.keyboard.press("Shift+ArrowRight")
        begins_near(page, at)
    page.keyboard.press("Shift+ArrowLeft")
    begins_near(page, seconds[-2])
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowUp")
    is_at(page, seconds[-2] + 5)
    page.keyboard.press("?")
    expect(page.get_by_text("five seconds back, on").or_(page.get_by_text("5 seconds back, on"))).to_be_visible()
    page.get_by_label("Keys are on").uncheck()
    page.locator("h1").click()
    page.keyboard.press("l")
    page.reload()
    expect(page.get_by_label("Keys are on")).not_to_be_checked()


def test_the_speed_is_kept(visit: Visit, ids: dict[str, Any]) -> None:  # noqa: ARG001 -- as above
    page = visit("leader")
    opened(page)
    page.get_by_label("Speed").select_option("1.5")
    opened(page)
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    assert page.evaluate("document.getElementById('sound').defaultPlaybackRate") == 1.5


def test_the_transcript_follows_until_the_reader_scrolls_away(visit: Visit, ids: dict[str, Any]) -> None:  # noqa: ARG001 -- as above
    """And on again when they ask for it."""
    page = visit("leader", height=500)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{CALL}?at=44")
    until(page, "document.getElementById('sound').readyState > 0")
    is_at(page, 44)
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#turn-8")).to_be_in_viewport()
    page.get_by_role("button", name="Pause").click()
    page.evaluate("scrollTo(0, 0)")
    back = page.get_by_role("button", name="Go to what is said")
    expect(back).to_be_visible()
    page.evaluate("document.getElementById('sound').currentTime = 38.6")
    expect(page.locator("#turn-7")).to_have_attribute("aria-current", "true")
    expect(page.locator("#turn-7")).not_to_be_in_viewport()
    back.click()
    expect(page.locator("#turn-7")).to_be_in_viewport()


def test_a_link_that_expired_is_fetched_anew(
    visit: Visit,
    ids: dict[str, Any],  # noqa: ARG001 -- as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page stays, and what is heard goes on where it was."""
    monkeypatch.setattr(links, "LINK_SECONDS", -1)
    page = visit("leader")
    page.goto(CALL)
    expect(page.locator("#player-told")).to_contain_text("Load the page again")
    monkeypatch.setattr(links, "LINK_SECONDS", 7200)
    page.evaluate("document.getElementById('sound').currentTime = 20")
    opened(page)
    page.keyboard.press("k")
    begins_near(page, 0)


def test_without_a_script_the_browsers_own_player_begins_at_the_second(visit: Visit, ids: dict[str, Any]) -> None:  # noqa: ARG001 -- as above
    page = visit("leader", js=False)
    page.goto(CALL)
    page.get_by_role("link", name="Hear it from 0:38").click()
    sound = page.locator("#sound")
    expect(sound).to_be_visible()
    assert sound.get_attribute("src").endswith("#t=38.50")
    expect(page.get_by_role("slider")).to_have_count(0)


class TestBlind:
    """The same player above the form of whoever answers blind."""

    @pytest.fixture
    def calls(self) -> int:
        """Enough to draw eight of."""
        return 12

    @pytest.fixture
    def furnishing(self) -> Callable[[Cast], dict[str, Any]]:
        """An audit of which one call can be heard."""
        return asked_and_heard

    def test_its_keys_leave_the_letters_to_the_form(self, visit: Visit, ids: dict[str, Any]) -> None:
        """J goes to the next question there; the arrows and the space bar are the player's."""
        page = visit("evaluator")
        opened(page, f"/reviews/{ids['assignment']}")
        page.keyboard.press("ArrowRight")
        is_at(page, 5)
        page.keyboard.press("j")
        expect(page.locator(".question").nth(1)).to_have_class("panel question is-now")
        is_at(page, 5)
        page.locator("h1").click()
        page.keyboard.press(" ")
        begins_near(page, 5)
        page.get_by_role("link", name="Hear it from 0:16").click()
        begins_near(page, 16.5)
        wrong = look(page, "review-heard")
        assert not wrong, "\n".join(wrong)
