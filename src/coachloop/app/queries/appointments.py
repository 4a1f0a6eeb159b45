"""What calendars are told: a person's sessions and protected slots, by a private address or an invitation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q

from coachloop.app.models import CalendarLink, Session
from coachloop.app.queries import slots
from coachloop.app.queries.slots import Occurrence, State
from coachloop.app.queries.viewing import Viewer, viewers, within
from coachloop.core.coaching.agreement import SessionStatus
from coachloop.core.coaching.appointment import PROTECTED, Appointment, Party

BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """What a person's calendar page shows: whether a feed is open, and where their busy times come from."""

    has_feed: bool
    busy_address: str
    read_at: datetime | None
    problem: str
    busy_times: int
    leads: bool


def token_hash(token: str) -> str:
    """What is stored of a feed's token."""
    return sha256(token.encode()).hexdigest()


def calendar_page(viewer: Viewer) -> CalendarPage:
    """The viewer's own."""
    link = CalendarLink.objects.filter(user=viewer.user).first() if viewer.user else None
    row = link or CalendarLink()
    return CalendarPage(
        has_feed=bool(row.token_hash),
        busy_address=row.busy_address,
        read_at=row.read_at,
        problem=row.problem,
        busy_times=viewer.user.busy_times.count() if viewer.user else 0,
        leads=bool(slots.led_teams(viewer)),
    )


def feed(token: str, *, address: str, now: datetime) -> list[Appointment] | None:
    """The entries of the person whose feed this is; None where it is nobody's.

    The token is found by its hash in the index, so that an answer's time says nothing about how much of it was right.
    """
    link = (
        CalendarLink.objects.filter(token_hash=token_hash(token), user__is_active=True).select_related("user").first()
    )
    if link is None:
        return None
    return [
        one for who in viewers(link.user, now=now) for one in (*_sessions(who, address, now), *_protected(who, now))
    ]


def uid(session: Session) -> str:
    """A session's name in every calendar: the same for life, and no other site's."""
    return f"session-{session.pk}-{session.created_at:%Y%m%d%H%M%S%f}@coachloop"


def appointment(
    session: Session, *, starts: datetime, sequence: int, address: str, stamp: datetime, off: bool = False
) -> Appointment:
    """A session as a calendar is told of it; `off` where it is called off."""
    minutes = session.agent.team.site.session_minutes if session.agent.team else 15
    return Appointment(
        uid=uid(session),
        sequence=sequence,
        starts=starts,
        ends=starts + timedelta(minutes=minutes),
        stamp=stamp,
        link=f"{address}/sessions/{session.pk}",
        people=tuple(Party(one.name, one.email) for one in (session.leader, session.agent.user) if one),
        cancelled=off,
    )


def _sessions(who: Viewer, address: str, now: datetime) -> Iterator[Appointment]:
    """Sessions in which they are the leader or the agent: those planned, and those held lately."""
    mine = Q(leader=who.user) | Q(agent__user=who.user)
    rows = Session.objects.filter(
        mine,
        status__in=[SessionStatus.PLANNED, SessionStatus.HELD],
        planned_for__gte=now - BACK,
        planned_for__lte=now + AHEAD,
    )
    rows = within(who, rows, "agent__programme")
    for row in rows.select_related("agent__team__site", "agent__user", "leader").order_by("planned_for", "pk"):
        if row.planned_for:
            yield appointment(row, starts=row.planned_for, sequence=row.invite_sequence, address=address, stamp=now)


def _protected(who: Viewer, now: datetime) -> Iterator[Appointment]:
    """Occurrences of their teams' slots that are still to come."""
    for team in slots.led_teams(who):
        first, last = now.date(), (now + AHEAD).date()
        seen = slots.diary(team, first=first, last=last, now=now)
        for one in slots.occurrences(seen, first=first, last=last):
            if one.state in {State.FREE, State.BUSY}:
                yield _slot(one, now)


def _slot(one: Occurrence, now: datetime) -> Appointment:
    return Appointment(
        uid=f"slot-{one.slot_id}-{one.monday:%Y%m%d}@coachloop",
        sequence=int(one.moved_from is not None),
        starts=one.span.starts,
        ends=one.span.ends,
        stamp=now,
        subject=PROTECTED,
    )
