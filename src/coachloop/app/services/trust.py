"""How far the machine can be trusted, worked out when something has changed and kept for pages to show."""

from datetime import datetime

from coachloop.app.models import Figures, Review, Template
from coachloop.app.queries import sites
from coachloop.app.queries.trust_page import kind_of, print_of, worked_out

MANY = 2000
"""So many answers of people take seconds to work through: no page waits for that."""


def refresh_trust(*, now: datetime) -> int:
    """Work out what is not worked out yet, of every template; run by the worker, harmless to repeat.

    Returns:
        Of how many templates.
    """
    return sum(_refresh(row, now) for row in Template.objects.filter(current__isnull=False).order_by("key"))


def refresh_for_a_page(template: str, *, now: datetime) -> None:
    """The same of one template while somebody waits; where people's answers are many, the last figures do until the worker has been."""
    row = Template.objects.filter(key=template).first()
    if row is None:
        return
    kept = Figures.objects.filter(kind=kind_of(row)).exists()
    if not kept or Review.objects.filter(behaviour__template=row)[:MANY].count() < MANY:
        _refresh(row, now)


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
