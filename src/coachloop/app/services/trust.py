"""How far the machine can be trusted, worked out when something has changed and kept for pages to show."""

from datetime import datetime

from coachloop.app.models import Figures, Template
from coachloop.app.queries import sites
from coachloop.app.queries.trust_page import kind_of, print_of, worked_out


def refresh_trust(template: str = "", *, now: datetime) -> int:
    """Work out what is not worked out yet: of one template by its key, or of all; harmless to repeat.

    Returns:
        Of how many templates.
    """
    rows = Template.objects.filter(key=template) if template else Template.objects.filter(current__isnull=False)
    return sum(_refresh(row, now) for row in rows.order_by("key"))


def _refresh(template: Template, now: datetime) -> bool:
    today = sites.first_local_date(now)
    hangs_on = print_of(template, today=today)
    kept = Figures.objects.filter(kind=kind_of(template)).first()
    if kept is not None and kept.data["print"] == hangs_on:
        return False
    data = {"print": hangs_on, **worked_out(template)}
    Figures.objects.update_or_create(
        kind=kind_of(template), defaults={"day": today, "data": data, "worked_out_at": now}
    )
    return True
