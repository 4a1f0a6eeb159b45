from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from house import START, Clock, Houses, living_at
from web.cast import Cast, coached, standing_cast
from web.signed_in import session_of


@pytest.fixture(scope="module")
def cast(houses: Houses) -> Iterator[Cast]:
    """Everybody, in a house of this test file's own; what a test changes is undone after it. Time stands still for them."""
    with (
        houses.living_in("web", lambda: standing_cast(START)) as found,
        transaction.atomic(),
        living_at(Clock()),
    ):
        yield found
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def settled(houses: Houses) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """Everybody, and something of everything under way by name: furnished once a process, a copy for each test file."""
    from web.settled import settled_in  # noqa: PLC0415 -- which imports what stands here

    with settled_in(houses) as found:
        yield found


@pytest.fixture(scope="module")
def sessions(settled: tuple[Cast, dict[str, Any]], django_db_blocker: Any) -> dict[str, str]:
    """Everybody's cookie there: to sign in anew for each request takes longer than most answers."""
    cast = settled[0]
    with django_db_blocker.unblock():
        return {one.name: session_of(cast.who(one.name)) for one in fields(Cast) if one.name != "now"}


@pytest.fixture
def now() -> datetime:
    """Some moment."""
    return datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def ids(cast: Cast) -> dict[str, int]:
    """What is under way, by name: Lea's planned session, Tom's follow-up, Mia's developmental session; a test file may want other things."""
    return coached(cast)


@pytest.fixture
def leader(cast: Cast, client: Client) -> Client:
    """The leader's browser."""
    client.force_login(cast.leader)
    return client
