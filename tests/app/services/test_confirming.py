"""The agent answers once whether this is what was agreed; nobody answers for them."""

import pytest

from builders import NOW, agreement
from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import AuditEntry, Session
from coachloop.app.services import coaching
from coachloop.app.services.confirming import confirm_session, contest_session


@pytest.fixture
def session(cast):
    """Lea's, planned."""
    return coaching.open_developmental(viewer=cast.ada, agent_key="lea", now=NOW)


@pytest.fixture
def held(cast, session):
    """The same, held."""
    agreed = agreement(NOW.date(), goal="Lead a workshop")
    coaching.hold_session(viewer=cast.ada, session_id=session.pk, agreement=agreed, held_on=NOW.date(), now=NOW)
    return session


def confirm(who, session):
    return confirm_session(viewer=who, session_id=session.pk, now=NOW)


def contest(who, session, words="We said two calls."):
    return contest_session(viewer=who, session_id=session.pk, words=words, now=NOW)


def test_the_agent_confirms(cast, held):
    assert confirm(cast.lea, held).confirmed_at == NOW
    assert AuditEntry.objects.get(action="session.confirm").actor == cast.lea.user


def test_or_says_what_is_different(cast, held):
    assert contest(cast.lea, held, "  We said two calls. ").contest_words == "We said two calls."
    entry = AuditEntry.objects.get(action="session.contest")
    assert "two calls" not in str(entry.detail)


@pytest.mark.parametrize("first", [confirm, contest])
def test_once(cast, held, first):
    first(cast.lea, held)
    for second in (confirm, contest):
        with pytest.raises(WrongStateError, match="answered this already"):
            second(cast.lea, held)


@pytest.mark.parametrize("act", [confirm, contest])
def test_not_before_it_is_held(cast, session, act):
    with pytest.raises(WrongStateError, match="before the session is held"):
        act(cast.lea, session)


def test_not_without_words(cast, held):
    with pytest.raises(WrongStateError, match="in your own words"):
        contest(cast.lea, held, " \n")


@pytest.mark.parametrize("act", [confirm, contest])
def test_nobody_answers_for_the_agent(cast, held, act):
    for who in ("ada", "ben", "tom", "qa_lead", "operations", "admin", "nobody", "operator"):
        with pytest.raises((NotYoursError, Session.DoesNotExist)):
            act(getattr(cast, who), held)
    held.refresh_from_db()
    assert held.confirmed_at is held.contested_at is None
