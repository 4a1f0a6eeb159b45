import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from web.cast import Cast, coached, standing_cast

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


Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing


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
def centre(transactional_db: None) -> Cast:
    """The standing cast, with something under way."""
    cast = standing_cast(timezone.now(), calls=70)
    return cast


@pytest.fixture
def ids(centre: Cast) -> dict[str, int]:
    """Sessions and follow-ups by name."""
    return coached(centre)


class Visit:
    """A browser in which one of the cast is signed in."""

    def __init__(self, browser: Browser, address: str, cast: Cast) -> None:
        self._browser, self._address, self._cast = browser, address, cast
        self._open: list[BrowserContext] = []

    def __call__(
        self, who: str, *, width: int = 1440, height: int = 900, scheme: Any = "light", js: bool = True
    ) -> Any:
        """A page of theirs."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            base_url=self._address,
            java_script_enabled=js,
            timezone_id="Europe/Berlin",
        )
        self._open.append(context)
        user = self._cast.who(who)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self._address}]
            )
        page = context.new_page()
        page.set_default_timeout(15000)
        return page

    def close(self) -> None:
        """Close what was opened."""
        for context in self._open:
            context.close()


@pytest.fixture
def visit(browser: Browser, live_server: Any, centre: Cast) -> Iterator[Visit]:
    """Signs one of the cast in."""
    made = Visit(browser, live_server.url, centre)
    yield made
    made.close()
