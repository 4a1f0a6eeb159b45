"""Addresses that are told of events, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from coachloop.app.models import Delivery, Webhook
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.model.people import Role

SHOWN = 50
STATES = {
    "waiting": Q(try_after__isnull=False),
    "arrived": Q(delivered_at__isnull=False),
    "given_up": Q(try_after__isnull=True, delivered_at__isnull=True),
}


@dataclass(frozen=True, slots=True)
class WebhookView:
    """One address, and how it is doing. `kinds`: empty for all."""

    id: int
    url: str
    kinds: tuple[str, ...]
    created_at: datetime
    created_by: str
    switched_off_at: datetime | None
    rests_until: datetime | None
    waiting: int
    given_up: int
    last_arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One event on its way to one address; `state` is `waiting`, `arrived` or `given_up`."""

    id: int
    number: int
    kind: str
    subject: str
    at: datetime
    state: str
    tries: int
    try_after: datetime | None
    delivered_at: datetime | None
    status: int | None
    problem: str


def visible(viewer: Viewer) -> QuerySet[Webhook]:
    """Those of the programme that an admin looks at."""
    return within(viewer, Webhook.objects.all()) if viewer.has(Role.ADMIN) else Webhook.objects.none()


def webhooks(viewer: Viewer) -> list[WebhookView]:
    """All of theirs, those that are told first."""
    rows = (
        visible(viewer)
        .select_related("created_by")
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__try_after__isnull=False)),
            given_up=Count(
                "deliveries", filter=Q(deliveries__try_after__isnull=True, deliveries__delivered_at__isnull=True)
            ),
            last_arrived_at=Max("deliveries__delivered_at"),
        )
    )
    found = [
        WebhookView(
            id=row.pk,
            url=row.url,
            kinds=tuple(row.kinds),
            created_at=row.created_at,
            created_by=row.created_by.name if row.created_by else "command line",
            switched_off_at=row.switched_off_at,
            rests_until=row.rests_until,
            waiting=row.waiting,
            given_up=row.given_up,
            last_arrived_at=row.last_arrived_at,
        )
        for row in rows.order_by("pk")
    ]
    return sorted(found, key=lambda one: one.switched_off_at is not None)


def webhook(viewer: Viewer, webhook_id: int) -> WebhookView | None:
    """One of theirs."""
    return next((one for one in webhooks(viewer) if one.id == webhook_id), None)


def deliveries(
    viewer: Viewer, webhook_id: int, *, state: str = "", before: int | None = None, limit: int = SHOWN
) -> list[DeliveryView]:
    """What was sent to one of theirs, the newest event first.

    Args:
        viewer: who looks.
        webhook_id: which.
        state: `waiting`, `arrived` or `given_up`; empty: all.
        before: only events of a number below.
        limit: the most.
    """
    rows = Delivery.objects.filter(webhook__in=visible(viewer).filter(pk=webhook_id)).select_related("event")
    rows = rows.filter(STATES[state]) if state else rows
    rows = rows.filter(event__number__lt=before) if before is not None else rows
    return [_view(row) for row in rows.order_by("-event__number")[:limit]]


def _view(row: Delivery) -> DeliveryView:
    state = "waiting" if row.try_after else "arrived" if row.delivered_at else "given_up"
    return DeliveryView(
        id=row.pk,
        number=row.event.number or 0,
        kind=row.event.kind,
        subject=row.event.subject,
        at=row.event.at,
        state=state,
        tries=row.tries,
        try_after=row.try_after,
        delivered_at=row.delivered_at,
        status=row.status,
        problem=row.problem,
    )
