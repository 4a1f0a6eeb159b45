"""What a request with an idempotency key was answered, so that asking again does nothing twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coachloop.app.errors import RefusedError, WrongStateError
from coachloop.app.models import Answered, User

KEPT = timedelta(hours=24)
PATIENCE = timedelta(seconds=60)
"""A request that is under way for longer was lost with its process; asking again does it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered."""

    status: int
    body: str


class OtherRequestError(RefusedError):
    """The key was used for something else."""


class UnderWayError(WrongStateError):
    """The first request with this key is not answered yet."""


def begin(user: User, key: str, request: str, *, now: datetime) -> Answer | None:
    """Note that a request begins; the answer where it was answered before.

    Args:
        user: who asks.
        key: theirs.
        request: the SHA-256 of what is asked.
        now: the moment.

    Raises:
        OtherRequestError: the key was used for another request.
        UnderWayError: the first one is being worked on.
    """
    made = Answered(user=user, key=key, request=request, asked_at=now)
    Answered.objects.filter(user=user, key=key, asked_at__lt=now - KEPT).delete()
    Answered.objects.bulk_create([made], ignore_conflicts=True)
    row = Answered.objects.get(user=user, key=key)
    if row.request != request:
        raise OtherRequestError(f"the idempotency key {key!r} was used for another request; use a new one")
    if row.status is not None:
        return Answer(row.status, row.body)
    if row.asked_at == now or _taken_over(row, now):
        return None
    raise UnderWayError(f"the first request with the idempotency key {key!r} is under way; ask again in a minute")


def finish(user: User, key: str, answer: Answer) -> None:
    """Keep the answer, in the transaction of what was done where there is one.

    Raises:
        UnderWayError: it took so long that another request with this key did it; what was done here is to be undone.
    """
    rows = Answered.objects.filter(user=user, key=key)
    if not rows.filter(status=None).update(status=answer.status, body=answer.body) and rows.exists():
        raise UnderWayError(f"another request with the idempotency key {key!r} was faster; ask again for its answer")


def forget(user: User, key: str) -> None:
    """Nothing was done: the same key may be tried again."""
    Answered.objects.filter(user=user, key=key, status=None).delete()


def sweep(*, now: datetime) -> int:
    """Forget what was answered a day ago; how many."""
    return Answered.objects.filter(asked_at__lt=now - KEPT).delete()[0]


def _taken_over(row: Answered, now: datetime) -> bool:
    lost = Answered.objects.filter(pk=row.pk, status=None, asked_at=row.asked_at, asked_at__lt=now - PATIENCE)
    return bool(lost.update(asked_at=now))
