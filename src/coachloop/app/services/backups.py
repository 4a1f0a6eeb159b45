"""That the site was copied, and put back: a row in the audit log each."""

from datetime import datetime

from django.db import transaction

from coachloop.app.queries.operating import BACKED_UP
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit


@transaction.atomic
def note_backup(viewer: Viewer, name: str, *, size: int, now: datetime) -> None:
    """A backup of this name is whole."""
    audit.record(viewer, BACKED_UP, f"backup:{name}", now=now, detail={"bytes": size})


@transaction.atomic
def note_restored(viewer: Viewer, name: str, *, made_at: str, now: datetime) -> None:
    """What is here is what that backup had."""
    audit.record(viewer, "site.restore", f"backup:{name}", now=now, detail={"made_at": made_at})
