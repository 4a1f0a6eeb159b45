"""Who is the agent in a conversation, how that is known, and who may say that it is so."""

import json
from dataclasses import dataclass

from coachloop.app.models import Conversation, Revision
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.people import Role
from coachloop.core.model.wire import BadLineError, SpeakersLine, checked


@dataclass(frozen=True, slots=True)
class Speakers:
    """How it is known who speaks in a conversation. `revision` names the state that was read; `may_confirm` is who says that it is so."""

    key: str
    source: str
    sure: bool
    confirmed: bool
    revision: int
    may_confirm: bool


def speakers(viewer: Viewer, key: str) -> Speakers | None:
    """Of a call that they may see; None where it came in with its speakers, and nothing was guessed."""
    row = viewing.conversations(viewer).filter(key=key).first()
    document = Revision.objects.filter(conversation=row, number=row.revision).first() if row else None
    said = told(document.document) if document else None
    if row is None or said is None:
        return None
    return Speakers(row.key, said.source, said.sure, said.confirmed, row.revision, may_confirm(viewer, row))


def may_confirm(viewer: Viewer, row: Conversation) -> bool:
    """Whether it is theirs to say: a QA lead's, and the leader's of the team at the time of the call."""
    return viewer.has(Role.QA_LEAD) or (viewer.has(Role.TEAM_LEADER) and row.team_id in viewer.team_ids)


def told(document: str) -> SpeakersLine | None:
    """What a document says of its speakers; None where it says nothing, or what is none of this format."""
    given = json.loads(document).get("speakers")
    try:
        return checked(SpeakersLine, given) if isinstance(given, dict) and "from" in given else None
    except BadLineError:
        return None
