"""Who leaves the centre, and who comes back: what is open with them ends, what was stays in every figure."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from coachloop.app.errors import WrongStateError
from coachloop.app.models import Agent, Attendance, DriftAlert, Focus, FollowUp, Grant, Proposal, Session, Suggested
from coachloop.app.queries import sites
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.app.services import audit, drafts, keeping, memberships, requests
from coachloop.app.services.memberships import AHEAD
from coachloop.app.services.users import switched
from coachloop.core.coaching.agreement import LEFT, SessionStatus
from coachloop.core.model.people import Role
from coachloop.core.model.stays import ended

BECAUSE = "They left the centre."
"""The answer that a proposal gets."""


@transaction.atomic
def leave(*, viewer: Viewer, agent_id: int, last_day: date, now: datetime) -> dict[str, int]:
    """Note an agent's last day. Once it is over they are in no team, and what is open with them ends.

    Their absences end with them. Whoever signs in as nothing but this agent is switched off then. What they did stays in every figure.

    Returns:
        What ended, by its name; nothing yet where the day is still to come.

    Raises:
        NotYoursError: admins do.
        WrongStateError: they left already, or the day is before their first or too far ahead.
    """
    agent = keeping.agent(viewer, agent_id)
    today = sites.local_date(agent, now)
    if agent.left_on and agent.left_on < today:
        raise WrongStateError(f"{agent.name} left on {agent.left_on:%-d %B %Y} already")
    if last_day > today + AHEAD or (agent.joined_on and last_day < agent.joined_on):
        begins = f"from {agent.joined_on:%-d %B %Y} " if agent.joined_on else ""
        raise WrongStateError(f"choose a last day {begins}up to {today + AHEAD:%-d %B %Y}")
    before = memberships.begun(agent)
    agent.left_on = last_day
    agent.save(update_fields=["left_on"])
    memberships.keep(agent, before, ended(before, last_day), now=now)
    _cut_absences(agent, last_day)
    over = _end(agent, viewer=viewer, now=now) if last_day < today else {}
    detail = {"last_day": last_day.isoformat(), **over}
    audit.record(viewer, "agent.leave", f"agent:{agent.key}", now=now, detail=detail)
    return over


def _cut_absences(agent: Agent, last_day: date) -> None:
    later = list(agent.absences.filter(last_day__gt=last_day))
    agent.absences.filter(pk__in=[absence.pk for absence in later]).delete()
    for first in {absence.first_day for absence in later if absence.first_day <= last_day}:
        agent.absences.get_or_create(first_day=first, last_day=last_day)


@transaction.atomic
def come_back(
    *, viewer: Viewer, agent_id: int, now: datetime, team_id: int | None = None, first_day: date | None = None
) -> None:
    """Take it back that an agent left, into a team where one is named; they sign in again once they are switched on.

    Raises:
        NotYoursError: admins do.
        WrongStateError: they are here, or the day is before they left.
    """
    agent = keeping.agent(viewer, agent_id)
    if agent.left_on is None:
        raise WrongStateError(f"{agent.name} is here")
    left, agent.left_on = agent.left_on, None
    agent.save(update_fields=["left_on"])
    if team_id is not None:
        first = first_day or sites.first_local_date(now)
        if first <= left:
            raise WrongStateError(f"they were here until {left:%-d %B %Y}: choose a later day")
        memberships.put(agent, keeping.team(viewer, team_id).pk, first=first, last=None, now=now)
    audit.record(viewer, "agent.back", f"agent:{agent.key}", now=now, detail={"left": left.isoformat()})


def settle_leavers(*, now: datetime) -> int:
    """End what is open with those whose last day is over; run by the worker, harmless to repeat. Returns how many they were."""
    tomorrow = now.date() + timedelta(days=1)  # the latest date anywhere
    settled = 0
    for pk in _to_settle().filter(left_on__lt=tomorrow).values_list("pk", flat=True):
        with transaction.atomic():
            agent = Agent.objects.select_for_update(of=("self",)).select_related("team__site", "user").get(pk=pk)
            if agent.left_on is None or agent.left_on >= sites.local_date(agent, now):
                continue
            over = _end(agent, viewer=OPERATOR, now=now)
            audit.record(OPERATOR, "agent.left", f"agent:{agent.key}", now=now, detail=over)
            settled += 1
    return settled


def _to_settle() -> QuerySet[Agent]:
    """Leavers with something open, or a sign-in of their own."""
    mine = {"agent": OuterRef("pk")}
    more = Grant.objects.filter(user=OuterRef("user")).exclude(role=Role.AGENT)
    return Agent.objects.filter(
        Exists(Focus.objects.filter(**mine, closed_at=None))
        | Exists(Session.objects.filter(**mine, status=SessionStatus.PLANNED))
        | Exists(FollowUp.objects.filter(session__agent=OuterRef("pk"), closed_at=None))
        | Exists(Suggested.objects.filter(**mine, ended_on=None))
        | Exists(DriftAlert.objects.filter(**mine, resolved_at=None))
        | Q(user__is_active=True) & ~Exists(more),
        left_on__isnull=False,
    )


def _end(agent: Agent, *, viewer: Viewer, now: datetime) -> dict[str, int]:
    """Close what is open with somebody who is gone: nobody coaches them any more."""
    today = sites.local_date(agent, now)
    waiting = FollowUp.objects.filter(session__agent=agent, closed_at=None)
    standing = DriftAlert.objects.filter(agent=agent, resolved_at=None)
    asked = Proposal.objects.filter(agent=agent, answered_at=None)
    ahead = Attendance.objects.filter(agent=agent, present=None, gathering__held_on=None, gathering__cancelled_at=None)
    requests.answered(agent, now=now)
    over = {
        "sessions": _call_off(agent),
        "foci": agent.foci.filter(closed_at=None).update(closed_at=now, closed_because=LEFT),
        "follow_ups": waiting.update(closed_at=now, closed_because=LEFT),
        "suggestions": agent.suggested.filter(ended_on=None).update(ended_on=today, how=Suggested.End.LEFT),
        "alerts": standing.update(resolved_at=now, resolution=DriftAlert.Resolution.LEFT),
        "proposals": asked.update(answered_at=now, answered_by_name=viewer.name, declined_because=BECAUSE),
        "invitations": ahead.delete()[0],
        "sign_ins": _switch_off(agent, viewer=viewer, now=now),
    }
    return {what: count for what, count in over.items() if count}


def _call_off(agent: Agent) -> int:
    """Call planned sessions off; calendars are told by the sweep."""
    planned = list(agent.sessions.select_for_update().filter(status=SessionStatus.PLANNED))
    for session in planned:
        session.status = SessionStatus.CANCELLED
        session.save(update_fields=["status"])
        drafts.called_off(session, None)
    return len(planned)


def _switch_off(agent: Agent, *, viewer: Viewer, now: datetime) -> int:
    """Whoever is nothing here but this agent signs in no more."""
    user = agent.user
    if user is None or not user.is_active or user.grants.exclude(role=Role.AGENT).exists():
        return 0
    switched(viewer, user, active=False, now=now)
    return 1
