"""Counts by month on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from builders import MANNERS, call, publish, score, take
from coachloop.app.models import AgentDay
from coachloop.app.queries.partitions import TABLES, bounds, by_month, months, months_in_rest
from coachloop.app.services import rollups
from coachloop.app.services.partitions import make_ahead

pytestmark = pytest.mark.django_db

TODAY, NOW = date(2026, 11, 22), datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def counted(site):  # noqa: ARG001 -- whose they are
    """Cells of two months."""
    publish(MANNERS)
    take(call("c-1", at=date(2026, 3, 2)), call("c-2", at=date(2026, 3, 31)), call("c-3", at=date(2026, 4, 1)))
    score()
    rollups.refresh_rollups()


def of_postgres():
    if connection.vendor != "postgresql":
        pytest.skip("tables are kept by month on PostgreSQL alone: run with tests/with_postgres.py")


def test_months_have_their_bounds():
    assert bounds(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))


def test_on_sqlite_there_is_nothing_to_make():
    if connection.vendor == "sqlite":
        assert make_ahead(today=TODAY) == 0
        assert by_month(NOW).ok


def test_months_are_made_ahead_and_of_what_lies_in_the_rest(counted):  # noqa: ARG001 -- what lies there
    of_postgres()
    [table] = TABLES
    before = sorted(AgentDay.objects.values_list("id", "day", "met", "not_met"))
    assert before
    assert not by_month(NOW).ok
    assert make_ahead(today=TODAY) == 6
    assert months(table) == {date(2026, n, 1) for n in (3, 4, 11, 12)} | {date(2027, 1, 1), date(2027, 2, 1)}
    assert months_in_rest(table) == set()
    assert sorted(AgentDay.objects.values_list("id", "day", "met", "not_met")) == before
    assert make_ahead(today=TODAY) == 0
    assert by_month(NOW).ok
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM coachloop_agentday_2026_03")
        assert cursor.fetchone()[0] == AgentDay.objects.filter(day__month=3).count()


def test_each_key_holds_as_it_did(counted):  # noqa: ARG001 -- what lies there
    of_postgres()
    make_ahead(today=TODAY)
    row = AgentDay.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError, match="duplicate key"), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentDay.objects.update(met=-1)


def test_counting_anew_goes_on_as_before(counted):  # noqa: ARG001 -- what lies there
    of_postgres()
    make_ahead(today=TODAY)
    before = sorted(AgentDay.objects.values_list("day", "met", "not_met"))
    rollups.rebuild_rollups()
    rollups.refresh_rollups()
    assert sorted(AgentDay.objects.values_list("day", "met", "not_met")) == before
