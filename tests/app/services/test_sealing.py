"""Somebody with the database in their hands changes the audit log; it shows."""

import pytest
from django.db import DatabaseError, connection, transaction

from builders import NOW
from coachloop.app.models import AuditEntry, AuditSeal
from coachloop.app.queries.audit_chain import LET_GO, Head, head, verify
from coachloop.app.services import audit, sealing
from coachloop.core.model.sealing import spans


@pytest.fixture
def log(cast):
    """Six sealed entries."""
    for number in range(6):
        audit.record(cast.ada, "session.hold", f"session:{number}", now=NOW, detail={"n": number})
    sealing.seal_waiting()
    return list(AuditEntry.objects.order_by("id"))


def by_hand(sql, *values, table="coachloop_auditentry"):
    """As somebody who drops what stands in the way."""
    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only{on}")
        cursor.execute(sql, values)


@pytest.mark.usefixtures("log")
def test_what_nobody_touched_holds(cast):
    found = verify()
    assert (found.holds, found.entries, found.unsealed, found.let_go) == (True, 6, 0, 0)
    audit.record(cast.ada, "session.plan", "session:9", now=NOW)
    assert verify().unsealed == 1
    assert sealing.seal_waiting() == 1
    assert sealing.seal_waiting() == 0
    assert verify().head.number == 7


@pytest.mark.usefixtures("log")
def test_the_database_refuses_to_change_a_seal():
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditSeal.objects.filter(number=1).update(sha256="0" * 64)


def test_a_name_may_go_and_nothing_else(log):
    AuditEntry.objects.filter(pk=log[2].pk).update(actor_name="somebody erased")
    assert verify().holds


@pytest.mark.parametrize(
    "change",
    [
        "action='session.cancel'",
        "subject='session:77'",
        "detail='{}'",
        "actor_id=NULL",
        "at='2020-01-01 00:00:00+00:00'",
    ],
)
def test_a_change_shows(log, change):
    by_hand(f"UPDATE coachloop_auditentry SET {change} WHERE id = %s", log[2].pk)  # noqa: S608
    assert verify().broken_at == 3


def test_a_deletion_shows(log):
    log[3].delete()
    found = verify()
    assert (found.broken_at, found.holds) == (4, False)


def test_an_entry_that_is_put_between_shows(log):
    pk, old = log[3].pk, log[3]
    old.delete()
    by_hand("DELETE FROM coachloop_auditseal WHERE entry = %s", pk, table="coachloop_auditseal")
    assert verify().broken_at == 4
    AuditEntry.objects.create(
        id=pk, at=NOW, actor=old.actor, actor_name="Ada", action="session.cancel", subject="session:1"
    )
    assert verify().broken_at == 4


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="there, numbers become visible a little out of order")
def test_an_entry_with_a_number_that_was_free_shows(log):
    AuditEntry.objects.create(id=log[0].pk - 1, at=NOW, actor_name="Ada", action="x", subject="y")
    sealing.seal_waiting()
    assert "put among" in verify().why


def test_two_that_changed_places_show(log):
    first, second = log[1].pk, log[2].pk
    sql = "UPDATE coachloop_auditentry SET subject = CASE id WHEN %s THEN 'session:2' ELSE 'session:1' END WHERE id IN (%s, %s)"
    by_hand(sql, first, first, second)
    assert verify().broken_at == 2


@pytest.mark.usefixtures("log")
def test_seals_that_changed_places_show():
    by_hand("UPDATE coachloop_auditseal SET number = number + 100", table="coachloop_auditseal")
    by_hand(
        "UPDATE coachloop_auditseal SET number = CASE number WHEN 102 THEN 3 WHEN 103 THEN 2 ELSE number - 100 END",
        table="coachloop_auditseal",
    )
    assert verify().broken_at == 2


def test_a_tail_that_is_cut_off_shows_to_whoever_kept_the_head(log):
    kept = head()
    AuditSeal.objects.filter(number__gt=4).delete()
    AuditEntry.objects.filter(pk__gt=log[3].pk).delete()
    assert verify().holds
    found = verify(kept=kept)
    assert (found.holds, found.broken_at) == (False, 6)


def test_a_log_that_is_written_anew_shows_to_whoever_kept_the_head(log):
    kept = head()
    AuditSeal.objects.all().delete()
    by_hand("UPDATE coachloop_auditentry SET action = 'session.cancel' WHERE id = %s", log[0].pk)
    sealing.seal_waiting()
    assert verify().holds
    assert "written anew" in verify(kept=kept).why
    assert verify(kept=Head(99, "0" * 64)).broken_at == 99


def test_what_was_let_go_is_told_apart_from_tampering(cast, log):
    numbers = sealing.numbers_of([log[0].pk, log[1].pk])
    AuditEntry.objects.filter(pk__in=[log[0].pk, log[1].pk]).delete()
    assert verify().broken_at == 1
    audit.record(cast.operator, LET_GO, "audit", now=NOW, detail={"seals": spans(numbers), "because": "retention"})
    sealing.seal_waiting()
    found = verify()
    assert (found.holds, found.let_go) == (True, 2)
    log[3].delete()
    assert verify().broken_at == 4


@pytest.mark.usefixtures("log")
def test_whoever_seals_second_stops(monkeypatch, cast):
    monkeypatch.setattr(sealing, "_last", lambda: None)
    audit.record(cast.ada, "session.plan", "session:9", now=NOW)
    assert sealing.seal_waiting() == 0
