"""Recordings become conversations: part by part, so that whoever is ended goes on where it was; one at a time for each file."""

import errno
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from coachloop.app.models import Audio, AudioPart, Conversation
from coachloop.app.queries import audio as queries
from coachloop.app.queries.revisions import shown_of, words_of
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, ingest, masking
from coachloop.app.services.alone import alone
from coachloop.core.hearing.chunks import PART_SECONDS, border
from coachloop.core.hearing.heard import HeardWord
from coachloop.core.hearing.loops import without_loops
from coachloop.core.hearing.port import RATE, CantTranscribeError, Transcriber, TranscriberUnavailableError
from coachloop.core.hearing.sides import Sides, by_channel, by_voice
from coachloop.core.hearing.tools import Tools
from coachloop.core.hearing.turns import turns
from coachloop.core.masking.shown import muted
from coachloop.core.model.conversation import SURE
from coachloop.core.model.media import AUDIO, BROWSER, COPY, PEAKS, MediaUnavailableError, Name

NOBODY = "nothing transcribes here: get a model with `coachloop models get whisper-base`, or name a server in COACHLOOP_SPEECH_URL"

TRIES = 5
"""Times that a recording may end whoever transcribes it before it is left alone."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

SETTLED = timedelta(days=1)
"""How long a recording may lie before its conversation is stored: the ingest that brings it may be long."""

SHORTEST = 0.1
"""Seconds that are not worth a part of their own."""


@dataclass(slots=True)
class Tally:
    """What became of the recordings that were listened to; `waits` says why the others could not be now."""

    done: int = 0
    busy: int = 0
    unsure: int = 0
    waits: str = ""
    failed: list[tuple[str, str]] = field(default_factory=list)


def transcribe_waiting(
    tools: Tools,
    *,
    viewer: Viewer,
    now: Callable[[], datetime] = timezone.now,
    enough: Callable[[], bool] = lambda: False,
    rest: timedelta | None = None,
    progress: Callable[[float], None] = lambda _: None,
    only: Iterable[int] | None = None,
) -> Tally:
    """Make words of the recordings that wait, the oldest first, and a copy of each that a browser plays.

    Stops where the transcriber can't be asked now, and begins with another one the next time; without one, those that brought their words
    still get their copy. One that somebody else listens to at this moment is left to them.

    Args:
        tools: who listens, separates and copies.
        viewer: on whose behalf.
        now: the time, asked anew for each recording: they take long.
        enough: asked before each part; what is not done then goes on at the next call.
        rest: how long to leave alone what could not be asked about; not at all where somebody asks by hand.
        progress: called with the seconds of channels that were listened to since the last call.
        only: these alone, those of them that wait.
    """
    tally, name = Tally(), tools.transcriber.name if tools.transcriber else ""
    if only is None:
        only = queries.waiting_ids(with_words=not name, postponed_before=now() - rest if rest else None)
    for audio_id in only:
        if tally.waits or enough():
            break
        row = Audio.objects.select_related("conversation").filter(pk=audio_id).first()
        if row is None:
            continue
        with alone(str(queries.name_of(row))) as mine:
            if mine:
                _take(_Work(row, tools, enough, progress), tally, now=now())
            else:
                tally.busy += 1
    if not name and queries.waiting_ids():
        tally.waits = NOBODY
    if tally.done or tally.failed:
        detail = {"done": tally.done, "failed": len(tally.failed), "transcriber": name}
        audit.record(viewer, "recordings.transcribe", "conversations", now=now(), detail=detail)
    return tally


@transaction.atomic
def try_again(*, viewer: Viewer, now: datetime) -> int:
    """Let recordings that could not be transcribed wait anew; returns how many."""
    failed = Audio.objects.filter(state=Audio.State.FAILED).update(state=Audio.State.WAITING, tries=0, reason="")
    if failed:
        audit.record(viewer, "recordings.try-again", "conversations", now=now, detail={"recordings": failed})
    return failed


class _EnoughError(Exception):
    """The time that was given is over; what is stored is not done again."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One recording and who listens to it."""

    row: Audio
    tools: Tools
    enough: Callable[[], bool]
    progress: Callable[[float], None]

    @property
    def transcriber(self) -> Transcriber:
        """Whoever listens.

        Raises:
            TranscriberUnavailableError: there is nobody.
        """
        if self.tools.transcriber is None:
            raise TranscriberUnavailableError(NOBODY)
        return self.tools.transcriber

    @property
    def name(self) -> Name:
        """The recording itself."""
        return queries.name_of(self.row)


def _take(work: _Work, tally: Tally, *, now: datetime) -> None:
    """Words first, then the copy: whoever is ended between the two goes on with the copy."""
    row = work.row
    row.refresh_from_db(fields=["state", "tries", "transcriber"])
    if row.state != Audio.State.WAITING:
        return
    if row.tries >= TRIES:
        _fail(row, f"whoever listened to it was ended {TRIES} times; the log may say why", tally, now=now)
        return
    Audio.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    try:
        _listen(work, tally, now=now)
    except _EnoughError as error:
        Audio.objects.filter(pk=row.pk).update(tries=row.tries)
        tally.waits = str(error)
    except TranscriberUnavailableError as error:
        Audio.objects.filter(pk=row.pk).update(tries=row.tries, postponed_at=now)
        tally.waits = str(error)
    except CantTranscribeError as error:
        _fail(row, str(error), tally, now=now)
    else:
        tally.done += 1


def _listen(work: _Work, tally: Tally, *, now: datetime) -> None:
    row = work.row
    try:
        if not row.transcriber and not row.conversation.turn_count:
            with queries.media().file(work.name, again=True) as path:
                sides = _sides(work, path)
            _write(work, sides, now=now)
            tally.unsure += sides.confidence < SURE
        _copy(work, now=now)
    except MediaUnavailableError as error:
        raise TranscriberUnavailableError(str(error)) from error
    except OSError as error:
        if error.errno in FULL:
            raise TranscriberUnavailableError("the disk is full: make room in COACHLOOP_HOME") from error
        raise CantTranscribeError(f"its file can't be read or written: {error.strerror or error}") from error


def _fail(row: Audio, reason: str, tally: Tally, *, now: datetime) -> None:
    Audio.objects.filter(pk=row.pk).update(state=Audio.State.FAILED, reason=reason, done_at=now)
    tally.failed.append((row.name, reason))


def _sides(work: _Work, path: Path) -> Sides:
    """Who says what; where one channel says nothing at all, the other may well hold both people."""
    row, tools = work.row, work.tools
    heard = [without_loops(_words(work, path, channel=channel)) for channel in range(row.channels)]
    if all(heard) and len(heard) == 2:
        return by_channel(heard, agent=tools.agent_channel)
    both = next((channel for channel, words in enumerate(heard) if words), 0)
    return by_voice(tools.separate(tools.read(path, start=0.0, end=row.seconds)[both], heard[both]))


def _words(work: _Work, path: Path, *, channel: int) -> list[HeardWord]:
    """All words of a channel, in parts; those that are stored are not listened to again."""
    row = work.row
    row.parts.exclude(transcriber=work.transcriber.name).delete()
    parts = list(row.parts.filter(channel=channel).order_by("number"))
    work.progress(sum(part.end - part.start for part in parts))
    start = parts[-1].end if parts else 0.0
    while start < row.seconds - SHORTEST:
        if work.enough():
            raise _EnoughError("the rest goes on at the next turn")
        part = _part(work, path, channel=channel, number=len(parts), start=start)
        part.save()
        parts.append(part)
        work.progress(part.end - start)
        start = part.end
    return [HeardWord(*word) for part in parts for word in part.words]


def _part(work: _Work, path: Path, *, channel: int, number: int, start: float) -> AudioPart:
    """The words of the next stretch, which ends in a pause so that no word is cut."""
    row, transcriber = work.row, work.transcriber
    samples = work.tools.read(path, start=start, end=start + PART_SECONDS)[channel]
    is_last = start + PART_SECONDS >= row.seconds
    cut = len(samples) if is_last else border(samples)
    language = row.conversation.language or work.tools.language or _language(row)
    heard = transcriber.transcribe(samples[:cut], language=language, hotwords=work.tools.hotwords)
    return AudioPart(
        audio=row,
        channel=channel,
        number=number,
        start=start,
        end=row.seconds if is_last else start + cut / RATE,
        transcriber=transcriber.name,
        language=heard.language,
        words=[
            (word.text, round(start + word.start, 3), round(start + word.end, 3), round(word.probability, 3))
            for word in heard.words
        ],
    )


def _language(row: Audio) -> str:
    """As the first part in which something was said has it: a call is in one language."""
    said = row.parts.exclude(words=[]).order_by("channel", "number")
    return said.values_list("language", flat=True).first() or ""


@transaction.atomic
def _write(work: _Work, sides: Sides, *, now: datetime) -> None:
    """The words become the next revision, unless others came in while they were listened to."""
    row, tools = work.row, work.tools
    row.conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=row.conversation_id)
    if row.conversation.turn_count:
        row.parts.all().delete()
        return
    document = json.loads(words_of(row.conversation))
    found = {
        "language": document.get("language") or tools.language or _language(row) or None,
        "turns": [said.as_line() for said in turns(sides.words)],
        "speakers": sides.as_line(),
        "transcribed_by": work.transcriber.name,
    }
    ingest.revise(row.conversation, json.dumps(document | found, ensure_ascii=False), now=now)
    row.parts.all().delete()
    row.transcriber = work.transcriber.name[:200]
    row.agent_channel = tools.agent_channel if sides.source == "channels" else None
    row.notes = [*row.notes, *([sides.note] if sides.note else [])]
    row.save(update_fields=["transcriber", "agent_channel", "notes"])


def _copy(work: _Work, *, now: datetime) -> None:
    """What a browser plays, with what is masked muted; the recording itself goes where nothing unmasked is kept.

    Where it went already, the new copy is made of the one before. Whose words changed meanwhile still waits.
    """
    row, media = work.row, queries.media()
    before = queries.copy_of(row) if row.copied else None
    silent = muted(shown_of(row.conversation))
    row.copied = queries.copy_name(row, silent)
    made = queries.copy_of(row)
    if media.size(made) is None:
        is_gone = before is not None and media.size(work.name) is None and media.size(before) is not None
        source = before if before and is_gone else work.name
        with media.file(source) as path, media.making(made, made.with_suffix(PEAKS)) as to:
            work.tools.copy(path, to, muted=silent)
    same = Audio.objects.filter(pk=row.pk, conversation__revision=row.conversation.revision)
    if not same.update(copied=row.copied, state=Audio.State.DONE, reason="", tries=0, done_at=now):
        return
    if before and before != made and not Audio.objects.filter(copied=before.name).exists():
        media.remove(before, before.with_suffix(PEAKS))
    if not masking.keeps_originals() and not _wanted().filter(sha256=row.sha256).exists():
        media.remove(work.name)


def forget_unwanted(*, now: datetime) -> int:
    """Where nothing unmasked is kept, delete recordings that nobody waits for: those that came in again, or were refused; returns how many.

    Copies that no recording is played by any more go too, those of another part of them each hour.
    """
    media, gone = queries.media(), list(_left_copies(now))
    if not masking.keeps_originals():
        wanted = set(_wanted().values_list("sha256", flat=True))
        gone += [one for one in _settled(AUDIO, now) if one.stem not in wanted]
    media.remove(*gone)
    return len(gone)


def _left_copies(now: datetime) -> Iterator[Name]:
    for number in range(now.hour, 256, 24):
        lying = list(_settled(f"{BROWSER}/{number:02x}", now))
        stems = {f"{one.stem}{COPY}" for one in lying}
        played = set(Audio.objects.filter(copied__in=stems).values_list("copied", flat=True)) if stems else set()
        yield from (one for one in lying if f"{one.stem}{COPY}" not in played)


def _settled(folder: str, now: datetime) -> Iterator[Name]:
    return (one.name for one in queries.media().lying(folder) if one.modified_at < now - SETTLED)


def _wanted() -> QuerySet[Audio]:
    """Recordings that somebody still listens to, or may be asked to again."""
    return Audio.objects.filter(state__in=(Audio.State.WAITING, Audio.State.FAILED))
