"""What a site notes of the machines that serve it."""

from datetime import datetime

from coachloop.app.queries import machines
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit


def note_key(*, viewer: Viewer, now: datetime) -> None:
    """From now on the site's secret key is that of this machine; others that have another one do not start."""
    if machines.noted() != machines.mark():
        audit.record(viewer, machines.ACTION, "site", now=now, detail={"mark": machines.mark()})
