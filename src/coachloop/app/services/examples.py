"""What becomes of a focus whose example does not hold: another example, or its end."""

from datetime import datetime

from django.db import transaction

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Focus, Session
from coachloop.app.queries import choosing
from coachloop.app.queries.flagged import flags
from coachloop.app.queries.suggested import Clock, clocks
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, drafts
from coachloop.app.services.led import led_session
from coachloop.core.coaching.agreement import SessionStatus


@transaction.atomic
def replace_example(*, viewer: Viewer, session_id: int, verdict_id: int, now: datetime) -> Focus:
    """Build a session that is still to be held on another call; the earliest due date stays, and with the old words go the questions.

    Raises:
        NotYoursError: only the agent's leader.
        WrongStateError: the session is held, called off or has no focus.
        NoExampleError: the verdict does not show it.
    """
    session, focus = _planned(viewer, session_id)
    example = choosing.example(viewer, focus.agent, focus.behaviour, verdict_id=verdict_id)
    own = clocks([focus.agent_id]).own(focus.agent_id, example)
    kept = Clock(focus.clock_day, focus.due_on) if focus.clock_day and focus.due_on else None
    runs = [clock for clock in (own, kept) if clock]
    if runs:
        focus.clock_day, focus.due_on = min(one.day for one in runs), min(one.due_on for one in runs)
    focus.example_id, focus.leaders_account = example.verdict_id, ""
    focus.save(update_fields=["example", "leaders_account", "clock_day", "due_on"])
    session.questions = []
    session.save(update_fields=["questions"])
    detail = {"conversation": example.conversation_key, "verdict": example.verdict_id}
    audit.record(viewer, "focus.example", f"session:{session.pk}", now=now, detail=detail)
    return focus


@transaction.atomic
def close_overturned(*, viewer: Viewer, session_id: int, now: datetime) -> Focus:
    """End a focus whose example was overturned, with the session that is planned on it.

    Raises:
        NotYoursError: only the agent's leader.
        WrongStateError: its example holds, or an agreement on it waits for its follow-up.
    """
    session, focus = _planned(viewer, session_id)
    flag = flags(viewer, Focus.objects.filter(pk=focus.pk)).get(focus.pk)
    if flag is None or not flag.overturned:
        raise WrongStateError("the example of this focus holds; a focus closes with its follow-up")
    if focus.sessions.filter(follow_up__isnull=False, follow_up__closed_at__isnull=True).exists():
        raise WrongStateError("something was agreed on this focus already: it closes with that follow-up")
    session.status = SessionStatus.CANCELLED
    session.save(update_fields=["status"])
    drafts.called_off(session, None)
    focus.closed_at = now
    focus.save(update_fields=["closed_at"])
    audit.record(viewer, "focus.close", f"session:{session.pk}", now=now, detail={"because": "example overturned"})
    return focus


def _planned(viewer: Viewer, session_id: int) -> tuple[Session, Focus]:
    session = led_session(viewer, session_id)
    focus = Focus.objects.select_for_update(of=("self",)).select_related("agent", "behaviour")
    found = focus.filter(pk=session.focus_id or 0, closed_at__isnull=True).first()
    if found is None:
        raise WrongStateError("this session is about no open focus")
    return session, found
