"""Protected time, who is away, and calendars."""

from datetime import date, time
from http import HTTPStatus
from typing import Annotated

from django.conf import settings
from django.urls import reverse
from pydantic import Field

from coachloop.app.queries import slots as seen
from coachloop.app.services import absences, calendar_links, slots
from coachloop.app.services.absences import Days
from coachloop.app.services.slots import Replacement
from coachloop.core.coaching.protected import WeeklyTime
from coachloop.core.model.people import Role
from coachloop.web.access import found
from coachloop.web.api.access import Asked, endpoint
from coachloop.web.api.made import Count, Made
from coachloop.web.api.problems import Fault, ProblemError
from coachloop.web.api.shapes import Body, Id, Key, Words
from coachloop.wiring import calendar_reader

WRITE = "coaching:write"
LEADER = Role.TEAM_LEADER
APPOINTS = (LEADER, Role.OPERATIONS, Role.ADMIN)


class Weekly(Body):
    """A time of every week on the site's clock; Monday is 1."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    starts: time
    minutes: Annotated[int, Field(ge=5, le=120)] = 15

    @property
    def wanted(self) -> WeeklyTime:
        """As the services take it."""
        try:
            return WeeklyTime(self.weekday, self.starts.replace(tzinfo=None), self.minutes)
        except ValueError as error:
            fault = Fault("/body/starts", f"{error}.")
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}.", errors=[fault]) from error


class Slot(Weekly):
    """One more time a week that is protected."""

    team: Key


class OfTeam(Body):
    """A team, by its key."""

    team: Key


class Ending(Body):
    """Why a weekly slot ends, and what comes instead of it."""

    reason: Words
    instead: Weekly | None = None


class Move(Body):
    """Another day and time of the same week, and why."""

    day: date
    starts: time
    reason: Words


class Away(Body):
    """A first and a last day, both included."""

    first: date
    last: date


class LeaderAway(Away):
    """The same of a leader, and who stands in; both by the ids of people."""

    leader: Id
    stand_in: Id | None = None


class AgentAway(Away):
    """The same of an agent, by their key."""

    agent: Key


class Calendar(Body):
    """The address of a calendar; empty forgets it."""

    address: Annotated[str, Field(max_length=500)]


@endpoint("POST /slots", LEADER, scope=WRITE)
def add_slot(asked: Asked, body: Slot) -> Count:
    """Protect one more time a week."""
    added = slots.add_slots(viewer=asked.viewer, team_key=body.team, times=[body.wanted], now=asked.now)
    return Count(added)


@endpoint("POST /slots/fill", LEADER, scope=WRITE)
def fill_slots(asked: Asked, body: OfTeam) -> Count:
    """Protect every time that is proposed for a team."""
    week = found(seen.slot_week(asked.viewer, team=body.team, day=None, now=asked.now))
    times = week.lacking
    return Count(slots.add_slots(viewer=asked.viewer, team_key=week.team.key, times=times, now=asked.now))


@endpoint("POST /slots/{slot_id}/end", LEADER, scope=WRITE)
def end_slot(asked: Asked, slot_id: Id, body: Ending) -> None:
    """Give a weekly slot up, or change it for another time, from next week on."""
    found(seen.team_of_slot(asked.viewer, slot_id))
    instead = body.instead.wanted if body.instead else None
    slots.end_slot(viewer=asked.viewer, slot_id=slot_id, reason=body.reason, instead=instead, now=asked.now)


@endpoint("POST /slots/{slot_id}/{day}/move", LEADER, scope=WRITE)
def move_slot(asked: Asked, slot_id: Id, day: date, *, body: Move) -> None:
    """Move one day's slot within its week, with the session in it."""
    found(seen.team_of_slot(asked.viewer, slot_id))
    to = Replacement(body.day, body.starts.replace(tzinfo=None), body.reason)
    slots.move_slot(viewer=asked.viewer, slot_id=slot_id, day=day, to=to, now=asked.now)


@endpoint("POST /away/leaders", *APPOINTS, scope="people:write", status=201)
def add_leader_absence(asked: Asked, body: LeaderAway) -> Made:
    """Note that a leader is away, and who stands in."""
    days = Days(body.first, body.last)
    made = absences.leader_away(
        viewer=asked.viewer, leader_id=body.leader, days=days, stand_in_id=body.stand_in, now=asked.now
    )
    return Made(made.pk)


@endpoint("POST /away/leaders/{absence_id}/end", *APPOINTS, scope="people:write")
def end_leader_absence(asked: Asked, absence_id: Id) -> None:
    """Note that a leader is back: nobody stands in any more."""
    absences.leader_back(viewer=asked.viewer, absence_id=absence_id, now=asked.now)


@endpoint("POST /away/agents", LEADER, scope="people:write", status=201)
def add_absence(asked: Asked, body: AgentAway) -> Made:
    """Note that an agent is away: these days do not count on their five."""
    days = Days(body.first, body.last)
    return Made(absences.add_absence(viewer=asked.viewer, agent_key=body.agent, days=days, now=asked.now).pk)


@endpoint("DELETE /away/agents/{absence_id}", LEADER, scope="people:write")
def end_absence(asked: Asked, absence_id: Id) -> None:
    """Forget an agent's absence that does not take place."""
    absences.remove_absence(viewer=asked.viewer, absence_id=absence_id, now=asked.now)


@endpoint("PUT /me/calendar/feed", scope=WRITE)
def open_calendar_feed(asked: Asked) -> Calendar:
    """A new private address of your sessions, shown this once; the one before shows nothing any more."""
    token = calendar_links.open_feed(viewer=asked.viewer, now=asked.now)
    return Calendar(address=f"{settings.ADDRESS}{reverse('calendar-feed', args=[token])}")


@endpoint("DELETE /me/calendar/feed", scope=WRITE)
def close_calendar_feed(asked: Asked) -> None:
    """Close the private address."""
    calendar_links.close_feed(viewer=asked.viewer, now=asked.now)


@endpoint("PUT /me/calendar/busy", scope=WRITE)
def set_busy_calendar(asked: Asked, body: Calendar) -> None:
    """Say where your busy times come from."""
    calendar_links.set_busy_address(
        viewer=asked.viewer, address=body.address, check=calendar_reader().check, now=asked.now
    )
