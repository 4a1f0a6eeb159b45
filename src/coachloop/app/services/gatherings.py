"""Huddles and workshops: planned by whoever leads the agents, held with who came. They open no focus and block nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from coachloop.app.errors import NotYoursError, RefusedError, WrongStateError
from coachloop.app.models import Agent, Attendance, Gathering
from coachloop.app.queries import gatherings as queries
from coachloop.app.queries import sites
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer
from coachloop.app.services import audit, drift, events
from coachloop.app.services.led import led_agent
from coachloop.core.coaching.gathering import GatheringKind, fault
from coachloop.core.model.event import EventKind

WRITTEN_DOWN = timedelta(days=92)
"""How late a gathering may be noted: its numbers before and since would otherwise be those of other times."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gathering to be: on one behaviour, for agents by their keys; `planned_for` may come later."""

    kind: GatheringKind
    template: str
    behaviour: str
    agents: tuple[str, ...]
    minutes: int | None = None
    planned_for: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """How it went: on which day, who came by their keys, how long it took; a note counts from whoever planned it."""

    held_on: date
    came: tuple[str, ...]
    minutes: int
    note: str = ""


@transaction.atomic
def plan_gathering(*, viewer: Viewer, wanted: Wanted, now: datetime) -> Gathering:
    """Plan one for agents of one's own.

    Raises:
        NotYoursError: somebody else leads one of them.
        UnknownNameError: there is no such behaviour.
        RefusedError: too few agents, too many minutes, or a time that is over.
    """
    agents = [led_agent(viewer, key) for key in dict.fromkeys(wanted.agents)]
    minutes = wanted.kind.minutes if wanted.minutes is None else wanted.minutes
    if says := fault(wanted.kind, agents=len(agents), minutes=minutes):
        raise RefusedError(says)
    if wanted.planned_for and wanted.planned_for < now:
        raise RefusedError("choose a time that is still to come, or none yet")
    made = Gathering.objects.create(
        kind=wanted.kind,
        behaviour=BehaviourFinder(viewer).find(wanted.behaviour, wanted.template),
        planned_for=wanted.planned_for,
        minutes=minutes,
        led_by=viewer.user,
        led_by_name=viewer.name,
        note=wanted.note,
        created_at=now,
    )
    Attendance.objects.bulk_create(Attendance(gathering=made, agent=agent) for agent in agents)
    audit.record(viewer, "gathering.plan", f"gathering:{made.pk}", now=now, detail={"agents": len(agents)})
    return made


@transaction.atomic
def hold_gathering(*, viewer: Viewer, gathering_id: int, held: Held, now: datetime) -> Gathering:
    """Note that it took place, and who came.

    Raises:
        NotYoursError: only its leader does.
        WrongStateError: it is held or called off already, its day is still to come, or nobody came.
        RefusedError: somebody came who was not asked, or it took too long to be true.
    """
    row = _open(viewer, gathering_id)
    invited = {one.agent.key: one for one in row.attendances.select_related("agent__team__site")}
    if unknown := sorted(set(held.came) - set(invited)):
        raise RefusedError(f"not asked to this {row.kind}: {', '.join(unknown)}")
    if not held.came:
        raise WrongStateError("somebody has to be there; call it off if nobody came")
    today = max(sites.local_date(one.agent, now) for one in invited.values())
    if held.held_on > today:
        raise WrongStateError("it counts as held on its day, not before")
    if held.held_on < today - WRITTEN_DOWN:
        raise WrongStateError(f"write it down within {WRITTEN_DOWN.days} days; what is older can be imported")
    if says := fault(GatheringKind(row.kind), agents=len(invited), minutes=held.minutes):
        raise RefusedError(says)
    for key, one in invited.items():
        one.present = key in held.came
    Attendance.objects.bulk_update(invited.values(), ["present"])
    row.held_on, row.minutes = held.held_on, held.minutes
    if queries.planned_by(viewer, row):
        row.note = held.note
    row.save(update_fields=["held_on", "minutes", "note"])
    came = [one.agent_id for one in invited.values() if one.present]
    drift.resolve_by_coaching(came, row.behaviour_id, how=row.kind, now=now)
    _tell(row, [one.agent for one in invited.values() if one.present], now)
    audit.record(viewer, "gathering.hold", f"gathering:{row.pk}", now=now, detail={"came": len(held.came)})
    return row


def _tell(row: Gathering, came: list[Agent], now: datetime) -> None:
    """Other systems hear of it."""
    said = {
        "gathering": row.pk,
        "kind": row.kind,
        "agents": [agent.key for agent in came],
        "template": row.behaviour.template.key,
        "behaviour": row.behaviour.key,
        "held_on": str(row.held_on),
    }
    events.put(EventKind.SESSION_HELD, f"gathering:{row.pk}", said, programme=came[0].programme_id, now=now)


@transaction.atomic
def cancel_gathering(*, viewer: Viewer, gathering_id: int, now: datetime) -> Gathering:
    """Call it off.

    Raises:
        NotYoursError: only its leader does.
        WrongStateError: it is held or called off already.
    """
    row = _open(viewer, gathering_id)
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])
    audit.record(viewer, "gathering.cancel", f"gathering:{row.pk}", now=now)
    return row


def _open(viewer: Viewer, gathering_id: int) -> Gathering:
    """One of theirs that is still to be held, locked."""
    row = queries.visible(viewer).select_for_update(of=("self",)).get(pk=gathering_id)
    if not queries.may_act(viewer, row):
        raise NotYoursError(f"this {row.kind} belongs to whoever leads the agents in it")
    if row.held_on or row.cancelled_at:
        raise WrongStateError(f"this {row.kind} was {'held' if row.held_on else 'called off'} already")
    return row
