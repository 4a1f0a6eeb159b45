"""Everything a page can do, a program can: every address of the pages stands in pages.py with what does the same."""

from coachloop.web import urls
from coachloop.web.api.access import ENDPOINTS
from coachloop.web.api.api import api
from web.api.pages import PAGES


def test_no_page_without_an_operation_or_a_reason() -> None:
    """A new page has to say in pages.py which operation does the same, or why there is none."""
    assert {route.name for route in urls.urlpatterns if hasattr(route, "name")} <= set(PAGES)


def test_the_operations_named_are_there() -> None:
    """A reason is a sentence; an operation is one of the API's."""
    api()
    named = {one for found in PAGES.values() if isinstance(found, tuple) for one in found}
    assert named <= set(ENDPOINTS)
    assert all(reason.endswith(".") for reason in PAGES.values() if isinstance(reason, str))
