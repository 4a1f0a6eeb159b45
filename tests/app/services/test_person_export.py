"""Everything about somebody is handed to them: what is in the map is in the archive."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from builders import NOW, call, publish, score, take
from coachloop.app.errors import NotYoursError, UnknownNameError
from coachloop.app.models import AuditEntry, Conversation, Original, Session
from coachloop.app.services import audit, person_export


@pytest.fixture
def there(cast, settings, tmp_path):
    settings.HOME = tmp_path
    publish()
    said = [{"speaker": "customer", "start": 0, "end": 1, "text": "My plant is orange."}]
    take(call("c-1", customer_id="K-1", turns=said), call("c-2", agent="tom"))
    score()
    return cast


def archive(viewer, kind, key, **more):
    blocks = person_export.export(viewer=viewer, kind=kind, key=key, now=NOW, **more)
    return zipfile.ZipFile(io.BytesIO(b"".join(blocks)))


def rows(found, name):
    return [json.loads(line) for line in found.read(name).decode().splitlines()]


def test_a_customer_gets_their_calls_and_what_was_found_and_nobody_elses(there):
    found = archive(there.operator, "customer", "K-1")
    assert found.testzip() is None
    assert [row["id"] for row in rows(found, "conversations.jsonl")] == ["c-1"]
    assert "Customer: My plant is orange." in found.read("conversations.txt").decode()
    assert {row["attempt__evaluation__conversation__key"] for row in rows(found, "verdicts.jsonl")} == {"c-1"}
    index = found.read("index.html").decode()
    assert "calls.jsonl" in index
    assert found.namelist()[-1] == "index.html"
    assert not any("c-2" in found.read(name).decode(errors="replace") for name in found.namelist())
    assert AuditEntry.objects.filter(action="privacy.export").count() == 1


def test_an_agent_gets_what_others_wrote_of_them(there):
    agent = Conversation.objects.get(key="c-1").agent
    Session.objects.create(
        agent=agent,
        kind="developmental",
        status="planned",
        created_at=NOW,
        private_notes="I wonder.",
        shared_notes="Well done.",
    )
    audit.record(there.ada, "focus.accept", "agent:lea", now=NOW)
    found = archive(there.admin, "agent", "lea")
    (session,) = rows(found, "sessions.jsonl")
    assert (session["private_notes"], session["shared_notes"]) == ("I wonder.", "Well done.")
    assert [row["action"] for row in rows(found, "log.jsonl")] == ["focus.accept"]
    assert rows(found, "account.jsonl")[0]["email"] == "lea@example.org"
    assert rows(found, "rates.jsonl")


def test_a_user_gets_their_account(there):
    audit.record(there.ada, "session.plan", "session:1", now=NOW - timedelta(1))
    found = archive(there.operator, "user", "ADA@example.org")
    assert rows(found, "roles.jsonl")[0]["role"] == "team_leader"
    assert len(rows(found, "log.jsonl")) == 1


def test_words_as_they_were_said_leave_by_the_operator_alone(there):
    row = Conversation.objects.get(key="c-1").revisions.get()
    Original.objects.create(revision=row, document=row.document.replace("orange", "blue"))
    assert "orange" in archive(there.operator, "customer", "K-1").read("conversations.txt").decode()
    assert "blue" in archive(there.operator, "customer", "K-1", originals=True).read("conversations.txt").decode()
    with pytest.raises(NotYoursError):
        archive(there.admin, "customer", "K-1", originals=True)


def test_admins_take_it_and_only_of_somebody_who_is_here(there):
    for who in (there.ada, there.qa_lead, there.operations, there.nobody):
        with pytest.raises(NotYoursError):
            archive(who, "agent", "lea")
    for kind, key in (("customer", "K-2"), ("agent", "x"), ("user", "x@example.org"), ("planet", "lea")):
        with pytest.raises(UnknownNameError):
            archive(there.admin, kind, key)
