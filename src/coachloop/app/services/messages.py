"""The outbox: what is to be sent is put once, claimed before it goes out, and tried again where that may help."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from coachloop.app.models import Message, User
from coachloop.core.model.letter import Carrier, Letter, NotCarriedError

AT_ONCE = 500
"""The most messages of one run."""

AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60, 180, 480, 1440))
LEASE = timedelta(minutes=10)
TOO_OLD, INVITATION_TOO_OLD = timedelta(days=3), timedelta(days=14)
KEPT = timedelta(days=7)
SECRETS = {"password"}
"""Kinds whose words let somebody in: they are cleared as soon as they are sent, or rest for good."""
SENDING = "being sent"
WAITED = "waited too long to be sent"


@dataclass(frozen=True, slots=True)
class Run:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says. The subject holds no numbers and no words of calls: it shows on locked screens.

    `calendar` is an iCalendar part; a message with one is sent again where nobody knows whether it arrived.
    """

    subject: str
    text: str
    html: str = ""
    calendar: str = ""


def put(user: User, words: Words, *, kind: str, about: str, now: datetime, way: str = "mail") -> bool:
    """Put something to be sent; what was put before stays as it is.

    Args:
        user: who gets it.
        words: what it says.
        kind: `daily`, `invitation`, …
        about: what it is about, so that the same is never put twice.
        now: when it is put, and may be sent from.
        way: `mail`, or the name of a target.

    Returns:
        Whether it is new.
    """
    _, new = Message.objects.get_or_create(
        user=user,
        kind=kind,
        about=about,
        way=way,
        defaults={
            "subject": words.subject[:300],
            "text": words.text,
            "html": words.html,
            "calendar": words.calendar,
            "created_at": now,
            "try_after": now,
        },
    )
    return new


def send_waiting(carriers: Mapping[str, Carrier], *, now: datetime) -> Run:
    """Send what is due by the ways that there are; what has no way here waits."""
    due = Message.objects.filter(sent_at__isnull=True, try_after__lte=now, way__in=list(carriers))
    tried = [_try(row, carriers[row.way], now) for row in due.select_related("user").order_by("try_after")[:AT_ONCE]]
    return Run(sent=tried.count(True), failed=tried.count(False))


def forget(*, now: datetime, kept: timedelta = KEPT) -> int:
    """Lay to rest what waited too long for a way, and delete the words of what rests for so long, a week unless it is said, sent or not.

    The rows stay, so that nothing is ever sent again.
    """
    waiting = Message.objects.filter(sent_at__isnull=True, try_after__isnull=False)
    for kind, limit in ((Q(calendar=""), TOO_OLD), (~Q(calendar=""), INVITATION_TOO_OLD)):
        waiting.filter(kind, created_at__lt=now - limit).update(try_after=None, problem=WAITED)
    old = Message.objects.filter(created_at__lt=now - kept, try_after__isnull=True).exclude(text="")
    return old.update(text="", html="", calendar="")


def _try(row: Message, carrier: Carrier, now: datetime) -> bool | None:
    """Whether it went out; None where it was not tried."""
    if why := _rests(row, now):
        Message.objects.filter(pk=row.pk, tries=row.tries).update(try_after=None, problem=why, **_cleared(row))
        return None
    if not _claim(row, now):
        return None
    try:
        carrier.carry(_letter(row))
    except NotCarriedError as error:
        again = error.again and row.tries < len(AGAIN_AFTER)
        later = now + AGAIN_AFTER[row.tries] if again else None
        cleared = {} if again else _cleared(row)
        Message.objects.filter(pk=row.pk).update(try_after=later, problem=str(error)[:300], **cleared)
        return False
    Message.objects.filter(pk=row.pk).update(sent_at=now, try_after=None, problem="", **_cleared(row))
    return True


def _cleared(row: Message) -> dict[str, str]:
    return {"text": "", "html": ""} if row.kind in SECRETS else {}


def _claim(row: Message, now: datetime) -> bool:
    """Make sure that nobody else sends it now: written down before it goes out."""
    free = Message.objects.filter(pk=row.pk, sent_at__isnull=True, tries=row.tries, try_after=row.try_after)
    return free.update(tries=row.tries + 1, try_after=now + LEASE, problem=SENDING) == 1


def _rests(row: Message, now: datetime) -> str:
    """Why it is not to be sent any more; empty where it is."""
    if not row.user.is_active:
        return "the person has left"
    if row.problem == SENDING and not row.calendar:
        return "may have arrived: something ended the worker while it was being sent"
    return WAITED if now - row.created_at > (INVITATION_TOO_OLD if row.calendar else TOO_OLD) else ""


def _letter(row: Message) -> Letter:
    return Letter(
        key=f"coachloop-{row.created_at:%Y%m%d%H%M%S}-{row.pk}",
        email=row.user.email,
        name=row.user.name,
        subject=row.subject,
        text=row.text,
        html=row.html,
        calendar=row.calendar,
    )
