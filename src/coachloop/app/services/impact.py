"""The nightly look at impact: computed once a day from the packed days, and stored for the pages that need it."""

from datetime import datetime

from django.db import transaction
from threadpoolctl import threadpool_limits

from coachloop.app.models import ImpactEstimate, ImpactRun
from coachloop.app.queries.impact import Found, look
from coachloop.app.queries.sites import zone
from coachloop.app.services.matrix import refresh_matrix


def refresh_impact(*, now: datetime) -> bool:
    """Look anew where a day's facts have changed since, or nothing was found yet; returns whether it did."""
    changed = refresh_matrix()
    if not changed and ImpactRun.objects.exists():
        return False
    with threadpool_limits(limits=1, user_api="blas"):  # small matrices: a second thread costs more than it brings
        found = look(now=now)
    keep(found)
    return True


def refresh_impact_daily(*, now: datetime) -> bool:
    """The same, once a day by the site's clock."""
    newest = ImpactRun.objects.order_by("-computed_at").values_list("computed_at", flat=True).first()
    here = zone()
    if newest and newest.astimezone(here).date() >= now.astimezone(here).date():
        return False
    return refresh_impact(now=now)


@transaction.atomic
def keep(found: list[Found]) -> None:
    """Put what was found in the place of what was found before."""
    ImpactRun.objects.all().delete()
    ImpactRun.objects.bulk_create(one.run for one in found)
    ImpactEstimate.objects.bulk_create(estimate for one in found for estimate in one.estimates)
