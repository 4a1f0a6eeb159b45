"""Coach the coach in a real browser: handed in on the session's page, seen, shared, answered blind; the gallery looks at its pages."""

from typing import Any

import pytest

from browser.visit import Visit
from web.cast import PLAYBOOKS, TALK, Cast, publish, score_all

pytestmark = pytest.mark.browser


def test_a_leader_hands_in_shares_and_compares(visit: Visit, ids: dict[str, Any], centre: Cast) -> None:
    """By mouse and by keyboard, as the leader and the QA lead do it."""
    publish((PLAYBOOKS / "coaching-conversation.yaml").read_text(), centre.now)
    page = visit("leader")
    page.goto(f"/sessions/{ids['held']}")
    page.get_by_text("Hand in what was said", exact=True).click()
    page.get_by_label("The conversation, a line a turn").fill(TALK)
    page.get_by_label("we both agree", exact=False).check()
    page.get_by_role("button", name="Hand it in").click()
    page.get_by_role("heading", name="How do I coach?").wait_for()
    score_all(centre.now)
    page.get_by_role("link", name="Tom Okafor").click()
    page.get_by_role("button", name="Share it with the QA lead and other leaders").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop sharing").wait_for()
    recording = page.url.rsplit("/", 1)[1]
    quinn = visit("qa_lead")
    quinn.goto("/shared-coaching")
    quinn.get_by_role("link", name="A conversation of").click()
    for answer in quinn.get_by_role("radio", name="Met", exact=True).all():
        answer.check()
    quinn.get_by_role("button", name="Answer, and compare").click()
    quinn.get_by_role("heading", name="Who says what").wait_for()
    quinn.goto(f"/shared-coaching/{recording}")
    quinn.get_by_role("heading", name="Who says what").wait_for()
