import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, expect, sync_playwright

from browser.visit import Visit
from house import START, Clock, Houses, living_at
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
PATIENCE = 30_000
"""Milliseconds until something that is waited for counts as missing: a busy machine is slow, which is no finding."""

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop in this very thread


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


class Door:
    """Lets requests in while somebody lives in the house, and says when the last of them is out."""

    def __init__(self) -> None:
        self._app: Any = None
        self._inside, self._open, self._changed = 0, False, Condition()

    def leads_to(self, app: Any) -> "Door":
        """As LiveServerThread wants its handler made."""
        self._app = StaticFilesHandler(app)
        return self

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer, or say that it is closed: a page that goes away may still send what it holds."""
        with self._changed:
            if not self._open:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
            self._inside += 1
        try:
            return self._app(environ, start_response)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def open(self) -> None:
        """From now on."""
        self._open = True

    def close(self) -> None:
        """Let nobody in, and wait until all are out."""
        with self._changed:
            self._open = False
            assert self._changed.wait_for(lambda: not self._inside, PATIENCE / 1000), "a request never ends"


@pytest.fixture(scope="session")
def serving() -> Iterator[tuple[str, Door]]:
    """A server for all tests; every one of its threads opens the database anew, as in earnest."""
    door = Door()
    thread = LiveServerThread("localhost", door.leads_to)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}", door
    thread.terminate()


@pytest.fixture
def address(serving: tuple[str, Door], clock: Clock) -> Iterator[str]:  # noqa: ARG001 -- as above
    """Where the house of this test is served, at its time."""
    url, door = serving
    door.open()
    yield url
    door.close()


@pytest.fixture
def calls() -> int:
    """How many calls each agent has; a test file may want more."""
    return 20


def some_under_way(cast: Cast) -> dict[str, Any]:
    """Ids by name, of what most tests need."""
    return coached(cast) | gathered(cast) | protected(cast) | clipped(cast)


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """What is under way where a test asks for its `ids`; a test file may want more."""
    return some_under_way


@pytest.fixture
def _living(houses: Houses, calls: int) -> Iterator[tuple[Cast, dict[str, Any]]]:
    with houses.living_in(f"{calls} calls", lambda: standing_cast(START, calls=calls)) as cast:
        yield cast, {}


@pytest.fixture
def _busy(
    houses: Houses, calls: int, furnishing: Callable[[Cast], dict[str, Any]]
) -> Iterator[tuple[Cast, dict[str, Any]]]:
    bare = f"{calls} calls"
    with houses.living_in(bare, lambda: standing_cast(START, calls=calls)) as cast:
        pass
    with houses.living_in(f"{bare}, {furnishing.__name__}", lambda: (cast, furnishing(cast)), after=bare) as found:
        yield found


@pytest.fixture
def house(request: pytest.FixtureRequest, houses: Houses, db: None) -> tuple[Cast, dict[str, Any]]:  # noqa: ARG001 -- a fixture takes its fixtures as arguments
    """A house of this test's own, beside the empty test database: the standing cast, and something under way where the test asks for its `ids`."""
    found: tuple[Cast, dict[str, Any]] = request.getfixturevalue(
        "_busy" if "ids" in request.fixturenames else "_living"
    )
    return found


@pytest.fixture
def clock(house: tuple[Cast, dict[str, Any]]) -> Iterator[Clock]:  # noqa: ARG001 -- as above
    """What time it is, for the server as for the test."""
    with living_at(Clock()) as found:
        yield found


@pytest.fixture
def centre(house: tuple[Cast, dict[str, Any]]) -> Cast:
    """The standing cast."""
    return house[0]


@pytest.fixture
def ids(house: tuple[Cast, dict[str, Any]]) -> dict[str, Any]:
    """Sessions and follow-ups by name."""
    return house[1]


@pytest.fixture
def visit(browser: Browser, address: str, centre: Cast) -> Iterator[Visit]:
    """Signs one of the cast in."""
    made = Visit(browser, address, centre)
    yield made
    made.close()
