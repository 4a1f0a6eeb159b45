"""Protected time: kept by the leader, taken away only with a reason and a replacement in the same week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from coachloop.app.errors import AlreadyOpenError, NotYoursError, WrongStateError
from coachloop.app.models import Slot, SlotMove, Team
from coachloop.app.queries import sites, slots
from coachloop.app.queries.slots import Occurrence, State
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, coaching
from coachloop.core.coaching.protected import WeeklyTime, monday_of
from coachloop.core.coaching.words import says_something


@dataclass(frozen=True, slots=True)
class Replacement:
    """Where an occurrence goes, and why it can't stay."""

    day: date
    starts: time
    reason: str


@transaction.atomic
def add_slots(*, viewer: Viewer, team_key: str, times: Sequence[WeeklyTime], now: datetime) -> int:
    """Protect these times every week from today on.

    Returns:
        How many there are.

    Raises:
        NotYoursError: only the team's leader protects its time.
        AlreadyOpenError: one meets a slot that the team has.
    """
    team = _led(viewer, team_key)
    today = _today(team, now)
    for wanted in times:
        _must_be_apart(team, wanted, since=today)
        try:
            with transaction.atomic():
                Slot.objects.create(
                    team=team, weekday=wanted.weekday, starts=wanted.starts, minutes=wanted.minutes, first_day=today
                )
        except IntegrityError as error:
            raise AlreadyOpenError(f"{_named(wanted)} is protected already") from error
    if times:
        audit.record(viewer, "slot.add", f"team:{team_key}", now=now, detail={"times": [_named(one) for one in times]})
    return len(times)


@transaction.atomic
def end_slot(*, viewer: Viewer, slot_id: int, reason: str, now: datetime, instead: WeeklyTime | None = None) -> Slot:
    """Give a weekly slot up, or change it for another time, from next week on: this week's stays where it is.

    Args:
        viewer: who asks.
        slot_id: the slot.
        reason: why; operations read it.
        now: when.
        instead: the weekly time that replaces it. Without one, the team must have a slot for every agent left.

    Raises:
        NotYoursError: only the team's leader ends its slots.
        WrongStateError: without a reason, or without a replacement that is needed; or it ends already.
        AlreadyOpenError: the replacement meets another slot.
    """
    slot = _slot(viewer, slot_id)
    if not says_something(reason):
        raise WrongStateError("say why: operations see what happens to protected time")
    if slot.last_day is not None:
        raise WrongStateError(f"this slot ends on {slot.last_day:%-d %B} already")
    sunday = monday_of(_today(slot.team, now)) + timedelta(days=6)
    others = _lasting(slot.team).exclude(pk=slot.pk).count()
    needed = slot.team.agents.count()
    if instead is None and others < needed:
        raise WrongStateError(
            f"{slot.team.name} needs {needed} slots a week, one an agent, and would keep {others}: choose a time instead"
        )
    slot.last_day, slot.ended_because = max(sunday, slot.first_day), reason.strip()
    slot.save(update_fields=["last_day", "ended_because"])
    if instead is not None:
        _must_be_apart(slot.team, instead, since=sunday + timedelta(days=1))
        first = sunday + timedelta(days=1)
        Slot.objects.create(
            team=slot.team, weekday=instead.weekday, starts=instead.starts, minutes=instead.minutes, first_day=first
        )
    detail = {"reason": slot.ended_because, "instead": _named(instead) if instead else ""}
    audit.record(viewer, "slot.end", f"slot:{slot_id}", now=now, detail=detail)
    return slot


@transaction.atomic
def move_slot(*, viewer: Viewer, slot_id: int, day: date, to: Replacement, now: datetime) -> SlotMove:
    """Take one occurrence away: it goes to another time of the same week, and a session planned in it goes along.

    Raises:
        NotYoursError: only the team's leader moves its slots.
        WrongStateError: without a reason; to another week, a day off or the past; or what is moved is no occurrence to come.
        AlreadyOpenError: the new time meets another slot.
    """
    slot = _slot(viewer, slot_id)
    if not says_something(to.reason):
        raise WrongStateError("say why: a slot is taken away only with a reason")
    if monday_of(to.day) != monday_of(day):
        raise WrongStateError(f"choose a day of the same week: {_week(day)}")
    seen = slots.diary(slot.team, first=min(day, to.day), last=max(day, to.day), now=now)
    every = slots.occurrences(seen, first=monday_of(day), last=monday_of(day) + timedelta(days=6))
    old = next((one for one in every if one.slot_id == slot_id and one.day == day), None)
    if old is None or old.state is State.PAST:
        raise WrongStateError("this slot is over, or not on that day; choose one that is still to come")
    if old.moved_from is not None:
        raise WrongStateError("this one was moved already: it keeps the place it was given")
    starts = sites.local(slot.team.site, to.day, to.starts)
    if starts <= now or not seen.calendar.works(to.day):
        raise WrongStateError(f"choose a working day and a time that is still to come, up to {_week(day)}")
    _must_be_free(every, old, starts=starts, minutes=slot.minutes)
    move = SlotMove.objects.create(
        slot=slot,
        monday=monday_of(day),
        reason=to.reason.strip(),
        new_weekday=to.day.isoweekday(),
        new_starts=to.starts,
        moved_by=viewer.user,
        moved_at=now,
    )
    for booked in old.booked:
        coaching.plan_session(viewer=viewer, session_id=booked.session_id, planned_for=starts, now=now)
    detail = {"from": old.span.starts.isoformat(), "to": starts.isoformat(), "reason": move.reason}
    audit.record(viewer, "slot.move", f"slot:{slot_id}", now=now, detail=detail)
    return move


def _must_be_free(every: list[Occurrence], old: Occurrence, *, starts: datetime, minutes: int) -> None:
    ends = starts + timedelta(minutes=minutes)
    if any(one is not old and one.span.starts < ends and starts < one.span.ends for one in every):
        raise AlreadyOpenError("another slot of the team is at that time; choose one that is free")


def _must_be_apart(team: Team, wanted: WeeklyTime, *, since: date) -> None:
    """Refuse a time that meets a slot which the team has from `since` on."""
    there = team.slots.filter(Q(last_day__isnull=True) | Q(last_day__gte=since))
    if any(wanted.meets(WeeklyTime(row.weekday, row.starts, row.minutes)) for row in there):
        raise AlreadyOpenError(f"{_named(wanted)} meets a slot that the team has already; choose another time")


def _lasting(team: Team) -> QuerySet[Slot]:
    return team.slots.filter(last_day__isnull=True)


def _led(viewer: Viewer, key: str) -> Team:
    """The team, locked: two people who change its slots at once wait for each other.

    Raises:
        NotYoursError: they do not lead it.
    """
    team = slots.led_team(viewer, key) if key else None
    if team is None:
        raise NotYoursError("protected time belongs to the team's own leader")
    Team.objects.select_for_update().get(pk=team.pk)
    return team


def _slot(viewer: Viewer, slot_id: int) -> Slot:
    slot = Slot.objects.select_related("team__site").get(pk=slot_id)
    _led(viewer, slot.team.key)
    return slot


def _today(team: Team, now: datetime) -> date:
    return now.astimezone(sites.site_zone(team.site)).date()


def _named(one: WeeklyTime) -> str:
    return f"{slots.NAMES[one.weekday - 1]} {one.starts:%H:%M}"


def _week(day: date) -> str:
    monday = monday_of(day)
    return f"{monday:%-d %B} to {monday + timedelta(days=6):%-d %B}"
