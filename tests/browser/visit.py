from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext

from web.cast import Cast


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
        page.set_default_timeout(30_000)
        return page

    def close(self) -> None:
        """Close what was opened."""
        for context in self._open:
            context.close()
