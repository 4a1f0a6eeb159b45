from datetime import date

import pytest
from django.db import IntegrityError

from builders import NOW
from coachloop.app.models import Conversation
from coachloop.app.services import bulk

pytestmark = pytest.mark.django_db
COLUMNS = ("key", "started_at", "day", "outcome", "landed_at")
DAY = date(2026, 5, 4)


def insert(*numbers):
    rows = [(f"c-{n}", NOW, DAY, {"sold": n}, NOW) for n in numbers]
    bulk.insert(Conversation, COLUMNS, iter(rows))


@pytest.mark.parametrize("count", [0, 1, bulk.TOGETHER, 2 * bulk.TOGETHER + 1])
def test_every_row_is_stored_in_its_order(count):
    """However many fit into one statement, and with the defaults of columns that are not named."""
    insert(*range(count))
    rows = Conversation.objects.order_by("id").values_list("key", "outcome", "day", "started_at", "queue", "agent")
    assert list(rows) == [(f"c-{n}", {"sold": n}, DAY, NOW, "", None) for n in range(count)]


def test_the_database_still_refuses_what_it_would():
    with pytest.raises(IntegrityError):
        insert(*range(bulk.TOGETHER), 0)
