"""The agent's own answer to what was written down about a session: yes, that is it, or what is different. Once."""

from datetime import datetime

from django.db import transaction

from coachloop.app.errors import NotYoursError, WrongStateError
from coachloop.app.models import Session
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.led import is_agent
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.words import says_something

LONGEST = 4000
"""Characters in which an agent says what is different."""


@transaction.atomic
def confirm_session(*, viewer: Viewer, session_id: int, now: datetime) -> Session:
    """Say that this is what was agreed.

    Raises:
        NotYoursError: only the agent in it answers.
        WrongStateError: it is not held yet, or is answered.
    """
    session = _own_held(viewer, session_id)
    session.confirmed_at = now
    session.save(update_fields=["confirmed_at"])
    audit.record(viewer, "session.confirm", f"session:{session_id}", now=now)
    return session


@transaction.atomic
def contest_session(*, viewer: Viewer, session_id: int, words: str, now: datetime) -> Session:
    """Say, in the agent's own words, what was agreed otherwise; the leader sees it at once.

    Raises:
        NotYoursError: only the agent in it answers.
        WrongStateError: it is not held yet, is answered, or nothing was said.
    """
    session = _own_held(viewer, session_id)
    if not says_something(words):
        raise WrongStateError("say in your own words what is different")
    session.contested_at, session.contest_words = now, words.strip()[:LONGEST]
    session.save(update_fields=["contested_at", "contest_words"])
    audit.record(viewer, "session.contest", f"session:{session_id}", now=now)
    return session


def _own_held(viewer: Viewer, session_id: int) -> Session:
    """A held session of the viewer's own that waits for their answer, locked."""
    session = viewing.sessions(viewer).select_for_update(of=("self",)).select_related("agent").get(pk=session_id)
    if not is_agent(viewer, session.agent):
        raise NotYoursError(f"only {session.agent.name} can say whether this is what was agreed")
    if session.status != SessionStatus.HELD:
        raise WrongStateError("there is nothing to confirm before the session is held")
    if session.confirmed_at or session.contested_at:
        raise WrongStateError("you have answered this already; talk to each other about what has changed since")
    return session
