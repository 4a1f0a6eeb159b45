"""`coachloop report`: the reports of a day, printed and sent."""

from datetime import time

import pytest

from builders import NOW, call, person
from coachloop.app.models import Agent, Message, ReportChoice, Template
from coachloop.cli import report
from coachloop.core.model.people import Role


@pytest.fixture
def scored(house, written):
    """Lea has three calls on a Friday."""
    rows = [call(f"lea-{n}", greets=n < 2) for n in range(3)]
    assert house("ingest", written("lea.jsonl", rows)).code == 0
    assert house("score").code == 0
    return house


ASKED = ("report", "daily", "--template", "manners", "--date", "2026-05-08")


def test_rows_have_stable_keys(scored):
    (row,) = scored(*ASKED, "--json").json
    assert row["behaviours"][0] == {
        "behaviour": "greets", "met": 2, "n": 3, "unscored": 0, "week": {"met": 2, "n": 3, "low": 0.2077, "high": 0.9385},
    }  # fmt: skip
    assert row["went_well"]["quote"].startswith("Good morning")
    assert {key: row[key] for key in ("agent_id", "template", "date", "focus", "missed", "commitment", "messages")} == {
        "agent_id": "lea", "template": "manners", "date": "2026-05-08", "focus": None, "missed": None, "commitment": None,
        "messages": [],
    }  # fmt: skip
    assert row["subject"] == "Manners: Friday 8 May"
    assert row["lead"] in row["text"]


def test_people_read_sentences(scored):
    said = scored(*ASKED).out
    assert "Greets: 2 of 3 calls" in said
    assert scored("report", "daily", "--template", "manners").out == said


def test_a_day_or_an_agent_without_calls_is_said_so(scored):
    assert "Nothing to say" in scored(*ASKED[:-1], "2026-05-01").out
    assert scored(*ASKED, "--agent", "tom", "--json").json == []


def test_an_unknown_template_is_refused(scored):
    assert scored("report", "daily", "--template", "none").code == 2


def test_sent_are_those_who_want_it_and_once(scored, monkeypatch):
    taken = []
    monkeypatch.setattr(report, "carriers", lambda: {"mail": type("Post", (), {"carry": staticmethod(taken.append)})})
    assert "0 new messages" in scored(*ASKED, "--send").err
    user = person("Lea Rossi", Role.AGENT)
    Agent.objects.filter(key="lea").update(user=user)
    ReportChoice.objects.create(user=user, kind="daily", template=Template.objects.get(), at=time(8), ways=["mail"])
    (row,) = scored(*ASKED, "--send", "--json").json
    assert row["messages"] == [{"way": "mail", "sent": True, "problem": ""}]
    assert "0 new messages; 0 sent" in scored(*ASKED, "--send").err
    assert [letter.email for letter in taken] == [user.email]
    assert Message.objects.get().created_at > NOW


def test_nothing_works_before_init(run):
    assert "coachloop init" in run(*ASKED).err
