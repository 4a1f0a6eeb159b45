"""Sessions and follow-ups one after the other, for programs that keep up with them."""

from dataclasses import dataclass
from datetime import date, datetime

from coachloop.app.models import FollowUp, Session
from coachloop.app.queries import viewing
from coachloop.app.queries.viewing import Viewer
from coachloop.core.coaching.agreement import SessionKind, SessionStatus


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session; `template` and `behaviour` are empty for a developmental one."""

    id: int
    kind: SessionKind
    status: SessionStatus
    agent: str
    leader: str
    template: str
    behaviour: str
    planned_for: datetime | None
    held_on: date | None
    review_on: date | None


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One follow-up; `closed_at` is empty while it waits."""

    id: int
    session: int
    agent: str
    due_on: date
    closed_at: datetime | None


def sessions(viewer: Viewer, *, agent: str = "", status: str = "", after: int = 0, most: int) -> list[SessionLine]:
    """Those that they may open, from the one with the id `after` on."""
    asked = {"agent__key": agent, "status": status}
    rows = viewing.sessions(viewer).filter(pk__gt=after, **{path: value for path, value in asked.items() if value})
    related = rows.select_related("agent", "leader", "behaviour__template").order_by("pk")
    return [_session(row) for row in related[:most]]


def follow_ups(
    viewer: Viewer, *, agent: str = "", open_: bool | None = None, after: int = 0, most: int
) -> list[FollowUpLine]:
    """Those of sessions that they may open, from the one with the id `after` on; `open_` only those that wait, or that are closed."""
    rows = viewing.follow_ups(viewer).filter(pk__gt=after)
    rows = rows.filter(session__agent__key=agent) if agent else rows
    rows = rows if open_ is None else rows.filter(closed_at__isnull=open_)
    return [_follow_up(row) for row in rows.select_related("session__agent").order_by("pk")[:most]]


def _session(row: Session) -> SessionLine:
    behaviour = row.behaviour
    return SessionLine(
        id=row.pk,
        kind=SessionKind(row.kind),
        status=SessionStatus(row.status),
        agent=row.agent.key,
        leader=row.leader.name if row.leader else "",
        template=behaviour.template.key if behaviour else "",
        behaviour=behaviour.key if behaviour else "",
        planned_for=row.planned_for,
        held_on=row.held_on,
        review_on=row.review_on,
    )


def _follow_up(row: FollowUp) -> FollowUpLine:
    return FollowUpLine(row.pk, row.session_id, row.session.agent.key, row.due_on, row.closed_at)
