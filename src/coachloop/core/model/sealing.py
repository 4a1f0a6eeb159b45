"""The chain of seals over the audit log: each hash covers an entry and the hash before it, so a change shows in all that follow."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = ""
"""The hash before the first seal."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal covers of an entry. The name of who acted is not in it: erasure takes it out of the log."""

    id: int
    at: datetime
    actor: int | None
    action: str
    subject: str
    detail: Mapping[str, Any]
    programme: int | None


@dataclass(frozen=True, slots=True)
class Seal:
    """An entry's place in the chain, as it is stored; `entry` is None where the entry is not there any more."""

    number: int
    sha256: str
    entry: Sealed | None


def seal(entry: Sealed, before: str) -> str:
    """The hash of an entry whose predecessor has the hash `before`."""
    covered = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
        "programme": entry.programme,
        "before": before,
    }
    said = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def broken(seals: Iterable[Seal], *, let_go: frozenset[int] = frozenset()) -> tuple[int, str] | None:
    """The first place at which the chain does not hold, and why; None where it holds.

    Args:
        seals: all of them, by number.
        let_go: numbers of seals whose entries were deleted as somebody decided, and the log says so.
    """
    before = FIRST
    for expected, one in enumerate(seals, 1):
        if one.number != expected:
            return expected, f"seal {expected} is missing"
        if one.entry is None:
            if one.number not in let_go:
                return expected, "its entry is gone, and no entry says that it was let go"
        elif seal(one.entry, before) != one.sha256:
            return expected, f"entry {one.entry.id} is not what was sealed, or stands in another place"
        before = one.sha256
    return None


def spans(numbers: Iterable[int]) -> list[list[int]]:
    """Whole numbers as first and last of each run, so that many take little room."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def within(runs: Iterable[Sequence[int]]) -> frozenset[int]:
    """The numbers again."""
    return frozenset(number for first, last in runs for number in range(first, last + 1))
