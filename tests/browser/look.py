"""A look at the page that is open: wide and on the phone, in light and in dark, with a picture where they are taken."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
SHOOT = bool(os.environ.get("COACHLOOP_SCREENSHOTS"))
ALL_LOOKS = [
    ("wide", 1280, 900, "light"),
    ("wide", 1280, 900, "dark"),
    ("phone", 390, 844, "light"),
    ("phone", 390, 844, "dark"),
]
ON_THE_PHONE = ALL_LOOKS[3]
LOOKS = ALL_LOOKS if SHOOT else [ALL_LOOKS[0], ON_THE_PHONE]
TALLEST = 1400
AXE = Axe()
BROUGHT = "typeof axe !== 'undefined'"
ASKED = "axe.run({resultTypes: ['violations'], preload: false}).then(found => found.violations)"
"""Every rule, but none of what passes comes back, and no style sheet is fetched again: only a rule that is off needs them."""


def look(page: Any, name: str, looks: Iterable[tuple[str, int, int, str]] = tuple(LOOKS)) -> list[str]:
    """What is wrong with it: every accessibility violation, and whether it scrolls sideways."""
    wrong = []
    for size, width, height, scheme in looks:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # else buttons fade over
        expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        wrong += [f"{name} {size} {scheme}: {line}" for line in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{name} {size}: scrolls sideways")
        if SHOOT:
            shoot(page, f"{name}-{size}-{scheme}", width)
    return wrong


def violations(page: Any) -> list[str]:
    """What axe finds; it is half a megabyte, so that a document is given it once."""
    if not page.evaluate(BROUGHT):
        page.evaluate(AXE.axe_script)
    found = page.evaluate(ASKED)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found
    ]


def shoot(page: Any, name: str, width: int) -> None:
    """A picture of it for the docs."""
    page.wait_for_load_state("networkidle")
    SHOTS.mkdir(parents=True, exist_ok=True)
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
