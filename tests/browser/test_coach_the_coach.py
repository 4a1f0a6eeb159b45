"""Coach the coach in a real browser: handed in on the session's page, seen, shared, answered blind; every page without a violation."""

from typing import Any

import pytest

from browser.look import ALL_LOOKS, LOOKS, SHOOT, shoot, violations
from browser.visit import Visit
from web.cast import PLAYBOOKS, TALK, Cast, publish, score_all

pytestmark = pytest.mark.browser
PAGES = {
    "how-i-coach": ("leader", "/how-i-coach"),
    "recording": ("leader", "/how-i-coach/{recording}"),
    "shared-coaching": ("qa_lead", "/shared-coaching"),
    "shared-answer": ("other_leader", "/shared-coaching/{recording}"),
    "session-recorded": ("other_agent", "/sessions/{held}"),
}


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
    _look_at_every_page(visit, {**ids, "recording": recording})


def _look_at_every_page(visit: Visit, ids: dict[str, Any]) -> None:
    wrong: list[str] = []
    for name, (who, path) in PAGES.items():
        for look, width, height, scheme in ALL_LOOKS if SHOOT else LOOKS:
            page = visit(who, width=width, height=height, scheme=scheme)
            page.goto(path.format(**ids))
            page.wait_for_load_state("networkidle")
            wrong += [f"{name} {look} {scheme}: {line}" for line in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{name} {look}: scrolls sideways")
            if SHOOT:
                shoot(page, f"{name}-{look}-{scheme}", width)
            page.context.close()
    assert not wrong, "\n".join(wrong)
