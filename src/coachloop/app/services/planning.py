"""A plan for the week, confirmed: each line is a focus accepted and a session planned, or a refusal that leaves the others alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Focus, Session, Team
from coachloop.app.queries import sites, slots
from coachloop.app.queries.slots import State
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import coaching
from coachloop.core.coaching.agreement import SessionStatus


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of the plan that the leader keeps: what it is for, and when.

    `key` is `session:12`, `focus:AGENT:TEMPLATE/BEHAVIOUR` or `offer:AGENT`.
    """

    key: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a line; `refusal` is empty where the session is planned."""

    chosen: Chosen
    session_id: int | None = None
    refusal: str = ""


def confirm(*, viewer: Viewer, team_key: str, chosen: Sequence[Chosen], now: datetime) -> list[Outcome]:
    """Carry out the lines that were kept, each in a transaction of its own: one that is refused does not lose the others.

    Raises:
        NotYoursError: they do not lead the team.
    """
    team = slots.led_team(viewer, team_key) if team_key else None
    if team is None:
        raise NotYoursError("planning belongs to the team's own leader")
    return [_one(viewer, team, one, now=now) for one in chosen]


def _one(viewer: Viewer, team: Team, chosen: Chosen, *, now: datetime) -> Outcome:
    try:
        with transaction.atomic():
            Team.objects.select_for_update().get(pk=team.pk)
            _must_be_free(team, chosen.starts_at, now)
            session = _session(viewer, chosen.key, now=now, team=team)
            coaching.plan_session(viewer=viewer, session_id=session.pk, planned_for=chosen.starts_at, now=now)
    except (RefusedError, NotYoursError) as refusal:
        return Outcome(chosen, refusal=str(refusal))
    except ObjectDoesNotExist:
        return Outcome(chosen, refusal="this is not there any more; look at the week again")
    return Outcome(chosen, session_id=session.pk)


def _must_be_free(team: Team, starts_at: datetime, now: datetime) -> None:
    """Refuse a time that is no free slot any more.

    Raises:
        WrongStateError: somebody was faster, or it was moved.
    """
    day = starts_at.astimezone(sites.site_zone(team.site)).date()
    seen = slots.diary(team, first=day - timedelta(days=1), last=day + timedelta(days=1), now=now)
    every = slots.occurrences(seen, first=day, last=day)
    if not any(one.span.starts == starts_at and one.state is State.FREE for one in every):
        raise WrongStateError("the slot is not free any more; let the plan be made anew")


def _session(viewer: Viewer, key: str, *, now: datetime, team: Team) -> Session:
    """The session that a line is for, opened where it is not open yet.

    Raises:
        WrongStateError: the suggestion has changed since it was shown.
    """
    kind, _, rest = key.partition(":")
    if kind == "session" and rest.isdecimal():
        return Session.objects.get(pk=int(rest), agent__team=team, status=SessionStatus.PLANNED)
    if kind == "offer":
        return coaching.open_developmental(viewer=viewer, agent_key=rest, now=now)
    agent_key, _, behaviour = rest.rpartition(":")
    today = now.astimezone(sites.site_zone(team.site)).date()
    focus = coaching.accept_focus(viewer=viewer, agent_key=agent_key, now=now, as_of=today)
    if _behaviour(focus) != behaviour:
        raise WrongStateError(f"today's suggestion for {focus.agent.name} is another one; look at the week again")
    return focus.sessions.get(status=SessionStatus.PLANNED)


def _behaviour(focus: Focus) -> str:
    return f"{focus.behaviour.template.key}/{focus.behaviour.key}"
