"""What coaching moved, worked out once a day and kept for pages to show."""

from datetime import datetime

from django.db import transaction
from threadpoolctl import threadpool_limits

from coachloop.app.models import Figures, SessionEffect
from coachloop.app.queries import programme, programmes, sites
from coachloop.app.queries.effect import EffectRow, measured
from coachloop.app.queries.viewing import Viewer, within
from coachloop.app.services.rollups import pack_counts

KEPT = ("before", "after", "effect", "low", "high", "n_before", "n_after", "controls", "verdict", "why")


def measure_daily(*, now: datetime) -> bool:
    """Work the effects out where today's are not there yet; run by the worker, harmless to repeat."""
    today = sites.first_local_date(now)
    there = set(Figures.objects.filter(day=today).values_list("kind", flat=True))
    missing = [one for one in programmes.operators() if programme.kind_of(one) not in there]
    return sum(_measure(one, now=now) for one in missing) > 0


def measure(*, now: datetime) -> bool:
    """Work the effects out as of today, and keep them instead of those there were.

    Returns:
        Whether there was anything to work on.
    """
    return sum(_measure(one, now=now) for one in programmes.operators()) > 0


def _measure(viewer: Viewer, *, now: datetime) -> bool:
    """The same of one programme."""
    pack_counts()
    with threadpool_limits(limits=1, user_api="blas"):  # as for impact
        found = measured(viewer, as_of=sites.first_local_date(now))
    if found is None:
        return False
    figures = programme.work_out(viewer, found)
    with transaction.atomic():
        within(viewer, SessionEffect.objects.all(), "session__agent__programme").delete()
        SessionEffect.objects.bulk_create(map(_stored, found.rows), batch_size=1000)
        Figures.objects.update_or_create(
            kind=programme.kind_of(viewer),
            defaults={"day": found.as_of, "data": figures.as_json(), "worked_out_at": now},
        )
    return True


def _stored(row: EffectRow) -> SessionEffect:
    return SessionEffect(session_id=row.session_id, **{name: getattr(row, name) for name in KEPT})
