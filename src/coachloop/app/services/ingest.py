"""Conversations in: streaming, idempotent, safe to break off at any moment and start again."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, transaction

from coachloop.app.errors import TakenError
from coachloop.app.models import Conversation, DirtyDay, Evaluation, Revision
from coachloop.app.queries import programmes
from coachloop.app.queries.sites import zone
from coachloop.app.queries.templates import Published, published
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audio, audit, masking, spoken
from coachloop.app.services.consented import Consented
from coachloop.app.services.directory import Directory
from coachloop.app.services.masking import Kept
from coachloop.core.model.call_type import call_type
from coachloop.core.model.conversation import COACHING, moment
from coachloop.core.model.receipt import Line, Receipt, Refusal
from coachloop.core.model.wire import ConversationLine, Read, read_conversation, taken

BATCH = 500
BATCH_BYTES = 64 * 1024 * 1024
TRIES = 5

WAITING = "without a transcript: kept, waiting for transcription"
"""Said of a conversation that came in without its words."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A line that can be taken, and where it stood."""

    place: Line
    read: Read


def ingest(
    lines: Iterable[Line | Refusal],
    *,
    viewer: Viewer,
    now: datetime,
    replace: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Receipt:
    """Store conversations of the native format, a batch a transaction.

    The same id with the same content is a duplicate; with other content it is refused unless `replace`, which adds a revision
    and keeps the older. Whatever is stored is put down to be scored with every published template that fits.

    Args:
        lines: what a reader yields.
        viewer: who brings them.
        now: when they land: the five-day clock of what is found in them starts here.
        replace: take other content for a known id.
        progress: called with the number of lines read so far, once a batch.

    Returns:
        The receipt; `notes` counts conversations that insights leave out (no agent, no start) or nothing can score yet.
    """
    receipt, templates, site_zone, programme = Receipt(), published(OPERATOR), zone(), programmes.of(viewer)
    read = taken(lines, receipt, lambda line: read_conversation(line.raw))
    for batch in _batches(_Arrival(*pair) for pair in read):
        _store_safely(batch, receipt, _Batch(now, site_zone, templates, replace, programme))
        progress(receipt.received)
    audit.record(viewer, "conversations.ingest", "conversations", now=now, detail=_counts(receipt))
    progress(receipt.received)
    return receipt


@transaction.atomic
def revise(conversation: Conversation, document: str, *, now: datetime) -> None:
    """Store what we ourselves found out about a conversation as its next revision; what came in is still what it was.

    So the file that it came in with is a duplicate when it comes again.

    Args:
        conversation: stored already.
        document: a line of the native format, as text.
        now: when.
    """
    newest = Revision.objects.filter(conversation=conversation).order_by("number").last()
    read = read_conversation(document.encode())
    if newest is not None:
        read = dataclasses.replace(read, content_hash=newest.content_hash)
    programme = conversation.programme_id
    how = _Batch(now, zone(), published(OPERATOR), replace=True, programme=programme, directory=Directory(programme))
    _write([(conversation, [read])], Receipt(), how)
    if read.line.turns:
        masking.forget(conversation.pk)


def _counts(receipt: Receipt) -> dict[str, int]:
    return {
        "received": receipt.received,
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "refused": len(receipt.refused),
    }


def _batches(arrivals: Iterable[_Arrival]) -> Iterator[tuple[_Arrival, ...]]:
    """Arrivals by the BATCH, or fewer where they are so long that memory would suffer."""
    batch: list[_Arrival] = []
    size = 0
    for arrival in arrivals:
        batch.append(arrival)
        size += len(arrival.place.raw)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a batch is stored with."""

    now: datetime
    zone: ZoneInfo
    templates: tuple[Published, ...]
    replace: bool
    programme: int | None
    directory: Directory = field(default_factory=Directory)


def _store_safely(arrivals: tuple[_Arrival, ...], receipt: Receipt, how: _Batch) -> None:
    """One transaction; started anew where another ingest stored one of the same ids meanwhile, or both waited for each other."""
    part = _tried(arrivals, how, left=TRIES)
    receipt.accepted += part.accepted
    receipt.duplicates += part.duplicates
    receipt.refused += part.refused
    for what, count in part.notes.items():
        receipt.note(what, count)


def _tried(arrivals: tuple[_Arrival, ...], how: _Batch, *, left: int) -> Receipt:
    part = Receipt()
    try:
        with transaction.atomic():
            _store(arrivals, part, dataclasses.replace(how, directory=Directory(how.programme)))
    except (IntegrityError, OperationalError):
        if left == 1:
            raise
        return _tried(arrivals, how, left=left - 1)
    return part


def _store(arrivals: tuple[_Arrival, ...], receipt: Receipt, how: _Batch) -> None:
    keys = [arrival.read.line.id for arrival in arrivals]
    consented = Consented((arrival.read.line for arrival in arrivals), how.programme)
    elsewhere = _elsewhere([arrival.read.line for arrival in arrivals], how.directory)
    known = {c.key: c for c in Conversation.objects.filter(key__in=keys).select_for_update()}
    hashes = dict(
        Revision.objects.filter(conversation__key__in=keys)
        .order_by("number")
        .values_list("conversation__key", "content_hash")
    )
    fresh: dict[str, list[Read]] = {}
    recordings = {arrival.read.line.id: arrival.place.recording for arrival in arrivals}
    for arrival in arrivals:
        read, place = arrival.read, arrival.place
        key = read.line.id
        stored = fresh[key][-1].content_hash if key in fresh else hashes.get(key)
        if taken_key := _taken_key(read.line, known.get(key), elsewhere, programme=how.programme):
            receipt.refuse(place.file, place.number, str(TakenError(*taken_key)))
        elif stored == read.content_hash:
            receipt.duplicates += 1
        elif refusal := consented.refusal(read.line, known.get(key)):
            receipt.refuse(place.file, place.number, refusal)
        elif stored is None or how.replace:
            receipt.accepted += 1
            fresh.setdefault(key, []).append(read)
        else:
            reason = f"id {key!r} is stored with other content; --replace takes the new one and keeps the history"
            receipt.refuse(place.file, place.number, reason)
    arrived = [
        (known.get(key) or Conversation(key=key, programme_id=how.programme), reads) for key, reads in fresh.items()
    ]
    _write(arrived, receipt, how)
    audio.keep((row, recordings[row.key]) for row, _ in arrived)
    consented.keep(((row, reads[-1].line) for row, reads in arrived), how.now)


def _elsewhere(lines: list[ConversationLine], directory: Directory) -> frozenset[str]:
    """Ids of agents and teams that they name, and that belong to another programme."""
    calls = [line for line in lines if not line.is_coaching]
    agents = {line.agent_id for line in calls if line.agent_id}
    return directory.taken(agents=agents, teams={line.team for line in calls if line.team})


def _taken_key(
    line: ConversationLine, known: Conversation | None, elsewhere: frozenset[str], *, programme: int | None
) -> tuple[str, str] | None:
    """What of a line belongs to another programme, and its id."""
    if known is not None and known.programme_id != programme:
        return "conversation", line.id
    if line.is_coaching:
        return None
    named = (("agent", line.agent_id), ("team", line.team))
    return next(((what, key) for what, key in named if key and f"{what}:{key}" in elsewhere), None)


def _write(arrived: list[tuple[Conversation, list[Read]]], receipt: Receipt, how: _Batch) -> None:
    rows = [row for row, _ in arrived]
    dirty = [(row.agent_id, row.day) for row in rows]
    said = [reads[-1].line for _, reads in arrived]
    how.directory.meet({line.agent_id: line.agent_name for line in said if line.agent_id and not line.is_coaching})
    filled = [(row, [masking.kept(read) for read in reads]) for row, reads in arrived]
    stored = [pair for row, kept in filled for pair in _fill(row, kept, how)]
    known = [row for row in rows if row.pk]
    dirty += [(row.agent_id, row.day) for row in known]
    Conversation.objects.bulk_create([row for row in rows if row.pk is None])
    Conversation.objects.bulk_update(known, _FILLED)
    for revision, _ in stored:
        revision.conversation_id = revision.conversation.pk
    Revision.objects.bulk_create(revision for revision, _ in stored)
    masking.keep(stored)
    spoken.keep((row, kept[-1].line.turns or ()) for row, kept in filled)
    _put_down(rows, how.templates, receipt)
    DirtyDay.objects.bulk_create(DirtyDay(agent_id=agent, day=day) for agent, day in dirty if agent and day)
    how.directory.save_moves()


_FILLED = [
    "channel", "queue", "language", "direction", "agent", "team", "customer_key", "started_at", "day", "outcome", "call_type",
    "turn_count", "revision",
]  # fmt: skip


def _fill(row: Conversation, lines: list[Kept], how: _Batch) -> list[tuple[Revision, Kept]]:
    """Bring the row up to the last of `lines`; returns a revision for each of them."""
    line = lines[-1].line
    row.channel, row.queue = COACHING if line.is_coaching else line.channel or "", line.queue or ""
    row.language, row.direction = line.language or "", line.direction or ""
    row.call_type = call_type(line.model_extra)
    row.customer_key, row.outcome = line.customer_id or "", line.outcome
    row.turn_count = len(line.turns or ())
    row.started_at = moment(line.started_at, how.zone) if line.started_at else None
    row.day = row.started_at.astimezone(how.zone).date() if row.started_at else None
    row.landed_at = row.landed_at or how.now
    _place(row, line, how.directory)
    first, row.revision = row.revision + 1, row.revision + len(lines)
    return [
        (
            Revision(
                conversation=row, number=number, content_hash=one.content_hash, document=one.document, stored_at=how.now
            ),
            one,
        )
        for number, one in enumerate(lines, first)
    ]


def _place(row: Conversation, line: ConversationLine, directory: Directory) -> None:
    """Whose call it is; a coaching conversation is nobody's: it counts for no agent and no team."""
    if line.is_coaching:
        row.agent = row.team = None
        return
    row.agent = directory.agent(line.agent_id, line.agent_name) if line.agent_id else None
    row.team = directory.team(line.team)
    if row.agent and line.agent_joined_on:
        directory.joined(row.agent, line.agent_joined_on)
    if row.agent and row.team:
        directory.seen(row.agent, row.team, row.day)
    if row.agent and row.team is None:
        row.team_id = directory.team_on(row.agent, row.day)


def _put_down(rows: list[Conversation], templates: tuple[Published, ...], receipt: Receipt) -> None:
    """One pending evaluation for each template that fits; what was scored before becomes pending again."""
    wanted = [(row, template) for row in rows for template in templates if template.fits(row) and row.turn_count]
    Evaluation.objects.bulk_create(
        [Evaluation(conversation=row, template_id=template.template_id) for row, template in wanted],
        update_conflicts=True,
        unique_fields=["conversation", "template"],
        update_fields=["state", "queued_at"],
    )
    for row in rows:
        if row.channel == COACHING:
            receipt.note("a coaching conversation: for its leader alone, and left out of every insight")
        elif row.agent_id is None:
            receipt.note("without an agent: kept, and left out of insights by agent")
        if row.day is None:
            receipt.note("without a start: kept, and left out of insights over time")
        if not row.turn_count:
            receipt.note(WAITING)
