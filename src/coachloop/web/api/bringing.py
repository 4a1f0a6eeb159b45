"""What comes in: conversations, recordings, and what other systems know."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from coachloop.adapters.readers.ahead import read_scores
from coachloop.adapters.readers.lines import GZIP_MAGIC, json_lines, records
from coachloop.app.queries import uploads as queries
from coachloop.app.queries.sites import zone
from coachloop.app.queries.uploads import UploadView
from coachloop.app.services import absences, imports, people_files
from coachloop.app.services import uploads as services
from coachloop.app.services.ingest import ingest
from coachloop.app.services.labels import add_labels
from coachloop.app.services.people_files import Kind
from coachloop.core.model.people import Role
from coachloop.core.model.receipt import Line, Receipt
from coachloop.core.model.staff_lines import ClosureLine, PersonLine, SiteLine, TeamLine
from coachloop.core.model.wire import LINE_LIMIT, AbsenceLine, CoachingLine, ConversationLine, LabelLine, ScoreLine
from coachloop.web.access import found
from coachloop.web.api.access import Asked, Sent, endpoint
from coachloop.web.api.problems import ProblemError
from coachloop.web.api.shapes import Body, parsed
from coachloop.wiring import incoming

BRINGERS = (Role.TEAM_LEADER, Role.QA_LEAD)
FEEDERS = (Role.QA_LEAD, Role.ADMIN)
"""Who connects other systems: their conversations and scores are of everybody."""

KEEPERS = (Role.OPERATIONS, Role.ADMIN)
FILE_BYTES, WHOLE_BYTES = 64_000_000, 200_000_000
JSONL, CSV, BYTES = "application/x-ndjson", "text/csv", "application/octet-stream"

Said = Annotated[str, Field(max_length=200)]
UploadKey = Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


def _lines(line: Any, *kinds: str) -> Sent:
    return Sent(kinds, lambda: FILE_BYTES, line)


@endpoint(
    "POST /conversations",
    *FEEDERS,
    scope="conversations:write",
    body=_lines(ConversationLine, JSONL, "application/json"),
)
def add_conversations(asked: Asked, *, replace: bool = False) -> Receipt:
    """Take conversations in: JSON Lines of the native format (`coachloop schema conversation`), or one as JSON.

    The same again is a duplicate; other content for a known id is refused unless `replace`, which keeps the history. What is bad
    is refused with its line and reason, the rest goes on. Worker processes score what is accepted.
    """
    file = _sent(asked)
    lines = [_one(file)] if asked.request.content_type == "application/json" else json_lines(file)
    return _told(ingest(lines, viewer=asked.viewer, now=asked.now, replace=replace), file)


@endpoint("POST /imports/labels", *FEEDERS, scope="scores:write", body=_lines(LabelLine, CSV, JSONL))
def import_labels(asked: Asked) -> Receipt:
    """Take human answers in; they count before the machine's verdicts."""
    return _import(asked, lambda file: add_labels(records(file), viewer=asked.viewer, now=asked.now))


@endpoint("POST /imports/scores", *FEEDERS, scope="scores:write", body=_lines(ScoreLine, CSV, JSONL))
def import_scores(asked: Asked) -> Receipt:
    """Take verdicts of another tool in: the loop works on these alone."""
    return _import(
        asked, lambda file: imports.import_scores(read_scores(file, zone()), viewer=asked.viewer, now=asked.now)
    )


@endpoint("POST /imports/coaching", *KEEPERS, scope="coaching:write", body=_lines(CoachingLine, CSV, JSONL))
def import_coaching(asked: Asked) -> Receipt:
    """Take in coaching that happened before, so that its effect can be measured."""
    return _import(asked, lambda file: imports.import_coaching(records(file), viewer=asked.viewer, now=asked.now))


@endpoint("POST /imports/absences", *KEEPERS, scope="people:write", body=_lines(AbsenceLine, CSV, JSONL))
def import_absences(asked: Asked) -> Receipt:
    """Take in days on which agents are away: the five-day clock waits for them."""
    return _import(asked, lambda file: absences.import_absences(records(file), viewer=asked.viewer, now=asked.now))


@endpoint("POST /imports/people", Role.ADMIN, scope="people:write", body=_lines(PersonLine, CSV, JSONL))
def import_people(asked: Asked) -> Receipt:
    """Take in people with their roles, and agents with their teams since when; what is there already is a duplicate."""
    return _kept(asked, Kind.PEOPLE)


@endpoint("POST /imports/teams", Role.ADMIN, scope="people:write", body=_lines(TeamLine, CSV, JSONL))
def import_teams(asked: Asked) -> Receipt:
    """Take in teams with their site and leader; what a row leaves empty stays."""
    return _kept(asked, Kind.TEAMS)


@endpoint("POST /imports/sites", Role.ADMIN, scope="site:write", body=_lines(SiteLine, CSV, JSONL))
def import_sites(asked: Asked) -> Receipt:
    """Take in sites with their zone, country and region; what a row leaves empty stays."""
    return _kept(asked, Kind.SITES)


@endpoint("POST /imports/closures", Role.ADMIN, scope="site:write", body=_lines(ClosureLine, CSV, JSONL))
def import_closures(asked: Asked) -> Receipt:
    """Take in days on which sites are closed."""
    return _kept(asked, Kind.CLOSURES)


@endpoint(
    "POST /recordings",
    *BRINGERS,
    scope="conversations:write",
    status=201,
    body=Sent((BYTES,), lambda: min(WHOLE_BYTES, queries.most_bytes())),
)
def upload_recording(
    asked: Asked,
    name: Annotated[str, Field(min_length=1, max_length=200, description="What the file is called: `call.wav`.")],
    agent: Said = "",
    started_at: datetime | None = None,
    queue: Said = "",
    language: Said = "",
) -> UploadView:
    """Bring in a recording or a transcript whole. Larger files are begun at `/uploads` and grow there, part by part."""
    file = _sent(asked)
    given = {"agent": agent, "queue": queue, "language": language}
    given |= {"started_at": started_at.isoformat()} if started_at else {}
    size = file.stat().st_size
    row = services.begin(viewer=asked.viewer, name=name, size=size, fields=given, now=asked.now)
    with file.open("rb") as sound:
        services.append(viewer=asked.viewer, key=row.key, at=0, read=sound.read)
    services.finish(viewer=asked.viewer, key=row.key, reader=incoming, now=asked.now)
    return found(queries.upload(asked.viewer, row.key))


class UploadBegun(Body):
    """A file that is about to come in: what it is called, how many bytes it has, and what it does not say itself."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    size: Annotated[int, Field(ge=1, le=2**40)]
    agent: Said = ""
    started_at: datetime | None = None
    queue: Said = ""
    language: Said = ""


@endpoint("POST /uploads", *BRINGERS, scope="conversations:write", status=201)
def begin_upload(asked: Asked, body: UploadBegun) -> UploadView:
    """Make room for a file; its bytes follow by PATCH."""
    given = {
        name: str(value) for name, value in body.model_dump(mode="json", exclude={"name", "size"}).items() if value
    }
    row = services.begin(viewer=asked.viewer, name=body.name, size=body.size, fields=given, now=asked.now)
    return found(queries.upload(asked.viewer, row.key))


@endpoint("GET /uploads/{key}", *BRINGERS, scope="conversations:read")
def read_upload(asked: Asked, key: UploadKey) -> UploadView:
    """How far a file has come, and what it became."""
    return found(queries.upload(asked.viewer, key))


@endpoint(
    "PATCH /uploads/{key}",
    *BRINGERS,
    scope="conversations:write",
    body=Sent((BYTES,), queries.most_bytes, grows=True),
)
def append_upload(
    asked: Asked, key: UploadKey, at: Annotated[int, Field(ge=0, le=2**40, description="Where the part begins.")]
) -> UploadView:
    """Add the next bytes of a file, from where it stands; once it is whole it is taken in."""
    view = found(queries.upload(asked.viewer, key))
    here = services.append(viewer=asked.viewer, key=key, at=at, read=asked.request.read)
    if here == view.size:
        services.finish(viewer=asked.viewer, key=key, reader=incoming, now=asked.now)
    return found(queries.upload(asked.viewer, key))


@endpoint("DELETE /uploads/{key}", *BRINGERS, scope="conversations:write")
def drop_upload(asked: Asked, key: UploadKey) -> None:
    """Forget a file; what it became stays."""
    found(queries.upload(asked.viewer, key))
    services.drop(viewer=asked.viewer, key=key)


def _import(asked: Asked, take: Callable[[Path], Receipt]) -> Receipt:
    file = _sent(asked)
    return _told(take(file), file)


def _kept(asked: Asked, kind: Kind) -> Receipt:
    return _import(asked, lambda file: people_files.take(kind, records(file), viewer=asked.viewer, now=asked.now))


def _sent(asked: Asked) -> Path:
    """The body as a file; one that is packed is none that we unpack for anybody."""
    if asked.file is None:
        raise ProblemError(400, "Send a body.")
    if asked.request.content_type != BYTES:
        with asked.file.open("rb") as begun:
            if begun.read(2) == GZIP_MAGIC:
                raise ProblemError(415, "Send the lines as they are, not packed.")
    return asked.file


def _one(file: Path) -> Line:
    """One conversation as a line of its own."""
    if file.stat().st_size > LINE_LIMIT:
        raise ProblemError(413, f"A conversation has at most {LINE_LIMIT} bytes.")
    try:
        document = parsed(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, f"The body is no JSON that can be stored: {error}.") from error
    return Line("body", 1, json.dumps(document, ensure_ascii=False).encode())


def _told(receipt: Receipt, file: Path) -> Receipt:
    """The receipt, with the body under that name."""
    refused = [
        replace(one, file="body", reason=one.reason.replace(str(file), "the body")) if one.file == str(file) else one
        for one in receipt.refused
    ]
    receipt.refused = refused
    return receipt
