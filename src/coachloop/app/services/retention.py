"""How long each kind of data is kept: set by an admin, carried out once a day, a few rows a transaction.

Whoever is ended goes on at the next run; what is done twice is done once.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from coachloop.app.errors import NotYoursError, RefusedError
from coachloop.app.models import Audio, AuditEntry, Clip, JudgeReply, Original, Retention, Session, SessionDraft
from coachloop.app.queries import audio
from coachloop.app.queries import retention as queries
from coachloop.app.queries.audit_chain import LET_GO
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audit, events, forgetting, messages, sealing, uploads
from coachloop.core.model.media import AUDIO, BROWSER, CLIPS, Media, MediaUnavailableError, Name
from coachloop.core.model.people import Role
from coachloop.core.model.retention import KINDS, Kind
from coachloop.core.model.sealing import spans

AT_ONCE = 500
LONGEST = 36_500
HALF_DONE = timedelta(days=1)
"""How long a file may lie that no row names: the ingest that brings it may be long."""


@transaction.atomic
def keep(*, viewer: Viewer, kind: Kind, days: int | None, programme: int | None = None, now: datetime) -> None:
    """Say how long a kind is kept; None takes back what was said.

    Args:
        viewer: an admin; of the whole site for what concerns all of it.
        kind: of what.
        days: how long.
        programme: where; everywhere without one.
        now: when.

    Raises:
        NotYoursError: they don't keep it.
        RefusedError: fewer days than are needed, or the kind is not kept by programme.
    """
    _may_set(viewer, kind, programme)
    least = queries.least(kind)
    if days is not None and not least <= days <= LONGEST:
        raise RefusedError(
            f"{KINDS[kind].title} are kept from {least} to {LONGEST:,} days ({KINDS[kind].because}), got {days}"
        )
    there = Retention.objects.filter(kind=kind, programme=programme)
    before = there.first()
    if days is None:
        there.delete()
    else:
        said = {"days": days, "set_by": viewer.user, "set_at": now}
        there.update_or_create(defaults=said, create_defaults=said | {"kind": kind, "programme_id": programme})
    if (before.days if before else None) != days:
        detail = {"days": [before.days if before else None, days], "programme": programme}
        audit.record(viewer, "retention.set", f"retention:{kind}", now=now, detail=detail)


@transaction.atomic
def keep_all(*, viewer: Viewer, wanted: Mapping[Kind, int | None], now: datetime) -> None:
    """Say it of several kinds at once, for what somebody looks at; all or none. What stays as it is is left alone.

    Raises:
        NotYoursError: they don't keep it.
        RefusedError: fewer days than are needed.
    """
    for line in queries.lines(viewer, now=now):
        if line.kind in wanted and wanted[line.kind] != line.days:
            scope = viewer.programme_id or None if line.keeping.by_programme else None
            keep(viewer=viewer, kind=line.kind, days=wanted[line.kind], programme=scope, now=now)


def _may_set(viewer: Viewer, kind: Kind, programme: int | None) -> None:
    if not viewer.has(Role.ADMIN):
        raise NotYoursError("how long data is kept is set by admins")
    if programme is not None and not KINDS[kind].by_programme:
        raise RefusedError(f"{KINDS[kind].title} are kept alike everywhere: say it without a programme")
    elsewhere = programme != (viewer.programme_id or None)
    if elsewhere and not viewer.everything and not (programme is None and viewer.keeps_all):
        raise NotYoursError("that programme is kept by others")


def run(*, now: datetime, enough: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Delete what is kept no longer; returns how much, by kind.

    Args:
        now: the time.
        enough: asked between batches; what is left goes at the next run.
    """
    gone: Counter[str] = Counter()
    for kind, take in _TAKE.items():
        for rule in queries.rules(kind):
            while not enough() and (taken := _take_some(rule, take, now=now)):
                gone[kind] += taken
    if gone:
        audit.record(OPERATOR, "retention.run", "retention", now=now, detail=dict(gone))
    return gone


def run_once_a_day(*, now: datetime, enough: Callable[[], bool] = lambda: False) -> Counter[str]:
    """The same, unless it ran through today; asked for every hour."""
    once = f"retention:{now:%Y-%m-%d}"
    if AuditEntry.objects.filter(once=once).exists():
        return Counter()
    gone = run(now=now, enough=enough)
    if not enough():
        audit.record(OPERATOR, "retention.look", "retention", now=now, once=once)
    return gone


type Take = Callable[[list[Any], datetime], object]


@transaction.atomic
def _take_some(rule: queries.Rule, take: Take, *, now: datetime) -> int:
    rows = queries.of_rule(rule, now=now).exclude(queries.needed(rule.kind)).order_by("pk")
    many = forgetting.AT_ONCE if rule.kind == Kind.CONVERSATIONS else AT_ONCE
    ids = list(rows.values_list("pk", flat=True)[:many])
    if ids:
        take(ids, now)
    return len(ids)


def _recordings(ids: list[int], now: datetime) -> None:
    del now
    forgetting.remove_once_stored(forgetting.forget_recordings(ids))


def _conversations(ids: list[int], now: datetime) -> None:
    del now
    forgetting.remove_once_stored(forgetting.forget(ids))


def _clips(ids: list[int], now: datetime) -> None:
    del now
    Clip.objects.filter(pk__in=ids).delete()
    transaction.on_commit(lambda: forgetting.remove_files((), ids))


def _notes(ids: list[int], now: datetime) -> None:
    del now
    Session.objects.filter(pk__in=ids).update(private_notes="")


def _plainly(table: QuerySet[Any]) -> Take:
    def take(ids: list[int], now: datetime) -> None:
        del now
        table.filter(pk__in=ids).delete()

    return take


def let_go(entries: list[int], *, because: str, now: datetime) -> None:
    """Delete entries of the audit log; the log says which seals they had, so that nobody takes it for tampering."""
    numbers = sealing.numbers_of(entries)
    AuditEntry.objects.filter(pk__in=entries).delete()
    detail = {"because": because, "entries": len(entries), "seals": spans(numbers)}
    audit.record(OPERATOR, LET_GO, "audit", now=now, detail=detail)


def _audit(ids: list[int], now: datetime) -> None:
    let_go(ids, because="retention", now=now)


_TAKE: Mapping[Kind, Take] = {
    Kind.CONVERSATIONS: _conversations,
    Kind.RECORDINGS: _recordings,
    Kind.ORIGINALS: _plainly(Original.objects.all()),
    Kind.JUDGE_REPLIES: _plainly(JudgeReply.objects.all()),
    Kind.CLIPS: _clips,
    Kind.PRIVATE_NOTES: _notes,
    Kind.DRAFTS: _plainly(SessionDraft.objects.all()),
    Kind.AUDIT: _audit,
}
"""How a batch of each kind goes. Messages, uploads and events have their own places, which ask how long."""


def forget_short_lived(*, now: datetime) -> None:
    """What goes every hour: words of messages, unfinished uploads, events, as it is said, or as is usual; and files without a row."""
    for kind, forget in ((Kind.MESSAGES, messages.forget), (Kind.UPLOADS, uploads.forget_unfinished)):
        days = queries.days_of(kind)
        forget(now=now, kept=timedelta(days=days or 0))
    events.forget(now=now)
    sweep_files(now=now)


def sweep_files(*, now: datetime) -> int:
    """Delete files that no row names, and those that were left half done; returns how many. A part of them each hour of the day."""
    media = audio.media()
    try:
        gone, swept = [], 0
        for number in range(now.hour, 256, 24):
            swept += _sweep_folder(media, f"{AUDIO}/{number:02x}", before=now - HALF_DONE)
        for folder in (BROWSER, CLIPS):
            lying = [one for one in media.lying(folder) if one.name.name.startswith(".")]
            gone += [one.name for one in lying if one.modified_at < now - HALF_DONE]
        media.remove(*gone)
    except MediaUnavailableError:
        return 0  # the store does not answer now: at the next run
    return swept + len(gone)


def _sweep_folder(media: Media, folder: str, *, before: datetime) -> int:
    """Delete the files of a folder that no row names, at once after a second look: who takes such a file in meanwhile renews it first."""
    lost = _lost(media, folder, before)
    if lost:
        lost &= _lost(media, folder, before)
        media.remove(*lost)
    return len(lost)


def _lost(media: Media, folder: str, before: datetime) -> set[Name]:
    lying = {one.name for one in media.lying(folder) if one.modified_at < before}
    named = set(Audio.objects.filter(sha256__in={name.stem for name in lying}).values_list("sha256", flat=True))
    return {name for name in lying if name.stem not in named}
