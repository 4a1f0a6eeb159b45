"""The demonstration centre, small: the whole loop through the services that real leaders use."""

import pytest

from coachloop.app.models import (
    Assignment,
    Conversation,
    Dispute,
    Evaluation,
    Focus,
    FollowUp,
    Room,
    RoomDecision,
    Session,
    User,
)
from coachloop.app.queries.focus import suggestions
from coachloop.app.queries.viewing import leaders
from coachloop.cli import demo


def test_the_centre_lives_and_is_built_once(run, monkeypatch, tmp_path):
    """Calls are scored, leaders coach, follow-ups come due; a second start builds nothing."""
    monkeypatch.setattr(demo.settings, "HOME", tmp_path)
    served = []
    monkeypatch.setattr(demo, "serve", lambda **address: served.append(address))
    ran = run("demo", "--agents", 20)
    assert "states_purpose" in ran.out
    assert User.objects.count() > 20
    assert not Evaluation.objects.filter(state=Evaluation.State.PENDING).exists()
    assert Conversation.objects.filter(turn_count__gt=0).count() > 400
    held = Session.objects.filter(status="held")
    assert {session.kind for session in held} == {"performance", "developmental"}
    assert FollowUp.objects.filter(closed_at__isnull=False).exists()
    assert Focus.objects.filter(closed_at__isnull=True).exists()
    assert any(row.kind == "performance" and row.example for row in suggestions(leaders()[0]))
    assert Assignment.objects.filter(reviewer__isnull=False).exists(), "something waits for the evaluator"
    audits = Assignment.objects.filter(kind="audit")
    assert {one.submitted_at is None for one in audits} == {True, False}, "some calls wait, others are answered"
    assert {room.closed_at is None for room in Room.objects.all()} == {True, False}, (
        "one is over, one waits for answers"
    )
    assert RoomDecision.objects.exists()
    over = Dispute.objects.filter(decided_at__isnull=False)
    assert set(over.values_list("decision", flat=True)) & {"overturned", "not_applicable"}, "one did not stand"
    assert Dispute.objects.filter(decided_at=None).exists()
    assert Dispute.objects.filter(assigned_to=None).exists(), "one waits to be given to somebody"
    known = Conversation.objects.count()
    assert run("demo", "--agents", 20, "--port", 8200).code == 0
    assert Conversation.objects.count() == known
    assert served == [{"host": "127.0.0.1", "port": 8000}, {"host": "127.0.0.1", "port": 8200}]


def test_files_that_are_refused_stop_it():
    """The centre's own files are taken whole, or something is broken."""
    receipt = demo.Receipt()
    receipt.refuse("people.csv", 3, "no such role")
    with pytest.raises(RuntimeError, match=r"people\.csv:3: no such role"):
        demo._whole(receipt)
