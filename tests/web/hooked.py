"""An address that is told of what happens: something arrived there, something waits, something was given up."""

from coachloop.app.models import Delivery, Event
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import events, webhooks
from coachloop.core.model.event import EventKind
from web.cast import Cast

ADDRESS = "https://127.0.0.1/coachloop"
"""Inside the own network and not listed, so that nothing is really asked."""


def hooked(cast: Cast) -> dict[str, int]:
    """The ids by name: `webhook`, `delivery` that was given up."""
    made, _ = webhooks.add_webhook(viewer=viewer(cast.admin), address=ADDRESS, kinds=(), check=str, now=cast.now)
    events.put_all(EventKind.ALERT_RAISED, ((f"drift:{n}", None, {"alert": n}) for n in range(3)), now=cast.now)
    events.number_new()
    rows = [Delivery(webhook=made, event=event) for event in Event.objects.order_by("-number")[:3]]
    given_up, arrived, waiting = Delivery.objects.bulk_create(rows)
    Delivery.objects.filter(pk=given_up.pk).update(tries=10, status=500, problem="the answer was 500.")
    Delivery.objects.filter(pk=arrived.pk).update(tries=1, status=204, delivered_at=cast.now)
    Delivery.objects.filter(pk=waiting.pk).update(
        tries=2, status=503, problem="the answer was 503.", try_after=cast.now
    )
    return {"webhook": made.pk, "delivery": given_up.pk}
