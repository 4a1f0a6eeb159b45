"""Invitations: whatever planned, moved or called off a session, its people's calendars are told once."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet

from coachloop.app.models import Session, User
from coachloop.app.queries import sites
from coachloop.app.queries.appointments import appointment
from coachloop.app.services import messages
from coachloop.app.services.messages import Words
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.appointment import SUBJECT, Appointment, WritesInvitation

AT_ONCE = 200
KIND = "invite"


def invite(write: WritesInvitation, *, address: str, now: datetime) -> int:
    """Put an invitation for every session whose time is another than was last told, and a withdrawal for those called off.

    What a session's people were told last stands beside it (`invited_for`), so that nothing depends on who changed it: run by
    the worker, harmless to repeat.

    Args:
        write: puts an appointment into iCalendar.
        address: this site's own, for the link that needs signing in.
        now: when; what is over is not told any more.

    Returns:
        How many sessions were told about.
    """
    told = 0
    for session_id in _changed(now).values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            rows = _changed(now).select_for_update(of=("self",))
            row = rows.select_related("agent__team__site", "agent__user", "leader").filter(pk=session_id).first()
            told += row is not None and _tell(row, write, address, now=now)
    return told


def _changed(now: datetime) -> QuerySet[Session]:
    moved = Q(status=SessionStatus.PLANNED, planned_for__gt=now) & (
        Q(invited_for__isnull=True) | ~Q(invited_for=F("planned_for"))
    )
    off = Q(invited_for__gt=now) & (Q(status=SessionStatus.CANCELLED) | Q(planned_for__isnull=True))
    return Session.objects.filter(moved | off).order_by("pk")


def _tell(session: Session, write: WritesInvitation, address: str, *, now: datetime) -> bool:
    """Put the messages, and note what was told."""
    before = session.invited_for
    off = session.status != SessionStatus.PLANNED or session.planned_for is None
    starts = before if off else session.planned_for
    if starts is None:
        return False
    if before is not None:
        session.invite_sequence += 1
    session.invited_for = None if off else starts
    shown = appointment(session, starts=starts, sequence=session.invite_sequence, address=address, stamp=now, off=off)
    calendar = write(shown)
    for person in _people(session):
        text = _text(session, shown, before=before, to=person)
        words = Words(subject=SUBJECT, text=text, calendar=calendar)
        messages.put(person, words, kind=KIND, about=f"session:{session.pk}:{session.invite_sequence}", now=now)
    if off:
        session.invite_sequence += 1
    session.save(update_fields=["invite_sequence", "invited_for"])
    return True


def _people(session: Session) -> Iterator[User]:
    yield from {one.pk: one for one in (session.leader, session.agent.user) if one}.values()


def _text(session: Session, shown: Appointment, *, before: datetime | None, to: User) -> str:
    zone = sites.zone_of(session.agent)
    with_whom = session.leader_name if to == session.agent.user else session.agent.name
    when, minutes = _when(shown.starts, zone), (shown.ends - shown.starts).seconds // 60
    if shown.cancelled:
        return f"The coaching conversation with {with_whom} on {when} is called off.\n"
    moved = f"It was to be on {_when(before, zone)}.\n" if before else ""
    return (
        f"A coaching conversation with {with_whom}: {when} ({zone.key}), {minutes} minutes.\n{moved}\n"
        f"What it is about, once you are signed in: {shown.link}\n"
    )


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%A %-d %B at %H:%M}"
