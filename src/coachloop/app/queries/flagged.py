"""Open foci whose example was challenged: while that is open, and once it did not stand. Nothing is dropped unseen."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from coachloop.app.models import Dispute, Focus
from coachloop.app.queries import viewing
from coachloop.app.queries.disputes import visible
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.review import Decision


@dataclass(frozen=True, slots=True)
class Flag:
    """The example of a focus was challenged on `raised_at`; `decided_at` once it did not stand, empty while that is open.

    `stands` is what was decided instead. `dispute_id` is empty for those who may not read the dispute.
    """

    raised_at: datetime
    decided_at: datetime | None
    stands: str
    dispute_id: int | None

    @property
    def overturned(self) -> bool:
        """Whether the example shows the gap no more."""
        return self.decided_at is not None


def flags(viewer: Viewer, foci: QuerySet[Focus]) -> dict[int, Flag]:
    """What leader and agent have to know about the examples of open foci, by focus."""
    call = "example__attempt__evaluation__conversation"
    shown = foci.filter(closed_at__isnull=True, example__isnull=False).values_list("pk", call, "behaviour")
    places = {pk: (conversation, behaviour) for pk, conversation, behaviour in shown}
    found = Dispute.objects.filter(
        conversation__in={conversation for conversation, _ in places.values()},
        behaviour__in={behaviour for _, behaviour in places.values()},
        withdrawn_at__isnull=True,
    ).exclude(decision=Decision.UPHELD)
    if viewer.user is not None:  # whoever is to answer the call blind is told nothing of it
        found = found.exclude(conversation__in=viewing.blind(viewer.user).values("conversation"))
    by_place = {(row.conversation_id, row.behaviour_id): row for row in found.select_related("review")}
    readable = visible(viewer).filter(pk__in=[row.pk for row in by_place.values()])
    ids = set(readable.values_list("pk", flat=True)) if by_place else set()
    return {
        pk: Flag(
            raised_at=row.raised_at,
            decided_at=row.decided_at,
            stands=row.review.outcome if row.review else "",
            dispute_id=row.pk if row.pk in ids else None,
        )
        for pk, place in places.items()
        if (row := by_place.get(place))
    }
