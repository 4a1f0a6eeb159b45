"""What all machines of a site must have alike."""

import hashlib
from datetime import datetime

from django.conf import settings

from coachloop.app.models import AuditEntry
from coachloop.app.queries.health import Finding

ACTION = "site.key"


def mark() -> str:
    """By which this machine's secret key is known; says nothing of the key."""
    return hashlib.sha256(f"coachloop {settings.SECRET_KEY}".encode()).hexdigest()[:12]


def noted() -> str:
    """The mark of the key that the site was last set up with; empty where nobody noted one."""
    row = AuditEntry.objects.filter(action=ACTION).order_by("-id").first()
    return str(row.detail.get("mark", "")) if row else ""


def another_key() -> str:
    """Why this machine may not work for the site: signed in here, nobody would be so at another machine. Empty where all is well."""
    if noted() in {"", mark()}:
        return ""
    return (
        "this machine has another secret key than the site was set up with: give COACHLOOP_SECRET_KEY, or COACHLOOP_SECRET_KEY_FILE, the "
        "same value on every machine; where the key is new on purpose, run `coachloop init` once, and everybody signs in again"
    )


def key(now: datetime) -> Finding:
    """Whether it is the same on all machines, as far as it can be seen from this one."""
    del now
    wrong = another_key()
    return Finding(
        "same key", ok=not wrong, seen="another one than the site's" if wrong else "the site's", way_out=wrong
    )
