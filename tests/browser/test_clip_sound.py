"""A clip plays in a real browser, on its page and in the library, at a desk and on a phone."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.conftest import PATIENCE
from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Clip
from web.cast import Cast
from web.heard import spoken_clip

pytestmark = pytest.mark.browser


@pytest.fixture
def calls() -> int:
    """Few: one is listened to."""
    return 2


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """A clip that can be heard."""
    return spoken_clip


def plays(page: Any, title: str) -> None:
    """It is played by its own controls, to its end."""
    sound = page.get_by_label(f"Hear {title}")
    expect(sound).to_be_visible()
    sound.evaluate("sound => { sound.play(); }")
    ends = monotonic() + PATIENCE / 1000
    while not sound.evaluate("sound => sound.currentTime > 0.2 && sound.readyState > 2"):
        assert monotonic() < ends, "it never plays"
        page.wait_for_timeout(20)
    assert 5 < sound.evaluate("sound => sound.duration") <= 30.1
    sound.evaluate("sound => { sound.pause(); }")


def test_a_clip_is_heard_by_its_agent_and_after_a_yes_by_colleagues(visit: Visit, ids: dict[str, Any]) -> None:
    page = visit("agent", width=390, height=844)
    title = Clip.objects.get(pk=ids["spoken_clip"]).title
    page.goto(f"/clips/{ids['spoken_clip']}")
    plays(page, title)
    wrong = look(page, "clip-heard-asked")
    page.get_by_role("button", name="Yes, words and voice").click()
    expect(page.get_by_role("heading", name="Colleagues may see and hear this")).to_be_visible()
    page = visit("leader")
    page.goto("/clips")
    plays(page, title)
    wrong += look(page, "clips-heard")
    assert not wrong, "\n".join(wrong)
