"""What a leader writes during a session, kept as they write; and when the conversation began.

A draft's `fields` are `shared`, what belongs to the session; `private`, each writer's notes for themselves by user id; and `writer`,
the window that wrote last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from coachloop.app.errors import NewerWordsError
from coachloop.app.models import Session, SessionDraft
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit
from coachloop.app.services.led import led_session
from coachloop.core.coaching.agreement import minutes_taken

SHARED = (
    "account",
    "goal",
    "aim",
    "own_words",
    "action",
    "by_when",
    "how_reviewed",
    "review_on",
    "held_on",
    "shared_notes",
)
"""What a draft keeps beside the private notes; anything else that is sent is dropped."""

LONGEST = 20_000
"""Characters of one field that a draft keeps."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one window sends. `basis` is when the draft it started from was saved, `writer` what the window calls itself."""

    fields: Mapping[str, str]
    basis: str = ""
    writer: str = ""


@transaction.atomic
def save_draft(*, viewer: Viewer, session_id: int, written: Written, now: datetime) -> SessionDraft:
    """Keep what was written so far.

    Raises:
        NotYoursError: only whoever leads the agent writes.
        WrongStateError: the session is held or called off.
        NewerWordsError: another window has written since this one read the draft; nothing is changed.
    """
    session = led_session(viewer, session_id)
    draft = SessionDraft.objects.select_for_update().filter(session=session).first()
    if draft and _is_newer(draft, written):
        raise NewerWordsError("something newer was written in another window or on another device")
    draft = draft or SessionDraft(session=session)
    private = dict(draft.fields.get("private", {}))
    private[_who(viewer)] = _kept(written.fields.get("private_notes", ""))
    draft.fields = {
        "shared": {name: _kept(written.fields[name]) for name in SHARED if name in written.fields},
        "private": {who: words for who, words in private.items() if words.strip()},
        "writer": _window(written),
    }
    draft.saved_at, draft.saved_by = now, viewer.user
    draft.save()
    once = f"draft:{_who(viewer)}:{now:%Y-%m-%dT%H}:{session_id}"
    audit.record(viewer, "session.draft", f"session:{session_id}", now=now, once=once)
    return draft


@transaction.atomic
def start_session(*, viewer: Viewer, session_id: int, now: datetime) -> datetime:
    """Note when the conversation began; a second start leaves the first one, unless that is too long ago to be the same one.

    Raises:
        NotYoursError: only whoever leads the agent starts it.
        WrongStateError: the session is held or called off.
    """
    session = led_session(viewer, session_id)
    if session.started_at and minutes_taken(session.started_at, now) is not None:
        return session.started_at
    session.started_at = now
    session.save(update_fields=["started_at"])
    audit.record(viewer, "session.start", f"session:{session_id}", now=now)
    return now


def held(viewer: Viewer, session: Session) -> None:
    """Let go of the draft of a held session; what somebody else wrote for themselves stays theirs."""
    draft = SessionDraft.objects.filter(session=session).first()
    if draft is None:
        return
    others = {who: words for who, words in draft.fields.get("private", {}).items() if who != _who(viewer)}
    if others:
        draft.fields = {"private": others}
        draft.save(update_fields=["fields"])
    else:
        draft.delete()


def called_off(session: Session, following: Session | None) -> None:
    """Take the draft along to the session that follows one that is called off; without one it goes."""
    if following is None:
        SessionDraft.objects.filter(session=session).delete()
    else:
        SessionDraft.objects.filter(session=session).update(session=following)


def _is_newer(draft: SessionDraft, written: Written) -> bool:
    """Whether the draft holds something that its sender has not read: a re-sent message of the same window has."""
    same_window = bool(written.writer) and draft.fields.get("writer") == _window(written)
    return not same_window and draft.saved_at.isoformat() != written.basis


def _kept(words: str) -> str:
    """As much of a field as a draft keeps; PostgreSQL stores no NUL."""
    return words.replace("\0", "")[:LONGEST]


def _window(written: Written) -> str:
    return written.writer.replace("\0", "")[:40]


def _who(viewer: Viewer) -> str:
    return str(viewer.user.pk if viewer.user else 0)
