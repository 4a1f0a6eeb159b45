import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from browser.visit import Visit
from web.cast import Cast, clipped, coached, gathered, protected, standing_cast

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop in this very thread


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def calls() -> int:
    """How many calls each agent has; a test file may want more."""
    return 20


@pytest.fixture
def centre(transactional_db: None, calls: int) -> Cast:  # noqa: ARG001 -- a fixture takes its fixtures as arguments
    """The standing cast."""
    return standing_cast(timezone.now(), calls=calls)


@pytest.fixture
def ids(centre: Cast) -> dict[str, Any]:
    """Sessions and follow-ups by name."""
    return coached(centre) | gathered(centre) | protected(centre) | clipped(centre)


@pytest.fixture
def visit(browser: Browser, live_server: Any, centre: Cast) -> Iterator[Visit]:
    """Signs one of the cast in."""
    made = Visit(browser, live_server.url, centre)
    yield made
    made.close()
