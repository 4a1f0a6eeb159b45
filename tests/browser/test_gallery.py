"""Every page of a leader, wide and on the phone, light and dark: no accessibility violation, no console error, no sideways scroll."""

from collections.abc import Callable
from typing import Any

import pytest

from browser.gallery import furnished, pages_of, what_is_wrong
from browser.look import LOOKS
from browser.visit import Visit
from web.cast import Cast

pytestmark = pytest.mark.browser


@pytest.fixture
def calls() -> int:
    """Enough for ten weeks of trend."""
    return 70


@pytest.fixture
def furnishing() -> Callable[[Cast], dict[str, Any]]:
    """Something for every page."""
    return furnished


def test_every_page_of_a_leader(visit: Visit, ids: dict[str, Any]) -> None:
    """As many as all the others have together, so that they are a file of their own."""
    wrong = what_is_wrong(visit, "leader", pages_of("leader", ids), looks=LOOKS)
    assert not wrong, "\n".join(wrong)
