"""What happened: the feed of events, and addresses that are told of them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field

from coachloop.app.queries import events, webhooks
from coachloop.app.queries.events import Feed
from coachloop.app.queries.webhooks import DeliveryView, WebhookView
from coachloop.app.services import telling
from coachloop.app.services import webhooks as service
from coachloop.core.model.event import EventKind
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count, Made
from coachloop.web.api.paging import USUAL, Cursor, Limit, Page, paged
from coachloop.web.api.problems import Fault, ProblemError
from coachloop.web.api.shapes import Body, Id
from coachloop.wiring import letterbox, webhook_sender

READ, WRITE = "events:read", "events:write"
ADMIN = Role.ADMIN
Number = Annotated[int, Field(ge=0, le=2**53, description="The number of an event.")]
Kinds = Annotated[tuple[EventKind, ...], Field(max_length=len(EventKind), description="Only these; none: all.")]


class Address(Body):
    """Where to, and of what: no kinds means all."""

    address: Annotated[str, Field(min_length=1, max_length=1000)]
    kinds: Kinds = ()


class NewAddress(Address):
    """The same of a new one; `after` begins after the event of this number instead of now."""

    after: Number | None = None


class Switch(Body):
    """Whether it is told."""

    on: bool


class Again(Body):
    """One delivery, or every event from a number on; neither: all that were given up."""

    delivery: Id | None = None
    since: Annotated[int, Field(ge=1, le=2**53)] | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """What a webhook's receiver checks signatures with; shown this once."""

    secret: str


@dataclass(frozen=True, slots=True)
class Pong:
    """What an address said to a test; without a problem it took it."""

    status: int | None
    problem: str


@endpoint("GET /events", ADMIN, scope=READ)
def list_events(
    asked: Asked,
    after: Number = 0,
    kinds: Annotated[str, Field(max_length=200, description="Only these, with commas between; none: all.")] = "",
    limit: Annotated[int, Field(ge=1, le=events.MOST, description="The most events of one answer.")] = 100,
) -> Feed:
    """What happened after the event of a number, in order. Ask again with the `after` of the answer: nothing is missed or comes twice."""
    return events.feed(asked.viewer, after=after, kinds=_kinds(kinds), limit=limit)


@endpoint("GET /webhooks", ADMIN, scope=READ)
def list_webhooks(asked: Asked, cursor: Cursor = "", limit: Limit = USUAL) -> Page[WebhookView]:
    """Addresses that are told of what happens, and how they do."""
    return paged(webhooks.webhooks(asked.viewer), lambda row: (row.id,), cursor=cursor, limit=limit)


@endpoint("POST /webhooks", ADMIN, scope=WRITE, status=201)
def add_webhook(asked: Asked, body: NewAddress) -> Made:
    """Tell another address. Its secret comes from `PUT /webhooks/{webhook_id}/secret`."""
    row, _ = service.add_webhook(
        viewer=asked.viewer,
        address=body.address,
        kinds=body.kinds,
        check=webhook_sender().check,
        now=asked.now,
        after=body.after,
    )
    return Made(row.pk)


@endpoint("GET /webhooks/{webhook_id}", ADMIN, scope=READ)
def read_webhook(asked: Asked, webhook_id: Id) -> WebhookView:
    """How one address does."""
    return found(webhooks.webhook(asked.viewer, webhook_id))


@endpoint("PUT /webhooks/{webhook_id}", ADMIN, scope=WRITE)
def change_webhook(asked: Asked, webhook_id: Id, body: Address) -> None:
    """Tell another address, or of other kinds."""
    service.change_webhook(
        viewer=asked.viewer,
        webhook_id=webhook_id,
        address=body.address,
        kinds=body.kinds,
        check=webhook_sender().check,
        now=asked.now,
    )


@endpoint("PUT /webhooks/{webhook_id}/secret", ADMIN, scope=WRITE)
def rotate_webhook(asked: Asked, webhook_id: Id) -> Secret:
    """A new secret, shown this once; for a day the one before signs as well."""
    return Secret(service.rotate_secret(viewer=asked.viewer, webhook_id=webhook_id, now=asked.now))


@endpoint("PUT /webhooks/{webhook_id}/on", ADMIN, scope=WRITE)
def switch_webhook(asked: Asked, webhook_id: Id, body: Switch) -> None:
    """Tell an address no more, or again; then what happened meanwhile follows."""
    service.switch_webhook(viewer=asked.viewer, webhook_id=webhook_id, on=body.on, now=asked.now)


@endpoint("POST /webhooks/{webhook_id}/ping", ADMIN, scope=WRITE)
def ping_webhook(asked: Asked, webhook_id: Id) -> Pong:
    """Send an address a test."""
    said = telling.ping(viewer=asked.viewer, webhook_id=webhook_id, box=letterbox())
    return Pong(said.status, said.problem)


@endpoint("POST /webhooks/{webhook_id}/replay", ADMIN, scope=WRITE)
def replay_webhook(asked: Asked, webhook_id: Id, body: Again) -> Count:
    """Tell an address again; each event goes with the id that it had."""
    count = service.replay(
        viewer=asked.viewer, webhook_id=webhook_id, delivery_id=body.delivery, since=body.since, now=asked.now
    )
    return Count(count)


@endpoint("GET /webhooks/{webhook_id}/deliveries", ADMIN, scope=READ)
def list_deliveries(
    asked: Asked,
    webhook_id: Id,
    *,
    state: Literal["", "waiting", "arrived", "given_up"] = "",
    before: Number | None = None,
    limit: Limit = USUAL,
) -> list[DeliveryView]:
    """What was sent to an address, the newest event first. Ask on with the last number as `before`."""
    found(webhooks.webhook(asked.viewer, webhook_id))
    return webhooks.deliveries(asked.viewer, webhook_id, state=state, before=before, limit=limit)


def _kinds(named: str) -> list[EventKind]:
    known = {str(kind): kind for kind in EventKind}
    wanted = [one.strip() for one in named.split(",") if one.strip()]
    if unknown := [one for one in wanted if one not in known]:
        said = f"There is no kind {unknown[0]!r}; there are {', '.join(known)}."
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors=[Fault("/query/kinds", said)])
    return [known[one] for one in wanted]
