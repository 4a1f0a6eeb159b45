from unittest.mock import Mock

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coachloop.app.queries import rates
from coachloop.app.queries.viewing import OPERATOR
from coachloop.web.warm import warm

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("cast")
def test_whoever_comes_first_waits_for_no_counts() -> None:
    today = timezone.localdate()
    warm(today=today)
    with CaptureQueriesContext(connection) as queries:
        assert rates.grid_of(OPERATOR, as_of=today, days=90)
    assert not [query for query in queries if "SUM(" in query["sql"] and '"met"' in query["sql"]]


def test_a_database_that_cannot_be_read_yet_is_left_to_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "grid_of", Mock(side_effect=DatabaseError("no such table")))
    warm(today=timezone.localdate())
