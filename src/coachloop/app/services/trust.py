"""How far the machine can be trusted, worked out when something has changed and kept for pages to show."""

from collections.abc import Collection
from datetime import datetime

from coachloop.app.models import Evaluation, Figures, Review, Template
from coachloop.app.queries import sites
from coachloop.app.queries.trust_page import OWN, kept_from, kind_of, print_of, worked_out
from coachloop.app.queries.viewing import Viewer, within

MANY, MANY_CALLS = 2000, 3000
"""So many answers of people, or scored calls, take seconds to work through: no page waits for that."""


def refresh_trust(*, now: datetime) -> int:
    """Work out what is not worked out yet, of every template; run by the worker, harmless to repeat.

    Returns:
        Of how many templates.
    """
    today = sites.first_local_date(now)
    Figures.objects.filter(kind__startswith=OWN, day__lt=today).delete()
    return sum(_refresh(row, now) for row in Template.objects.filter(current__isnull=False).order_by("key"))


def refresh_for_a_page(viewer: Viewer, template: str, *, now: datetime) -> None:
    """The same of one template while somebody waits; where people's answers or scored calls are many, the last figures do until the worker has been.

    Who has calls to answer blind that others have answered gets figures of their own, without these calls.
    """
    row = within(viewer, Template.objects.filter(key=template)).first()
    if row is None:
        return
    hidden = kept_from(viewer, row)
    kept = Figures.objects.filter(kind=kind_of(row, viewer if hidden else None)).first()
    does = kept is not None and hidden <= set(kept.data["without"])
    if not does or not _takes_long(row):
        _refresh(row, now, viewer=viewer if hidden else None, without=hidden)


def _takes_long(template: Template) -> bool:
    answers = Review.objects.filter(behaviour__template=template)
    calls = Evaluation.objects.filter(template=template)
    return answers[:MANY].count() == MANY or calls[:MANY_CALLS].count() == MANY_CALLS


def _refresh(template: Template, now: datetime, *, viewer: Viewer | None = None, without: Collection[int] = ()) -> bool:
    today, kind = sites.first_local_date(now), kind_of(template, viewer)
    hangs_on = print_of(template, today=today)
    kept = Figures.objects.filter(kind=kind).first()
    if kept is not None and kept.data["print"] == hangs_on and kept.data["without"] == sorted(without):
        return False
    data = {"print": hangs_on, **worked_out(template, without=without)}
    Figures.objects.update_or_create(kind=kind, defaults={"day": today, "data": data, "worked_out_at": now})
    return True
