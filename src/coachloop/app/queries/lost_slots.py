"""Protected time that was lost, for operations: by team and week, with the reasons, and never a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from coachloop.app.models import Slot, SlotMove, Team
from coachloop.app.queries.slots import NAMES
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.coaching.protected import monday_of
from coachloop.core.model.people import Role

WEEKS = 8


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """A team's slots in one week: how many it had, and how many of them were moved."""

    monday: date
    slots: int
    moved: int


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team's weeks, newest first, beside what it has and needs now."""

    name: str
    weeks: tuple[TeamWeek, ...]
    protected: int
    agents: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a slot was moved, or given up for good (`to` is empty)."""

    team: str
    monday: date
    slot: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What became of protected time."""

    mondays: tuple[date, ...]
    teams: tuple[TeamRow, ...]
    reasons: tuple[Reason, ...]


def lost(viewer: Viewer, *, today: date, weeks: int = WEEKS) -> Lost:
    """The last weeks and the next one, of every team, for operations; nothing for others."""
    mondays = tuple(monday_of(today) + timedelta(days=7 * step) for step in range(1, 1 - weeks, -1))
    teams = list(within(viewer, Team.objects.order_by("name"))) if viewer.has(Role.OPERATIONS) else []
    slots = list(Slot.objects.filter(team__in=teams).select_related("team"))
    moves = list(SlotMove.objects.filter(slot__in=slots, monday__gte=mondays[-1]).select_related("slot__team"))
    return Lost(
        mondays=mondays,
        teams=tuple(_row(team, mondays, slots=slots, moves=moves) for team in teams),
        reasons=tuple(sorted((*_moved(moves), *_given_up(slots, mondays[-1])), key=_newest)),
    )


def _row(team: Team, mondays: Iterable[date], *, slots: list[Slot], moves: list[SlotMove]) -> TeamRow:
    theirs = [row for row in slots if row.team_id == team.pk]
    moved = [row for row in moves if row.slot.team_id == team.pk]
    return TeamRow(
        name=team.name,
        weeks=tuple(
            TeamWeek(monday, sum(_is_there(row, monday) for row in theirs), sum(row.monday == monday for row in moved))
            for monday in mondays
        ),
        protected=sum(row.last_day is None for row in theirs),
        agents=team.agents.count(),
    )


def _is_there(slot: Slot, monday: date) -> bool:
    day = monday + timedelta(days=slot.weekday - 1)
    return slot.first_day <= day and (slot.last_day is None or day <= slot.last_day)


def _moved(moves: list[SlotMove]) -> Iterable[Reason]:
    for row in moves:
        to = f"{NAMES[row.new_weekday - 1]} {row.new_starts:%H:%M}"
        yield Reason(row.slot.team.name, row.monday, _named(row.slot), to, row.reason)


def _given_up(slots: list[Slot], since: date) -> Iterable[Reason]:
    for row in slots:
        if row.last_day is not None and row.last_day >= since:
            yield Reason(row.team.name, monday_of(row.last_day), f"every {_named(row)}", "", row.ended_because)


def _named(slot: Slot) -> str:
    return f"{NAMES[slot.weekday - 1]} {slot.starts:%H:%M}"


def _newest(row: Reason) -> tuple[int, str, str]:
    return -row.monday.toordinal(), row.team, row.slot
