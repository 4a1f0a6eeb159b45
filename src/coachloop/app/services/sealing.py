"""The audit log is sealed soon after it is written, one process at a time: each seal covers an entry and all before it."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from coachloop.app.models import AuditEntry, AuditSeal
from coachloop.app.queries.audit_chain import as_sealed, late
from coachloop.core.model.sealing import FIRST, seal

AT_ONCE = 2000


def seal_waiting() -> int:
    """Seal what is not sealed yet; returns how many entries. Safe to break off, and to run twice at once."""
    done = 0
    while some := _seal_some():
        done += some
    return done


def _seal_some() -> int:
    try:
        with transaction.atomic():
            return _seal(_last())
    except IntegrityError:
        return 0  # another process seals at this moment


def _last() -> AuditSeal | None:
    return AuditSeal.objects.select_for_update().order_by("-number").first()


def _seal(last: AuditSeal | None) -> int:
    number, before = (last.number, last.sha256) if last else (0, FIRST)
    made = []
    for entry in _waiting():
        number, before = number + 1, seal(as_sealed(entry), before)
        made.append(AuditSeal(number=number, entry=entry.pk, sha256=before))
    AuditSeal.objects.bulk_create(made, batch_size=500)
    return len(made)


def _waiting() -> Iterable[AuditEntry]:
    newest = AuditSeal.objects.aggregate(newest=Max("entry"))["newest"] or 0
    rows = AuditEntry.objects.filter(pk__gt=newest - late())
    return rows.exclude(Exists(AuditSeal.objects.filter(entry=OuterRef("pk")))).order_by("pk")[:AT_ONCE]


def numbers_of(entries: Iterable[int]) -> list[int]:
    """The numbers of these entries' seals, all of which are sealed first: what is let go is named by them."""
    seal_waiting()
    return list(AuditSeal.objects.filter(entry__in=list(entries)).values_list("number", flat=True))
