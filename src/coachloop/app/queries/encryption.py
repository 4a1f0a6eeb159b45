"""Whether this machine can read the words that are stored, and what is still to be encrypted."""

from datetime import datetime

from django.db import DatabaseError

from coachloop.app.models import AuditEntry, DataKey
from coachloop.app.models.sealed import keyring, not_the_key
from coachloop.app.queries.health import Finding
from coachloop.core.model.cipher import UnreadableError, mark

MADE, BEGUN, ENCRYPTED, DECRYPTED = (
    "encryption.data-key",
    "encryption.begin",
    "encryption.encrypt",
    "encryption.decrypt",
)
TAKEN_IN = ("conversations.ingest", "scores.import", "coaching.import", "recordings.transcribe")
"""What the audit log calls them."""


def seals() -> bool:
    """Whether words that come in now are encrypted."""
    return keyring().site.seals


def has_keys() -> bool:
    """Whether this machine has any key to read with."""
    return bool(keyring().site.keys)


def wrapped_by() -> list[str]:
    """The marks of the site's keys without which nobody reads what is stored."""
    return list(DataKey.objects.order_by().values_list("wrapped_by", flat=True).distinct())


def lacking(marks: list[str]) -> str:
    """What this machine lacks to read words that need the site's keys with these marks; empty where it lacks nothing."""
    there = keyring().site.by_mark
    return next((not_the_key(one, there) for one in marks if one not in there), "")


def look_again() -> None:
    """Forget the data keys that this process knew: another database stands in the place of the one that had them."""
    keyring().look()


def wrong() -> str:
    """Why words can't be read or stored here, and the way out; empty where all is well, and where the tables are still to be made."""
    try:
        if not DataKey.objects.exists():
            return ""
        keyring().look()
    except DatabaseError:
        return ""
    except UnreadableError as error:
        return str(error)
    return ""


def finding(now: datetime) -> Finding:
    """What doctor says of it."""
    del now
    if problem := wrong():
        return _finding(
            "the site's key is missing, or another one than the words are encrypted with", problem, ok=False
        )
    site, rows = keyring().site, DataKey.objects.order_by("id")
    if not rows.exists():
        return _finding("on, from `coachloop init` on" if site.seals else "off: encrypt the disk and the backups")
    first = mark(site.keys[0])
    if (old := rows.exclude(wrapped_by=first).count()) > 0:
        way_out = "`coachloop privacy rotate-key`, and then the older key may go"
        return _finding(f"{old} of {rows.count()} data keys are wrapped with an older key of the site", way_out)
    if not site.seals:
        return _finding("off for what comes in", "`coachloop privacy decrypt`, and then the key may go")
    if _half_way():
        seen = "words that came in before the key was set stand there as they were said, or some of them"
        return _finding(seen, "`coachloop privacy encrypt`", ok=False)
    return _finding(f"on, with the site's key {first} and {rows.count()} data keys")


def _finding(seen: str, way_out: str = "", *, ok: bool = True) -> Finding:
    return Finding("encryption", ok=ok, seen=seen, way_out=way_out)


def _half_way() -> bool:
    """Whether the last pass was broken off, or there was none and words came in before the first data key was made."""
    entries = AuditEntry.objects.order_by("id")
    last = entries.filter(action__in=(BEGUN, ENCRYPTED, DECRYPTED)).values_list("action", flat=True).last()
    if last is not None:
        return last != ENCRYPTED
    made = entries.filter(action=MADE).values_list("id", flat=True).first()
    return entries.filter(action__in=TAKEN_IN, id__lt=made or 0).exists()
