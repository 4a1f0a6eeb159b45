from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from web.cast import Cast, standing_cast


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:  # noqa: ARG001 -- fixtures come as arguments
    """Everybody, made once a test file; what a test changes is undone after it, and all of it after the file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield standing_cast(timezone.now())
        transaction.set_rollback(True)


@pytest.fixture
def now() -> datetime:
    """Some moment."""
    return datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
