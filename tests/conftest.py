"""What every test shares: what it may not leave behind."""

import csv
import locale
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import coachloop.adapters.readers.lines  # noqa: F401 -- sets the csv module's limit; which test imports it first depends on the order

pytest_plugins = ["house", "middleware_once", "migrated"]

settings.register_profile(
    "coachloop",
    deadline=None,  # a busy machine is slow now and then, which is no finding
    derandomize="CI" in os.environ,  # what is drawn anew is found where somebody looks, not in another change's check
)
settings.load_profile("coachloop")

OURS = ("COACHLOOP_", "DATABASE_", "DJANGO_", "TZ", "LANG", "LC_", "HOME", "PATH")
"""Variables of the environment that decide something; libraries set others when they are first imported."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the slow browser, so that one worker is not left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that leaves the process otherwise than it was would fail whoever comes next; so it fails itself."""
    before = _process()
    yield
    monkeypatch.undo()  # a plugin asks for it before we look: left to itself it would be undone only after
    after = _process()
    _forget()
    changed = [f"{name}: {before.get(name)!r} is now {after.get(name)!r}" for name in sorted(before.keys() | after.keys())
               if before.get(name) != after.get(name)]  # fmt: skip
    assert not changed, f"left behind for the tests that come next:\n{'\n'.join(changed)}"


def _process() -> dict[str, Any]:
    """What all tests of a process share."""
    mask = os.umask(0o22)
    os.umask(mask)
    root = logging.getLogger()
    return {
        **{f"${name}": value for name, value in os.environ.items() if name.startswith(OURS)},
        "folder": Path.cwd(),
        "umask": mask,
        "locale": locale.setlocale(locale.LC_ALL),
        "zone": time.tzname,
        "csv.field_size_limit": csv.field_size_limit(),
        "recursion": sys.getrecursionlimit(),
        "signals": {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)},
        "logging": (root.level, logging.root.manager.disable),
        **_django(),
    }


def _django() -> dict[str, Any]:
    """The settings that tests change, the zone that is switched on, and the clock."""
    from django.conf import settings as site  # noqa: PLC0415 -- pytest-django says first which settings
    from django.utils import timezone  # noqa: PLC0415

    return {
        **{name: getattr(site, name, None) for name in ("DEMO", "HOME", "CONFIG", "DATABASES", "PASSWORD_HASHERS")},
        "zone switched on": timezone.get_current_timezone_name(),
        "clock": timezone.now,
    }


def _forget() -> None:
    """What is kept here was made of this test's settings and rows; the next test's rows get the same ids."""
    keeping = ("coachloop.wiring", "coachloop.app.queries.rates", "coachloop.app.queries.counts")
    for module in filter(None, map(sys.modules.get, keeping)):
        for name, one in vars(module).items():
            if hasattr(one, "cache_clear") and name != "_opened":
                one.cache_clear()
