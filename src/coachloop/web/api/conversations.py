"""Conversations, their recordings, and what was found in them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from coachloop.app.queries import conversation as queries
from coachloop.app.queries import listening, uploads
from coachloop.app.queries.conversation import ConversationView, Filters, Listed
from coachloop.app.queries.speakers import Speakers, speakers
from coachloop.app.services import audit
from coachloop.core.model.people import Role
from coachloop.core.model.spoken import LONGEST_QUERY
from coachloop.core.model.verdict import Outcome
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, cursor_at, moment, paged, position, whole
from coachloop.web.api.shapes import Key

READERS = (Role.AGENT, Role.TEAM_LEADER, Role.QA_LEAD)
BRINGERS = (Role.TEAM_LEADER, Role.QA_LEAD)
Only = Annotated[str, Field(max_length=200)]
Percent = Annotated[int, Field(ge=0, le=100)]


@endpoint("GET /conversations", *READERS, scope="conversations:read")
def list_conversations(
    asked: Asked,
    agent: Only = "",
    template: Only = "",
    behaviour: Only = "",
    verdict: Outcome | Literal[""] = "",
    words: Annotated[str, Field(max_length=LONGEST_QUERY, description="Words that were said.")] = "",
    since: date | None = None,
    until: date | None = None,
    low: Percent = 0,
    high: Percent = 100,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Page[Listed]:
    """Conversations, the newest first, narrowed by what was found or said in them.

    `low` and `high` bound the machine's probability of `met`, in per cent. Looks at words that are shown are written down.
    """
    filters = Filters(
        agent, template, behaviour, str(verdict), words=words.strip(), since=since, until=until, low=low, high=high
    )
    after = queries.Place(*position(cursor, moment, whole)) if cursor else None
    rows = queries.listed_after(asked.viewer, filters, today=asked.today, after=after, most=limit + 1)
    shown = [row for _, row in rows[:limit]]
    audit.look(asked.viewer, *(row.key for row in shown if row.passages), now=asked.now)
    last = rows[limit - 1][0] if len(rows) > limit else None
    return Page(shown, cursor_at(last) if last else None)


@endpoint("GET /conversations/{path:key}", *READERS, scope="conversations:read")
def read_conversation(asked: Asked, key: Key) -> ConversationView:
    """One conversation: its turns, its verdicts and what they stand on. The look at its words is written down."""
    view = found(queries.conversation(asked.viewer, key))
    audit.look(asked.viewer, view.key, now=asked.now)
    return view


@endpoint("POST /as-said/{path:key}", *READERS, scope="conversations:read")
def read_as_said(asked: Asked, key: Key) -> ConversationView:
    """The words before they were masked, for whom the operator lets. Every look is written down, before it is given."""
    view = found(queries.original(asked.viewer, key))
    audit.look_at_original(asked.viewer, view.key, now=asked.now)
    return view


@dataclass(frozen=True, slots=True)
class Recording:
    """A call's recording; `waits` until it is heard, and `reason` says why it could not be. `speakers` says who was told apart how."""

    conversation: str
    sha256: str
    name: str
    seconds: float | None
    channels: int
    waits: bool
    reason: str
    notes: tuple[str, ...]
    speakers: Speakers | None


@endpoint("GET /recordings/{path:key}", *READERS, scope="conversations:read")
def read_recording(asked: Asked, key: Key) -> Recording:
    """How far a conversation's recording has come. The sound itself is heard on the conversation's page."""
    heard = found(listening.of(asked.viewer, key))
    return Recording(
        conversation=heard.key,
        sha256=heard.sha256,
        name=heard.name,
        seconds=heard.seconds,
        channels=heard.channels,
        waits=heard.waits,
        reason=heard.reason,
        notes=tuple(map(str, heard.notes)),
        speakers=speakers(asked.viewer, key),
    )


@endpoint("GET /uploads", *BRINGERS, scope="conversations:read")
def list_uploads(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[uploads.UploadView]:
    """Files that you bring in, and what became of them."""
    rows = uploads.uploads(asked.viewer)
    return paged(rows, lambda row: (row.begun_at, row.key), cursor=cursor, limit=limit)
