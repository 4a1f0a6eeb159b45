import pytest
from django.db import DatabaseError, connection

from builders import MANNERS, call, person, publish, score, take
from coachloop.app.models import Site
from coachloop.app.queries import health
from coachloop.core.model.people import Role


def found(scorers=frozenset({"phrases"})):
    return {row.check: row for row in health.findings(lambda: scorers)}


@pytest.mark.django_db
def test_a_house_that_is_not_set_up_says_how():
    assert not health.is_set_up()
    assert not health.has_conversations()
    rows = found()
    assert rows.keys() == {"database", "site"}
    assert (rows["database"].ok, rows["database"].seen) == (True, connection.vendor)
    assert (rows["site"].ok, rows["site"].way_out) == (False, "run `coachloop init`")


@pytest.mark.usefixtures("site")
def test_an_empty_house_says_what_is_missing():
    rows = found(frozenset())
    assert {check: row.ok for check, row in rows.items()} == {
        "database": True, "migrations": True, "site": True, "people": False, "templates": False, "scorers": False, "work": True,
    }  # fmt: skip
    assert rows["site"].seen == "Main site, Europe/Berlin, DE"
    assert "coachloop people add" in rows["people"].way_out
    assert "coachloop template publish" in rows["templates"].way_out


@pytest.mark.usefixtures("site")
def test_a_house_at_work_says_what_waits():
    person("Ada", Role.TEAM_LEADER)
    publish()
    take(call("c-1"), call("c-2"))
    rows = found()
    assert all(row.ok for row in rows.values())
    assert rows["templates"].seen == "published: manners"
    assert rows["work"].seen == "2 conversations, 3 behaviours; 2 to score, 0 counts to refresh"
    assert "coachloop score" in rows["work"].way_out
    score()
    assert found()["work"].way_out == ""
    assert health.has_conversations()


@pytest.mark.usefixtures("site")
def test_conversations_that_no_template_is_for_are_found():
    """Else a first site scores nothing, and nothing says why."""
    person("Ada", Role.TEAM_LEADER)
    publish(MANNERS.replace("[voice]", "[chat]"))
    take(call("c-1"), call("c-2"))
    row = found()["templates"]
    assert (row.ok, "2 of the newest 2 conversations fit no template" in row.seen) == (False, True)
    assert "applies_to" in row.way_out
    take(call("c-3", channel="chat"))
    row = found()["templates"]
    assert (row.ok, "2 of the newest 3 conversations" in row.seen) == (True, True)


@pytest.mark.usefixtures("site")
def test_migrations_that_are_missing_are_found(monkeypatch):
    def unapplied(*_, **__):
        raise SystemExit(1)

    monkeypatch.setattr(health, "call_command", unapplied)
    assert found()["migrations"].way_out == "run `coachloop init`"


@pytest.mark.usefixtures("site")
def test_a_site_that_is_gone_is_found(monkeypatch):
    monkeypatch.setattr(health, "is_set_up", lambda: True)
    Site.objects.all().delete()
    assert found()["site"].way_out == "run `coachloop init`"


@pytest.mark.django_db
def test_a_database_that_is_not_there_is_said(monkeypatch):
    def broken():
        raise DatabaseError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", broken)
    monkeypatch.setattr(Site.objects, "exists", broken)
    assert not health.is_set_up()
    rows = found()
    assert (rows["database"].ok, rows["database"].seen) == (False, "connection refused")
    assert "DATABASE_URL" in rows["database"].way_out
