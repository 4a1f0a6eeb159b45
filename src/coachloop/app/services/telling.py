"""Events on their way to the addresses that want them: at least once each, with the same id whenever one is told again.

One process at a time is at an address: it takes it for a while, tells it what is due, first what happened first, and stops at the first
failure. If it is killed, the address is free again after that while, and what was not written down goes once more.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Delivery, Event, Webhook
from coachloop.app.queries import webhooks as queries
from coachloop.app.queries.events import Happened, happened, last_number
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services.webhooks import signing
from coachloop.core.model.event import Answer, TellsAddress, next_try, rest

AT_ONCE, MOST_WAITING = 200, 1000
"""The most events of one turn at an address, and of those that wait there: the others wait among the events."""

TURN = 4.0
"""Seconds after which no further event is begun; a try has its own limit."""

TAKEN = timedelta(minutes=2)
BREATHER = 3
"""A turn that took its time is followed by a rest of so many times that: slow answers keep the worker from its work."""

AT_A_TIME = 16
"""Addresses that are told at the same time."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one run."""

    arrived: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Turn:
    """One address with what is due; `problem` where it can't be told at all."""

    hook: Webhook
    due: list[Delivery]
    secrets: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """By whom addresses are told, with which clock and which chance."""

    tell: TellsAddress
    clock: Callable[[], datetime]
    rng: np.random.Generator


def tell_waiting(box: Letterbox) -> Run:
    """Tell every address what is due; a slow one keeps no other waiting for longer than its own limit."""
    turns = [turn for pk in _ready(box.clock()) if (turn := _take(pk, box.clock())) is not None]
    if not turns:
        return Run()
    done = Run()
    with ThreadPoolExecutor(min(AT_A_TIME, len(turns)), thread_name_prefix="webhook") as threads:
        told = {threads.submit(_tell, turn, box): turn for turn in turns}
        for one in as_completed(told):
            arrived, failed = _write_down(told[one], one.result(), box)
            done = Run(done.arrived + arrived, done.failed + failed)
    return done


def ping(*, viewer: Viewer, webhook_id: int, box: Letterbox) -> Answer:
    """Tell one of the viewer's addresses something that did not happen, to see that it answers; nothing is kept of it."""
    row, now = queries.visible(viewer).get(pk=webhook_id), box.clock()
    body = {"type": "ping", "timestamp": now.isoformat(), "data": {"webhook": row.pk}}
    try:
        secrets = signing(row, now=now)
    except WrongStateError as error:
        return Answer(problem=str(error))
    return box.tell(
        row.url, json.dumps(body).encode(), key=f"ping_{row.pk}_{now:%Y%m%d%H%M%S%f}", at=now, secrets=secrets
    )


def document(event: Happened) -> bytes:
    """What an address gets."""
    body = {
        "type": event.kind,
        "timestamp": event.at.isoformat(),
        "number": event.number,
        "subject": event.subject,
        "programme": event.programme,
        "data": event.data,
    }
    return json.dumps(body).encode()


def _ready(now: datetime) -> list[int]:
    """Addresses that are free and have something waiting."""
    due = Delivery.objects.filter(webhook=OuterRef("pk"), try_after__lte=now)
    awake = _free(now).filter(Q(after__lt=last_number()) | Exists(due))
    return list(awake.order_by("pk").values_list("pk", flat=True))


def _free(now: datetime) -> QuerySet[Webhook]:
    return Webhook.objects.filter(Q(rests_until__isnull=True) | Q(rests_until__lte=now), switched_off_at__isnull=True)


@transaction.atomic
def _take(pk: int, now: datetime) -> _Turn | None:
    """Take an address, unless somebody else just did; put down what it is to be told."""
    hook = _free(now).select_for_update(of=("self",)).filter(pk=pk).first()
    if hook is None:
        return None
    _put_down(hook, now)
    due = hook.deliveries.filter(try_after__lte=now).select_related("event__programme").order_by("event__number")
    found = list(due[:AT_ONCE])
    hook.rests_until = now + TAKEN if found else hook.rests_until
    hook.save(update_fields=["after", "rests_until"])
    if not found:
        return None
    try:
        return _Turn(hook, found, signing(hook, now=now))
    except WrongStateError as error:
        return _Turn(hook, found, [], str(error))


def _put_down(hook: Webhook, now: datetime) -> None:
    """Make deliveries of the events after the last that it was given, as far as there is room."""
    room = MOST_WAITING - hook.deliveries.filter(try_after__isnull=False).count()
    if room <= 0:
        return
    last = last_number()
    wanted = Event.objects.filter(number__gt=hook.after, number__lte=last)
    wanted = wanted.filter(kind__in=hook.kinds) if hook.kinds else wanted
    wanted = wanted.filter(programme=hook.programme_id) if hook.programme_id else wanted
    found = list(wanted.order_by("number").values_list("pk", "number")[:room])
    rows = (Delivery(webhook=hook, event_id=pk, try_after=now) for pk, _ in found)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    hook.after = (found[-1][1] or last) if len(found) == room else max(last, hook.after)


@dataclass(frozen=True, slots=True)
class _Told:
    """What was answered to each that was tried, and how many seconds that took."""

    answers: list[tuple[Delivery, Answer]]
    took: float


def _tell(turn: _Turn, box: Letterbox) -> _Told:
    """One turn at an address; reads and writes nothing here, for it runs in a thread of its own."""
    begun = monotonic()
    answers = list(_answers(turn, box, ends=begun + TURN))
    return _Told(answers, monotonic() - begun)


def _answers(turn: _Turn, box: Letterbox, *, ends: float) -> Iterator[tuple[Delivery, Answer]]:
    if turn.problem:
        yield turn.due[0], Answer(problem=turn.problem)
        return
    for one in turn.due:
        event = happened(one.event)
        said = box.tell(turn.hook.url, document(event), key=f"evt_{event.number}", at=box.clock(), secrets=turn.secrets)
        yield one, said
        if said.problem or monotonic() > ends:
            return


@transaction.atomic
def _write_down(turn: _Turn, told: _Told, box: Letterbox) -> tuple[int, int]:
    """Keep what was answered, and let the address go."""
    now = box.clock()
    *_, (final, last) = told.answers
    arrived = Counter(said.status for _, said in told.answers if not said.problem)
    for status in arrived:
        rows = [one.pk for one, said in told.answers if not said.problem and said.status == status]
        done = {"tries": F("tries") + 1, "status": status, "problem": "", "delivered_at": now, "try_after": None}
        Delivery.objects.filter(pk__in=rows).update(**done)
    failed = bool(last.problem)
    if failed:
        again = next_try(final.tries + 1, chance=float(box.rng.random()))
        why = {"status": last.status, "problem": last.problem[:300], "try_after": now + again if again else None}
        Delivery.objects.filter(pk=final.pk).update(tries=F("tries") + 1, **why)
    failures = turn.hook.failures + 1 if failed else 0
    breather = timedelta(seconds=told.took * BREATHER) if told.took > TURN / 2 else None
    wait = rest(failures) if failed else breather
    left = {"failures": failures, "rests_until": now + wait if wait else None}
    Webhook.objects.filter(pk=turn.hook.pk).update(**left, **({"switched_off_at": now} if last.gone else {}))
    return arrived.total(), int(failed)
