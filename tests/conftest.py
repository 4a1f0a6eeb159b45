"""What every test shares."""

import pytest
from hypothesis import settings

settings.register_profile("coachloop", deadline=None)  # a busy machine is slow now and then, which is no finding
settings.load_profile("coachloop")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the slow browser, so that one worker is not left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
