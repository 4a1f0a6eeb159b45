"""Every page, wide and on the phone, light and dark: no accessibility violation, no console error, and a picture of it."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.visit import Visit

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {
    "sign-in": ("visitor", "/sign-in"),
    "week": ("leader", "/week"),
    "plan": ("leader", "/week/plan"),
    "slots": ("leader", "/slots?week={slot_day}"),
    "slots-move": ("leader", "/slots/{slot}/{slot_day}"),
    "slots-end": ("leader", "/slots/{slot}/end"),
    "slots-lost": ("operations", "/slots/lost"),
    "away": ("leader", "/away"),
    "my-calendar": ("leader", "/me/calendar"),
    "me": ("other_agent", "/me"),
    "agent": ("leader", "/agents/lea"),
    "reports": ("other_agent", "/me/reports"),
    "report-week": ("other_agent", "/me/digests/weekly"),
    "report-plan": ("leader", "/me/digests/plan"),
    "report-month": ("operations", "/me/digests/monthly"),
    "roll-out": ("operations", "/roll-out?template=discovery"),
    "conversations": ("leader", "/conversations"),
    "conversation": ("leader", "/conversations/lea-1"),
    "clips": ("leader", "/clips"),
    "clip": ("leader", "/clips/{clip_shared}"),
    "clip-asked": ("agent", "/clips/{clip}"),
    "clip-candidates": ("leader", "/clips/candidates"),
    "session": ("leader", "/sessions/{planned}"),
    "session-held": ("other_agent", "/sessions/{held}"),
    "session-developmental": ("leader", "/sessions/{developmental}"),
    "goals": ("agent", "/agents/lea/goals"),
    "mix": ("operations", "/mix"),
    "follow-up": ("leader", "/follow-ups/{follow_up}"),
    "gatherings": ("leader", "/gatherings"),
    "gathering": ("leader", "/gatherings/{gathering}"),
    "gathering-held": ("leader", "/gatherings/{gathering_held}"),
    "gathering-new": ("leader", "/gatherings/new"),
    "heatmap": ("qa_lead", "/heatmap"),
    "heatmap-teams": ("operations", "/heatmap?template=discovery"),
    "templates": ("evaluator", "/templates"),
    "template": ("evaluator", "/templates/discovery"),
    "audit-log": ("admin", "/audit"),
    "parts": ("nobody", "/parts"),
    "no-role": ("nobody", "/"),
    "not-yours": ("agent", "/audit"),
}
ALL_LOOKS = [
    ("wide", 1440, 900, "light"),
    ("wide", 1440, 900, "dark"),
    ("phone", 390, 844, "light"),
    ("phone", 390, 844, "dark"),
]
SHOOT = bool(os.environ.get("COACHLOOP_SCREENSHOTS"))
LOOKS = ALL_LOOKS if SHOOT else [ALL_LOOKS[0], ALL_LOOKS[3]]
TALLEST = 1400


@pytest.fixture
def calls() -> int:
    """Enough for ten weeks of trend."""
    return 70


def test_every_page_wide_and_phone_light_and_dark(visit: Visit, ids: dict[str, int], settings: Any) -> None:
    """One test, because the centre takes a while to build."""
    wrong: list[str] = []
    for name, (who, path) in PAGES.items():
        settings.DEMO = name == "sign-in"
        for look, width, height, scheme in LOOKS:
            page = visit(who, width=width, height=height, scheme=scheme)
            page.on("console", partial(_note, wrong, name))
            page.goto(path.format(**ids))
            page.wait_for_load_state("networkidle")
            wrong += [f"{name} {look} {scheme}: {line}" for line in _violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{name} {look}: scrolls sideways")
            if SHOOT:
                _shoot(page, f"{name}-{look}-{scheme}", width)
            page.context.close()
    assert not wrong, "\n".join(wrong)


def _note(wrong: list[str], name: str, message: Any) -> None:
    if message.type == "error" and "403" not in message.text:
        wrong.append(f"{name}: {message.text}")


def _violations(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found
    ]


def _shoot(page: Any, name: str, width: int) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
