"""Whether the audit log is what was once written: its entries against their seals."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from coachloop.app.models import AuditEntry, AuditSeal
from coachloop.core.model.sealing import Seal, Sealed, broken, within

CHUNK = 1000
LET_GO = "audit.let_go"
"""What an entry is called that says which others were deleted: `seals` in its detail holds the runs of their numbers."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal: whoever keeps it elsewhere notices when the end of the log is cut off, or all of it is written anew."""

    number: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of a look at the whole log. `broken_at` is the number of the first seal that does not hold; empty where all do.

    `unsealed` are entries that wait for their seal, `let_go` those that were deleted as the log itself says.
    """

    head: Head
    entries: int
    let_go: int
    unsealed: int
    broken_at: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.why


def head() -> Head:
    """The newest seal; number 0 where nothing is sealed yet."""
    last = AuditSeal.objects.order_by("-number").first()
    return Head(last.number, last.sha256) if last else Head(0, "")


def late() -> int:
    """After how many with higher numbers an entry may become visible: on SQLite, with its one writer, after none."""
    return 1000 if connection.vendor == "postgresql" else 0


def as_sealed(row: AuditEntry) -> Sealed:
    """An entry as its seal covers it."""
    return Sealed(row.pk, row.at, row.actor_id, row.action, row.subject, row.detail, row.programme_id)


def verify(*, kept: Head | None = None) -> Verified:
    """Work every hash out anew.

    Args:
        kept: a head that somebody noted elsewhere.
    """
    let_go, now = _let_go(), head()
    found = broken(_seals(), let_go=let_go) or _inserted() or (_cut(kept) if kept else None)
    return Verified(
        head=now,
        entries=AuditSeal.objects.count(),
        let_go=len(let_go),
        unsealed=_unsealed().count(),
        broken_at=found[0] if found else None,
        why=found[1] if found else "",
    )


def _seals() -> Iterator[Seal]:
    rows = AuditSeal.objects.order_by("number").values_list("number", "entry", "sha256").iterator(CHUNK)
    for some in batched(rows, CHUNK):
        entries = AuditEntry.objects.in_bulk([entry for _, entry, _ in some])
        for number, entry, sha256 in some:
            there = entries.get(entry)
            yield Seal(number, sha256, as_sealed(there) if there else None)


def _let_go() -> frozenset[int]:
    details = AuditEntry.objects.filter(action=LET_GO).values_list("detail", flat=True)
    return frozenset(number for detail in details for number in within(detail.get("seals", [])))


def _unsealed() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.exclude(Exists(AuditSeal.objects.filter(entry=OuterRef("pk"))))


def _inserted() -> tuple[int, str] | None:
    """An entry below those that are sealed: entries are sealed in the order of their numbers, and on PostgreSQL nearly so."""
    newest = AuditSeal.objects.order_by("-entry").first()
    if newest is None:
        return None
    found = _unsealed().filter(pk__lt=newest.entry - late()).order_by("pk").first()
    return (newest.number, f"entry {found.pk} was put among sealed ones later") if found else None


def _cut(kept: Head) -> tuple[int, str] | None:
    there = AuditSeal.objects.filter(number=kept.number).first()
    if there is None:
        return kept.number, f"the log ends before seal {kept.number}, which was there: its end was cut off"
    if there.sha256 != kept.sha256:
        return kept.number, f"seal {kept.number} is not the one that was kept: the log was written anew"
    return None
