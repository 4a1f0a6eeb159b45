from datetime import timedelta

from builders import NOW
from coachloop.app.models import AuditEntry
from coachloop.app.services import audit


def test_a_row_says_who_did_what_to_what(cast):
    audit.record(cast.ada, "session.hold", "session:12", now=NOW, detail={"review_on": "2026-05-18"})
    audit.record(cast.operator, "score", "evaluations", now=NOW)
    first, second = AuditEntry.objects.order_by("id")
    assert (first.actor, first.actor_name, first.action, first.subject) == (
        cast.ada.user, "Ada Lindholm", "session.hold", "session:12",
    )  # fmt: skip
    assert (second.actor, second.actor_name, second.detail) == (None, "command line", {})


def test_a_look_counts_once_a_viewer_conversation_and_hour(cast):
    audit.look(cast.ada, "c-1", now=NOW)
    audit.look(cast.ada, "c-1", now=NOW + timedelta(minutes=59))
    assert AuditEntry.objects.count() == 1
    audit.look(cast.ada, "c-1", now=NOW + timedelta(minutes=60))
    audit.look(cast.ada, "c-2", now=NOW)
    audit.look(cast.ben, "c-1", now=NOW)
    audit.look(cast.operator, "c-1", now=NOW)
    assert AuditEntry.objects.filter(action="conversation.look").count() == 5


def test_the_longest_key_fits(cast):
    audit.look(cast.ada, "x" * 200, now=NOW)
    assert AuditEntry.objects.get().subject == f"conversation:{'x' * 200}"
