"""Coaching conversations on their way in: of which session each is, and that both people in it agreed."""

from collections.abc import Iterable
from datetime import datetime

from coachloop.app.models import Conversation, Session, SessionRecording
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.model.conversation import COACHING
from coachloop.core.model.wire import ConversationLine


class Consented:
    """What a batch needs to know of its programme's sessions; read once, and only where a coaching conversation is among its lines."""

    def __init__(self, lines: Iterable[ConversationLine], programme: int | None) -> None:
        wanted = {_number(line) for line in lines if line.is_coaching} - {0}
        ours = Session.objects.filter(agent__programme=programme)
        self._sessions = ours.in_bulk(wanted) if wanted else {}
        rows = SessionRecording.objects.filter(session__in=self._sessions).select_related("conversation")
        self._recordings = list(rows) if self._sessions else []
        self._taken = {row.session_id: row.conversation.key for row in self._recordings if row.conversation}

    def refusal(self, line: ConversationLine, known: Conversation | None) -> str:
        """Why a line can't be taken; empty where it can."""
        if known and line.is_coaching != (known.channel == COACHING):
            kind = "a coaching conversation" if known.channel == COACHING else "a conversation with a customer"
            return f"id {line.id!r} is stored as {kind}, and stays one"
        return self._of_coaching(line) if line.is_coaching else ""

    def _of_coaching(self, line: ConversationLine) -> str:
        if line.both_agreed is not True:
            return "both_agreed: a coaching conversation is taken where both people in it agreed; then write true"
        session = self._sessions.get(_number(line))
        if session is None:
            return f"session_id: no session {line.session_id!r}; it is the number in the address of the session's page"
        if session.status != SessionStatus.HELD or session.leader_id is None:
            return f"session_id: session {session.pk} was not held here; write down what was agreed in it first"
        if any(row.withdrawn_by_agent for row in self._recordings if row.session_id == session.pk):
            return f"session_id: the agent took back their consent for session {session.pk}"
        if self._taken.setdefault(session.pk, line.id) != line.id:
            return f"session_id: session {session.pk} has a recording already, {self._taken[session.pk]!r}"
        return ""

    def keep(self, stored: Iterable[tuple[Conversation, ConversationLine]], now: datetime) -> None:
        """Note whose conversations these are, beside the sessions they were."""
        kept = {row.conversation_id for row in self._recordings}
        fresh = ((row, _number(line)) for row, line in stored if line.is_coaching and row.pk not in kept)
        SessionRecording.objects.bulk_create(
            SessionRecording(
                session_id=session, conversation=row, leader_id=self._sessions[session].leader_id, agreed_at=now
            )
            for row, session in fresh
        )


def _number(line: ConversationLine) -> int:
    """The session's number; 0, which none has, where the line names none."""
    given = line.session_id
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**63 else 0
