from datetime import date, timedelta

import pytest

from builders import NOW, agreement, call, calls, label, publish, score, scores, take
from coachloop.app.models import Session
from coachloop.app.queries import export
from coachloop.app.services import coaching, confirming
from coachloop.app.services.coaching import Notes
from coachloop.core.coaching.agreement import Answers, DidHappen, DidWork, NextStep

TODAY = NOW.date()
KEYS = {
    "conversation_id", "agent_id", "template", "behaviour", "verdict", "machine_verdict", "probability", "evidence", "missed",
    "reason", "scorer", "decided_by", "template_version", "scored_at", "reviewed",
}  # fmt: skip


@pytest.fixture
def centre(cast):
    publish()
    take(*calls("lea", 2, 20), *calls("sam", 5, 5, team="south"), call("nobodys", agent=None, team=None, at=None))
    score()
    return cast


def test_verdicts_have_the_keys_of_the_contract(centre):
    label({"conversation_id": "lea-0", "behaviour": "greets", "verdict": "not_met"})
    rows = {(row["conversation_id"], row["behaviour"]): row for row in export.verdicts(centre.operator)}
    assert all(row.keys() == KEYS for row in rows.values())
    reviewed, machine = rows["lea-0", "greets"], rows["lea-1", "greets"]
    assert (reviewed["verdict"], reviewed["machine_verdict"], reviewed["reviewed"]) == ("not_met", "met", True)
    assert (machine["verdict"], machine["machine_verdict"], machine["reviewed"]) == ("met", "met", False)
    assert machine["evidence"] == [{"turn": 0, "start": 0, "end": 13, "quote": "Good morning!", "at": 0.0}]
    assert (machine["agent_id"], machine["template_version"], machine["decided_by"]) == ("lea", 1, "phrases")
    assert machine["scorer"].startswith("phrases@")
    assert machine["scored_at"] == NOW.isoformat()
    assert rows["lea-9", "greets"]["missed"] == {
        "turn": 0, "at": 0.0, "better": "Good morning, thank you for picking up.",
    }  # fmt: skip
    assert rows["nobodys", "greets"]["agent_id"] is None


def test_only_a_template_and_only_since_a_day(centre):
    scores(
        {
            "call_id": "x",
            "agent_id": "lea",
            "behaviour": "closes",
            "verdict": "met",
            "started_at": "2026-05-10T10:00:00",
        }
    )
    assert {row["conversation_id"] for row in export.verdicts(centre.operator, template="imported")} == {"x"}
    assert {row["conversation_id"] for row in export.verdicts(centre.operator, since=date(2026, 5, 10))} == {"x"}
    assert [row["id"] for row in export.conversations(centre.operator, template="imported")] == ["x"]
    assert [row["id"] for row in export.conversations(centre.operator, since=date(2026, 5, 10))] == ["x"]
    assert len(list(export.conversations(centre.operator, template="manners"))) == 26


@pytest.mark.parametrize(
    ("who", "agents"),
    [
        ("ada", {"lea"}), ("ben", {"sam"}), ("lea", {"lea"}), ("tom", set()), ("qa_lead", {"lea", "sam", None}),
        ("operator", {"lea", "sam", None}), ("evaluator", set()), ("operations", set()), ("admin", set()), ("nobody", set()),
    ],
)  # fmt: skip
def test_everybody_exports_what_they_may_see(centre, who, agents):
    viewer = getattr(centre, who)
    assert {row["agent_id"] for row in export.verdicts(viewer)} == agents
    assert {row["agent_id"] for row in export.conversations(viewer)} == agents
    assert {row.get("agent_id") for row in export.rate_rows(viewer)} == agents - {None}


def test_conversations_come_out_as_they_came_in(cast):
    """Unknown keys, order and all; the newest words where they were replaced."""
    given = call("c-1", crm={"id": 7}, outcome={"sold": True})
    take(call("c-1"), call("c-2"))
    take(given, replace=True)
    rows = {row["id"]: row for row in export.conversations(cast.operator)}
    assert rows == {"c-1": given, "c-2": call("c-2")}
    assert list(rows["c-1"]) == list(given)


def test_calls_known_by_their_scores_come_without_words(cast):
    row = {"behaviour": "closes", "verdict": "met"}
    scores({**row, "call_id": "x", "agent_id": "lea", "team": "north", "queue": "q", "started_at": "2026-05-10T10:00:00",
            "outcome_sold": "true"}, {**row, "call_id": "y"})  # fmt: skip
    assert list(export.conversations(cast.operator)) == [
        {"id": "x", "agent_id": "lea", "team": "north", "queue": "q", "started_at": "2026-05-10T08:00:00+00:00",
         "outcome": {"sold": True}},
        {"id": "y", "agent_id": None, "team": None, "queue": None, "started_at": None, "outcome": None},
    ]  # fmt: skip


@pytest.fixture
def coached(centre):
    """Lea's session held with private notes and its follow-up closed; another planned; one of before imported."""
    focus = coaching.accept_focus(viewer=centre.ada, agent_key="lea", now=NOW)
    follow_up = coaching.hold_session(
        viewer=centre.ada, session_id=focus.sessions.get().pk, agreement=agreement(TODAY), held_on=TODAY, now=NOW,
        notes=Notes(shared="Well done", private="PRIVATE"),
    )  # fmt: skip
    later = NOW + timedelta(7)
    coaching.open_due_follow_ups(now=later)
    answers = Answers(DidHappen.YES, DidWork.YES, NextStep.CONTINUE)
    following = coaching.close_follow_up(viewer=centre.ada, follow_up_id=follow_up.pk, answers=answers, now=later)
    coaching.plan_session(viewer=centre.ada, session_id=following.pk, planned_for=later + timedelta(1), now=later)
    coaching.open_developmental(viewer=centre.ben, agent_key="sam", now=NOW)
    return centre


def test_what_the_agent_says_about_it_and_how_long_it_took(coached):
    """The agent's words against it go to the two in it alone; an adviser is told neither."""
    pk = next(iter(export.sessions(coached.operator)))["id"]
    Session.objects.filter(pk=pk).update(minutes=14)
    confirming.contest_session(viewer=coached.lea, session_id=pk, words="We said Friday", now=NOW + timedelta(1))
    told = ("minutes", "confirmed_at", "contested_at", "contest_words")
    seen = {
        who: {key: row[key] for key in told if key in (row := next(iter(export.sessions(getattr(coached, who)))))}
        for who in ("ada", "lea", "operator", "qa_lead")
    }
    whole = {"minutes": 14, "confirmed_at": None, "contested_at": "2026-05-12T09:00:00+00:00"}
    theirs = whole | {"contest_words": "We said Friday"}
    assert seen == {"ada": theirs, "lea": theirs, "operator": whole, "qa_lead": {}}


def test_sessions_come_with_their_agreement_and_look_back(coached):
    first, second, third = export.sessions(coached.operator)
    assert (first["agent_id"], first["behaviour"], first["status"], first["held_on"]) == (
        "lea",
        "greets",
        "held",
        "2026-05-11",
    )
    assert (first["action"], first["shared_notes"]) == ("Say good morning before anything else", "Well done")
    assert (first["follow_up"]["did_happen"], first["follow_up"]["next_step"]) == ("yes", "continue")
    assert first["follow_up"]["numbers"]["before"]["n"] == 20
    assert (second["status"], second["follow_up"], second["planned_for"]) == (
        "planned",
        None,
        "2026-05-19T09:00:00+00:00",
    )
    assert (third["kind"], third["template"], third["behaviour"]) == ("developmental", None, None)
    assert [row["id"] for row in export.sessions(coached.operator, template="manners")] == [first["id"], second["id"]]
    assert [row["id"] for row in export.sessions(coached.operator, since=TODAY)] == [first["id"]]


@pytest.mark.parametrize(
    ("who", "agents", "words"),
    [
        ("ada", ["lea", "lea"], True), ("ben", ["sam"], True), ("lea", ["lea", "lea"], True), ("tom", [], True),
        ("qa_lead", ["lea", "lea", "sam"], False), ("operator", ["lea", "lea", "sam"], True), ("evaluator", [], True),
        ("operations", [], True), ("admin", [], True), ("nobody", [], True),
    ],
)  # fmt: skip
def test_private_notes_never_leave_and_a_qa_lead_sees_no_words(*, coached, who, agents, words):
    rows = list(export.sessions(getattr(coached, who)))
    assert [row["agent_id"] for row in rows] == agents
    assert "PRIVATE" not in str(rows)
    assert all(("own_words" in row) == ("action" in row) == ("shared_notes" in row) == words for row in rows)
    assert "PRIVATE" in Session.objects.values_list("private_notes", flat=True)


def test_rates_over_28_days_or_since(centre):
    [row, _] = export.rate_rows(centre.lea)
    assert row.keys() >= {
        "agent_id", "behaviour", "n", "met", "rate", "low", "high", "shrunken", "shrunken_low", "shrunken_high",
        "p_below_target",
    }  # fmt: skip
    assert (row["agent_id"], row["team"], row["met"], row["n"]) == ("lea", "north", 2, 20)
    take(*({**one, "id": f"old-{one['id']}"} for one in calls("lea", 10, 10, at=NOW - timedelta(60))))
    score()
    assert next(iter(export.rate_rows(centre.lea)))["n"] == 20
    assert next(iter(export.rate_rows(centre.lea, since=TODAY - timedelta(90))))["n"] == 30
    assert next(iter(export.rate_rows(centre.lea, template="manners")))["n"] == 20
    assert list(export.rate_rows(centre.lea, template="nothing")) == []


def test_rates_since_a_day_after_the_last_are_none(centre):
    """Not those of the last day, which is before."""
    assert list(export.rate_rows(centre.operator, since=TODAY + timedelta(1))) == []


def test_before_there_is_anything(cast):
    for rows in (export.verdicts, export.conversations, export.sessions, export.rate_rows):
        assert list(rows(cast.operator, since=TODAY)) == []
