"""The house in which something of everything is under way, for whoever wants to look at every page."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction

from house import START, Clock, Houses, living_at
from web.cast import Cast, standing_cast
from web.test_permissions import under_way

SETTLED = "web, under way"
LATER = START + timedelta(minutes=1)
"""Than all that was done there."""


def settled_house(houses: Houses) -> AbstractContextManager[tuple[Cast, dict[str, Any]]]:
    """Furnished, whoever does it; given is everybody, and something of everything by name."""
    with houses.living_in("web", lambda: standing_cast(START)) as cast:
        pass
    return houses.living_in(SETTLED, lambda: (cast, under_way(cast)), after="web")


@contextmanager
def settled_in(houses: Houses) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """The same, to live in for a while; what is changed is undone."""
    with settled_house(houses) as found, transaction.atomic(), living_at(Clock(LATER)):
        yield found
        transaction.set_rollback(True)
