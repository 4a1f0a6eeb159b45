"""What guides a session while it is held: the questions that open it, and what was written so far."""

from dataclasses import dataclass, field
from datetime import datetime

from coachloop.app.models import Behaviour, Session, SessionDraft, Verdict
from coachloop.app.queries.examples import Example, examples
from coachloop.app.queries.templates import parsed
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionKind
from coachloop.core.coaching.questions import DEVELOPMENTAL, Moment, opening


@dataclass(frozen=True, slots=True)
class DraftView:
    """What was written so far, as the viewer may read it: their own private notes, nobody else's.

    `basis` names this state of it, for whoever writes on; empty before anything is written.
    """

    fields: dict[str, str] = field(default_factory=dict)
    basis: str = ""
    saved_at: datetime | None = None
    by: str = ""


def questions(session: Session, example: Example | None) -> tuple[str, ...]:
    """The questions that open a session: those that are stored, else those that follow from its behaviour and moment."""
    if session.questions:
        return tuple(session.questions)
    about = _moment(session, example)
    return opening(about) if about else DEVELOPMENTAL


def moment(viewer: Viewer, session: Session) -> Moment | None:
    """What the questions of a performance session are about; None for a developmental one."""
    shown = session.focus.example_id if session.focus else None
    found = examples(viewer, Verdict.objects.filter(pk=shown)).get(shown) if shown else None
    return _moment(session, found)


def _moment(session: Session, example: Example | None) -> Moment | None:
    behaviour = session.behaviour
    if session.kind == SessionKind.DEVELOPMENTAL or behaviour is None:
        return None
    return Moment(
        title=behaviour.title,
        asks=asks(behaviour),
        why=behaviour.why,
        trigger=example.trigger_text if example else "",
        said=example.said_text if example else "",
    )


def draft(viewer: Viewer, session: Session) -> DraftView:
    """What was written about a session so far; for whoever leads it."""
    row = SessionDraft.objects.select_related("saved_by").filter(session=session).first()
    if row is None:
        return DraftView()
    return DraftView(
        fields={**row.fields.get("shared", {}), "private_notes": own_notes(viewer, row)},
        basis=row.saved_at.isoformat(),
        saved_at=row.saved_at,
        by=row.saved_by.name if row.saved_by else "",
    )


def kept_notes(viewer: Viewer, session: Session) -> str:
    """Private notes of somebody who wrote some but did not hold the session; only for them."""
    row = SessionDraft.objects.filter(session=session).first()
    return own_notes(viewer, row) if row else ""


def own_notes(viewer: Viewer, draft: SessionDraft) -> str:
    """The viewer's own private notes in a draft."""
    notes = draft.fields.get("private", {}).get(str(viewer.user.pk if viewer.user else 0), "")
    return str(notes)


def asks(behaviour: Behaviour) -> str:
    """The behaviour's question as its template is published; empty for imported scores."""
    current = behaviour.template.current
    text = current.text.strip() if current else ""
    found = next((one for one in parsed(text).behaviours if one.key == behaviour.key), None) if text else None
    return found.question if found else ""
