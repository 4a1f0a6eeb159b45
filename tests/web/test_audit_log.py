import csv
import io
import json
from datetime import UTC, datetime

import pytest

from coachloop.app.models import AuditEntry
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import audit, sealing
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def log(cast):
    audit.record(OPERATOR, "clip.share", "clip:1", now=AT, detail={"with": "=HYPERLINK(1)"})
    audit.record(OPERATOR, "session.hold", "=cmd|' /C calc'!A0", now=AT.replace(day=12))
    sealing.seal_waiting()
    return signed_in(cast.admin)


def text(response):
    return b"".join(response.streaming_content).decode()


def test_it_is_narrowed_by_who_what_and_when(log):
    def shown(**query):
        return log.get("/audit", query).content.decode()

    assert "clip:1" in shown(action="clip.")
    assert "clip:1" not in shown(action="session.")
    assert "clip:1" in shown(subject="clip:", who="command", since="2026-05-11", until="2026-05-11")
    assert "clip:1" not in shown(since="2026-05-12")
    assert "No entry fits" in shown(who="nobody at all")


def test_details_are_read_by_people(log):
    detail = {"by": ["password", "totp"], "counts": {"met": 2}, "whole": True, "team": None}
    audit.record(OPERATOR, "person.sign_in", "user:1", now=AT, detail=detail)
    page = log.get("/audit", {"action": "person.sign_in"}).content.decode()
    assert "by password, totp; counts met 2; whole yes; team -" in page


def test_a_spreadsheet_runs_nothing_of_it(log):
    rows = list(csv.reader(io.StringIO(text(log.get("/audit/log.csv")))))
    assert rows[0][:3] == ["id", "at", "actor_id"]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)


def test_lines_hold_the_seal_and_the_export_is_an_entry(log):
    found = [json.loads(line) for line in text(log.get("/audit/log.jsonl?action=clip.")).splitlines()]
    mine = [row for row in found if row["subject"] == "clip:1"]
    assert len(mine[0]["sha256"]) == 64
    assert mine[0]["detail"] == {"with": "=HYPERLINK(1)"}
    assert AuditEntry.objects.filter(action="audit.export", detail__action="clip.").count() == 1
    assert log.get("/audit/log.exe").status_code == 404
