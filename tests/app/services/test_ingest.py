import json
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import numpy as np
import pytest
from django.db import IntegrityError, OperationalError, connection

from builders import NOW, call, calls, lines, publish, score, take
from coachloop.app.models import (
    Agent,
    Attempt,
    AuditEntry,
    Conversation,
    DirtyDay,
    Evaluation,
    Revision,
    Team,
    Verdict,
)
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import ingest as service
from coachloop.core.model.receipt import Refusal

pytestmark = pytest.mark.usefixtures("site")


def counts(receipt):
    return receipt.received, receipt.accepted, receipt.duplicates, len(receipt.refused)


def test_a_conversation_is_stored_with_what_is_asked_about_it():
    """Its fields in a row, its words as they came in, the local day at the site."""
    given = call("c-1", at=datetime(2026, 5, 4, 22, 30, tzinfo=UTC), queue="sales", direction="outbound", language="en",
                 customer_id="k-9", agent_name="Lea Rossi", outcome={"sold": True}, crm={"id": 7})  # fmt: skip
    assert counts(take(given)) == (1, 1, 0, 0)
    row = Conversation.objects.get()
    assert (row.key, row.queue, row.direction, row.language, row.customer_key) == (
        "c-1",
        "sales",
        "outbound",
        "en",
        "k-9",
    )
    assert (row.agent.name, row.team.key, row.outcome, row.turn_count, row.revision) == (
        "Lea Rossi",
        "north",
        {"sold": True},
        4,
        1,
    )
    assert row.day == date(2026, 5, 5)
    assert json.loads(row.revisions.get().document) == given


def test_twice_is_once():
    """The same lines again are duplicates, whatever the order of their keys; nothing is stored anew."""
    publish()
    documents = calls("lea", 2, 5)
    take(*documents)
    before = list(Conversation.objects.values_list()), list(Evaluation.objects.values_list())
    again = take(*(dict(reversed(one.items())) for one in documents))
    assert counts(again) == (5, 0, 5, 0)
    assert (list(Conversation.objects.values_list()), list(Evaluation.objects.values_list())) == before
    assert Revision.objects.count() == 5


def test_the_same_id_with_other_content_is_refused_with_its_place():
    take(call("c-1"))
    receipt = take(call("c-2"), call("c-1", greets=True))
    assert counts(receipt) == (2, 1, 0, 1)
    assert receipt.refused[0].line == 2
    assert "'c-1' is stored with other content; --replace takes the new one" in receipt.refused[0].reason


def test_replace_keeps_the_history():
    """A revision more; the verdicts of the older stand until the new words are scored; the clock's start stays."""
    publish()
    take(call("c-1", queue="old"))
    score()
    receipt = take(call("c-1", queue="new", greets=True), replace=True, now=NOW + timedelta(days=1))
    assert counts(receipt) == (1, 1, 0, 0)
    row = Conversation.objects.get()
    assert (row.queue, row.revision, row.landed_at) == ("new", 2, NOW)
    assert [json.loads(r.document)["queue"] for r in row.revisions.order_by("number")] == ["old", "new"]
    evaluation = Evaluation.objects.get()
    assert (evaluation.state, evaluation.attempt.revision) == ("pending", 1)
    score(now=NOW + timedelta(days=1))
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempt.revision, evaluation.attempts.count()) == ("done", 2, 2)
    assert Verdict.objects.filter(attempt__evaluation=evaluation, behaviour__key="greets").count() == 2


def test_replace_with_the_same_is_a_duplicate_and_back_again_is_a_third_revision():
    first, second = call("c-1"), call("c-1", greets=True)
    take(first)
    assert counts(take(first, replace=True)) == (1, 0, 1, 0)
    take(second, replace=True)
    assert counts(take(first, replace=True)) == (1, 1, 0, 0)
    assert Conversation.objects.get().revision == 3


def test_the_same_id_several_times_in_one_file():
    """Once stored, the rest are duplicates or refused, as if they had come one file after another."""
    first, second = call("c-1"), call("c-1", greets=True)
    assert counts(take(first, first, second)) == (3, 1, 1, 1)
    assert counts(take(second, first, second, replace=True)) == (3, 3, 0, 0)
    assert Conversation.objects.get().revision == 4


def test_bad_lines_are_refused_one_by_one_and_the_rest_goes_on():
    given = [
        call("good-1"),
        b"{",
        b"\xff",
        call("bad", turns=[{"speaker": "robot", "text": "x"}]),
        call("late", turns=[{"speaker": "agent", "text": "x", "start": -1}]),
        call("odd", started_at="0001-01-01T00:00:00+14:00"),
        call("vast", outcome={"amount": 1}),
        call("good-2"),
    ]
    raw = lines(*given)
    raw[6] = raw[6].__class__(raw[6].file, 7, raw[6].raw.replace(b'"amount": 1', b'"amount": 1e400'))
    items = [raw[0], Refusal("calls.jsonl", 99, "the file can't be read further"), *raw[1:]]
    receipt = service.ingest(items, viewer=OPERATOR, now=NOW)
    assert counts(receipt) == (9, 2, 0, 7)
    assert [r.line for r in receipt.refused] == [99, 2, 3, 4, 5, 6, 7]
    assert {row.key for row in Conversation.objects.all()} == {"good-1", "good-2"}


def test_what_insights_leave_out_is_said():
    """Scored all the same; a call without a transcript waits for one."""
    publish()
    receipt = take(
        call("c-1", agent=None, team=None),
        call("c-2", at=None),
        {"id": "c-3", "agent_id": "lea", "audio": "c.wav", "started_at": "2026-05-04", "channel": "voice"},
    )
    assert receipt.notes == {
        "without an agent: kept, and left out of insights by agent": 1,
        "without a start: kept, and left out of insights over time": 1,
        "without a transcript: kept, waiting for transcription": 1,
    }
    assert {e.conversation.key for e in Evaluation.objects.all()} == {"c-1", "c-2"}


def test_only_published_templates_that_fit_wait():
    publish()
    take(call("c-1"), call("c-2", channel="chat"), call("c-3", channel=None))
    assert [e.conversation.key for e in Evaluation.objects.all()] == ["c-1"]


def test_untidy_starts_are_read_in_the_sites_zone():
    """Berlin: no zone, a bare date (its noon), an empty one."""
    take(
        call("c-1", started_at="2026-05-04T23:30:00"), call("c-2", started_at="2026-05-04"), call("c-3", started_at="")
    )
    rows = {row.key: row for row in Conversation.objects.all()}
    assert rows["c-1"].started_at == datetime(2026, 5, 4, 21, 30, tzinfo=UTC)
    assert (rows["c-1"].day, rows["c-2"].day) == (date(2026, 5, 4), date(2026, 5, 4))
    assert rows["c-2"].started_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert rows["c-3"].day is None


def test_an_agent_is_in_the_team_of_their_newest_call():
    """Old calls keep the team of their time, whatever the order in which they come in."""
    take(call("new", team="south", at=NOW), call("old", team="north", at=NOW - timedelta(30)))
    take(call("older", team="west", at=NOW - timedelta(60)), call("undated", team="east", at=None))
    agent = Agent.objects.get()
    assert (agent.team.key, agent.team_since) == ("south", NOW.date())
    assert dict(Conversation.objects.values_list("key", "team__key")) == {
        "new": "south", "old": "north", "older": "west", "undated": "east",
    }  # fmt: skip
    take(call("teamless", team=None))
    assert Conversation.objects.get(key="teamless").team.key == "south"


def test_a_team_is_one_however_it_is_spelled():
    """But for capitals and spaces; two that an earlier version made of one stay as they are spelled."""
    take(call("c-1", team="North Desk"), call("c-2", team="  north  desk "), call("c-3", team="NORTH DESK"))
    assert [*Team.objects.values_list("key", "name")] == [("North Desk", "North Desk")]
    assert Conversation.objects.filter(team__key="North Desk").count() == 3
    Team.objects.create(key="north desk", name="Another", site=Team.objects.get().site)
    take(call("c-4", team="north desk"), call("c-5", team="North desk"), call("c-6", agent="tom", team="  "))
    assert [*Conversation.objects.order_by("key").values_list("team__key", flat=True)[3:]] == [
        "north desk",
        "North Desk",
        None,
    ]


def test_an_agent_gets_their_name_when_it_is_first_told():
    take(call("c-1"))
    assert Agent.objects.get().name == "lea"
    take(call("c-2", agent_name="Lea Rossi"), call("c-3", agent_name="L. Rossi"))
    assert Agent.objects.get().name == "Lea Rossi"


def test_a_replaced_call_that_moves_marks_both_days():
    """To another agent and another day: the counts of both are taken anew."""
    take(call("c-1", at=NOW))
    DirtyDay.objects.all().delete()
    take(call("c-1", agent="tom", at=NOW - timedelta(1)), replace=True)
    marked = set(DirtyDay.objects.values_list("agent__key", "day"))
    assert marked == {("lea", NOW.date()), ("tom", NOW.date() - timedelta(1))}


def test_one_audit_row_a_command():
    take(*calls("lea", 1, 3), b"{")
    entry = AuditEntry.objects.get(action="conversations.ingest")
    assert entry.detail == {"received": 4, "accepted": 3, "duplicates": 0, "refused": 1}
    assert entry.actor_name == "command line"


def test_progress_is_told_once_a_batch(monkeypatch):
    monkeypatch.setattr(service, "BATCH", 2)
    told = []
    service.ingest(lines(*calls("lea", 0, 5)), viewer=OPERATOR, now=NOW, progress=told.append)
    assert told == [2, 4, 5, 5]


def test_long_lines_make_small_batches(monkeypatch):
    """Memory is bounded by bytes, not only by lines."""
    monkeypatch.setattr(service, "BATCH_BYTES", 100)
    told = []
    service.ingest(lines(*calls("lea", 0, 3)), viewer=OPERATOR, now=NOW, progress=told.append)
    assert told == [1, 2, 3, 3]


def failing(times, error=IntegrityError):
    """A `_store` that does its work and then loses against another ingest, so many times."""
    left = [times]
    whole = service._store

    def store(*args):
        whole(*args)
        if left[0]:
            left[0] -= 1
            raise error("somebody was faster")

    return store


@pytest.mark.parametrize(("times", "error"), [(1, IntegrityError), (4, IntegrityError), (1, OperationalError)])
def test_a_batch_that_loses_a_race_is_stored_anew(monkeypatch, times, error):
    """Nothing of the lost attempt stays behind, not even in memory; a deadlock is a race as well."""
    monkeypatch.setattr(service, "_store", failing(times, error))
    publish()
    receipt = take(*calls("lea", 1, 3), call("x", agent=None))
    assert counts(receipt) == (4, 4, 0, 0)
    assert receipt.notes == {"without an agent: kept, and left out of insights by agent": 1}
    assert Conversation.objects.filter(agent__key="lea", team__key="north").count() == 3
    assert (Agent.objects.get().team, Team.objects.count()) == (Team.objects.get(), 1)


def test_a_batch_that_always_loses_says_so(monkeypatch):
    monkeypatch.setattr(service, "_store", failing(9))
    with pytest.raises(IntegrityError, match="faster"):
        take(call("c-1"))
    assert not Conversation.objects.exists()


def state():
    """Everything that ingest stores, without the ids."""
    return (
        sorted(Conversation.objects.values_list("key", "agent__key", "team__key", "day", "revision", "turn_count")),
        sorted(Revision.objects.values_list("conversation__key", "number", "content_hash")),
        sorted(Evaluation.objects.values_list("conversation__key", "template__key", "state")),
        sorted(Agent.objects.values_list("key", "team__key", "team_since")),
    )


@pytest.mark.parametrize("seed", range(3))
def test_broken_off_anywhere_and_started_again_is_the_same_as_once(monkeypatch, seed):
    """Seven interruptions at random batches, before or after their work: nothing lost, nothing twice."""
    rng = np.random.default_rng(seed)
    publish()
    monkeypatch.setattr(service, "BATCH", 3)
    documents = [call(f"c-{n}", agent=f"a-{n % 4}", team=f"t-{n % 2}", at=NOW - timedelta(hours=n)) for n in range(25)]
    whole = service._store
    for stop_at in rng.integers(1, 9, 7):
        seen = [0]

        def store(*args, stop_at=stop_at, seen=seen):
            seen[0] += 1
            if seen[0] == stop_at and rng.random() < 0.5:
                raise KeyboardInterrupt
            whole(*args)
            if seen[0] == stop_at:
                raise KeyboardInterrupt

        monkeypatch.setattr(service, "_store", store)
        with pytest.raises(KeyboardInterrupt):
            take(*documents)
    monkeypatch.setattr(service, "_store", whole)
    receipt = take(*documents)
    assert receipt.accepted + receipt.duplicates == 25
    after = state()
    Conversation.objects.all().delete()
    Agent.objects.all().delete()
    take(*documents)
    assert state() == after
    assert not Attempt.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_two_at_once_in_opposite_order_store_everything_once():
    """Each waits for what the other holds; the one that the database sends back starts anew."""
    documents = [call(f"c-{n}", agent=f"a-{n}") for n in range(120)]
    together, receipts = Barrier(2), []

    def bring(order):
        together.wait()
        try:
            receipts.append(counts(take(*documents[::order])))
        finally:
            connection.close()

    threads = [Thread(target=bring, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Conversation.objects.count() == Revision.objects.count() == 120
    assert sum(accepted for _, accepted, _, _ in receipts) == sum(known for _, _, known, _ in receipts) == 120
