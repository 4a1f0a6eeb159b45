"""What is written during a session is kept, never written over unasked, and private notes stay with who wrote them."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, agreement, calls, person, publish, score, take
from coachloop.app.errors import NewerWordsError, NotYoursError, WrongStateError
from coachloop.app.models import AuditEntry, Session, SessionDraft, StandIn, Team
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import coaching
from coachloop.app.services.coaching import Notes
from coachloop.app.services.drafts import LONGEST, Written, save_draft, start_session
from coachloop.core.model.people import Role

WORDS = {"own_words": "I rush.", "private_notes": "Ask about the shift."}


@pytest.fixture
def session(cast):
    """Lea's, planned."""
    return coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)


@pytest.fixture
def stand_in(cast):  # noqa: ARG001 -- their team
    """Somebody who leads north for a while."""
    rui = person("Rui Costa", Role.TEAM_LEADER)
    StandIn.objects.create(
        team=Team.objects.get(key="north"), user=rui, first_day=NOW.date(), last_day=NOW.date() + timedelta(days=5)
    )
    return viewer(rui, now=NOW)


def save(who, session, *, at=0, **sent):
    fields = sent.pop("fields", WORDS)
    return save_draft(
        viewer=who, session_id=session.pk, written=Written(fields, **sent), now=NOW + timedelta(seconds=at)
    )


def test_what_was_written_is_kept_and_what_no_session_has_is_dropped(cast, session):
    draft = save(cast.ada, session, fields={**WORDS, "is_admin": "yes", "goal": "\0" + "x" * (LONGEST + 9)})
    assert draft.fields["shared"] == {"own_words": "I rush.", "goal": "x" * LONGEST}
    assert draft.fields["private"] == {str(cast.ada.user.pk): "Ask about the shift."}
    assert (draft.saved_at, draft.saved_by) == (NOW, cast.ada.user)


def test_saving_every_second_is_one_line_an_hour_in_the_log(cast, session):
    for second in range(3):
        save(cast.ada, session, at=second, writer="w1")
    save(cast.ada, session, at=3600, writer="w1")
    rows = AuditEntry.objects.filter(action="session.draft")
    assert [row.subject for row in rows] == [f"session:{session.pk}"] * 2


def test_another_window_writes_over_nothing_it_has_not_read(cast, session):
    first = save(cast.ada, session, writer="desk")
    with pytest.raises(NewerWordsError):
        save(cast.ada, session, at=5, fields={"own_words": "older"}, writer="phone")
    read = save(cast.ada, session, at=6, fields={"own_words": "both"}, writer="phone", basis=first.saved_at.isoformat())
    assert read.fields["shared"] == {"own_words": "both"}
    with pytest.raises(NewerWordsError):
        save(cast.ada, session, at=7, writer="desk", basis=first.saved_at.isoformat())


def test_a_message_whose_answer_got_lost_may_be_sent_again(cast, session):
    save(cast.ada, session, writer="phone")
    again = save(cast.ada, session, at=4, fields={"own_words": "I rush, often."}, writer="phone")
    assert again.fields["shared"] == {"own_words": "I rush, often."}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["desk", "phone"]), st.booleans(), st.text(max_size=5)), max_size=6))
def test_no_order_of_saves_loses_words_unread(cast, session, steps):
    """Whatever two windows send, the draft changes only by who has read its newest state."""
    SessionDraft.objects.all().delete()
    kept, seen, last = None, {}, None
    for second, (window, reads, words) in enumerate(steps):
        if reads:
            seen[window] = kept.saved_at.isoformat() if kept else ""
        may = kept is None or last == window or seen.get(window) == kept.saved_at.isoformat()
        sent = {"fields": {"own_words": words}, "writer": window, "basis": seen.get(window, "")}
        if may:
            kept, last = save(cast.ada, session, at=second, **sent), window
        else:
            with pytest.raises(NewerWordsError):
                save(cast.ada, session, at=second, **sent)
        assert (SessionDraft.objects.get().fields if kept else None) == (kept.fields if kept else None)


def start(who, session):
    return start_session(viewer=who, session_id=session.pk, now=NOW)


@pytest.mark.parametrize("act", [save, start])
def test_only_who_leads_the_agent_writes_or_starts(cast, session, act):
    for who in ("ben", "lea", "tom", "qa_lead", "operations", "admin", "nobody"):
        with pytest.raises((NotYoursError, Session.DoesNotExist)):
            act(getattr(cast, who), session)
    assert not SessionDraft.objects.exists()


def test_who_stands_in_writes_on_and_loses_nobodys_notes(cast, session, stand_in):
    first = save(cast.ada, session)
    taken = save(stand_in, session, at=9, fields={"private_notes": "Mine."}, basis=first.saved_at.isoformat())
    assert taken.fields["private"] == {
        str(cast.ada.user.pk): "Ask about the shift.",
        str(stand_in.user.pk): "Mine.",
    }
    hold(stand_in, session, private="Mine.")
    assert SessionDraft.objects.get().fields == {"private": {str(cast.ada.user.pk): "Ask about the shift."}}


def test_of_two_leaders_who_write_at_once_the_second_is_told(cast, session, stand_in):
    """Both began from the same page: what the first wrote stands, and the second may go on once they have read it."""
    first = save(cast.ada, session, fields={"own_words": "I rush.", "private_notes": "Hers."}, writer="desk")
    theirs = {"own_words": "I rush, at the price.", "private_notes": "Theirs."}
    with pytest.raises(NewerWordsError):
        save(stand_in, session, at=1, fields=theirs, writer="phone")
    assert SessionDraft.objects.get().fields == first.fields
    both = save(stand_in, session, at=2, fields=theirs, writer="phone", basis=first.saved_at.isoformat())
    assert both.fields["shared"]["own_words"] == "I rush, at the price."
    assert set(both.fields["private"].values()) == {"Hers.", "Theirs."}
    with pytest.raises(NewerWordsError):
        save(cast.ada, session, at=3, writer="laptop", basis=first.saved_at.isoformat())


def hold(who, session, *, at=0, **notes):
    return coaching.hold_session(
        viewer=who,
        session_id=session.pk,
        agreement=agreement(NOW.date(), goal="Lead a workshop"),
        held_on=NOW.date(),
        now=NOW + timedelta(minutes=at),
        notes=Notes(**notes),
    )


def test_once_held_the_draft_is_gone_and_nothing_more_is_kept(cast, session):
    save(cast.ada, session)
    hold(cast.ada, session)
    assert not SessionDraft.objects.exists()
    with pytest.raises(WrongStateError, match="held already"):
        save(cast.ada, session)


def test_called_off_the_draft_goes_with_it_or_on_to_the_session_that_follows(cast, session):
    publish()
    take(*calls("tom", 2, 20))
    score()
    focused = coaching.accept_focus(viewer=cast.ada, agent_key="tom", now=NOW).sessions.get()
    save(cast.ada, focused)
    save(cast.ada, session)
    following = coaching.cancel_session(viewer=cast.ada, session_id=focused.pk, now=NOW)
    coaching.cancel_session(viewer=cast.ada, session_id=session.pk, now=NOW)
    assert SessionDraft.objects.get().session == following


def test_the_minutes_run_from_the_first_start(cast, session):
    assert start_session(viewer=cast.ada, session_id=session.pk, now=NOW) == NOW
    again = start_session(viewer=cast.ada, session_id=session.pk, now=NOW + timedelta(minutes=3))
    assert again == NOW
    assert AuditEntry.objects.filter(action="session.start").count() == 1
    hold(cast.ada, session, at=16)
    session.refresh_from_db()
    assert session.minutes == 16


def test_a_start_that_was_forgotten_can_be_made_again(cast, session):
    later = NOW + timedelta(days=1)
    start_session(viewer=cast.ada, session_id=session.pk, now=NOW)
    assert start_session(viewer=cast.ada, session_id=session.pk, now=later) == later


def test_without_a_start_no_minutes_are_made_up(cast, session):
    hold(cast.ada, session, questions=("What did you hear?",))
    session.refresh_from_db()
    assert session.minutes is None
    assert session.questions == ["What did you hear?"]
