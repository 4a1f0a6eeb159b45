from dataclasses import fields
from datetime import UTC, datetime, timedelta

from coachloop.core.coaching.appointment import SUBJECT, Appointment


def test_a_calendar_is_never_told_what_a_session_is_about():
    """Whoever looks over a shoulder learns when, and nothing else."""
    starts = datetime(2026, 6, 9, 10, tzinfo=UTC)
    told = Appointment("s-1@site", 0, starts, starts + timedelta(minutes=15), starts)
    assert (told.subject, told.link, told.people, told.cancelled) == (SUBJECT, "", (), False)
    assert {field.name for field in fields(told)}.isdisjoint({"behaviour", "focus", "reason", "notes"})
