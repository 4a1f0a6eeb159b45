"""The roll-ups as arrays: a packed day is read as one piece, any other row by row; millions of cells fit."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from coachloop.app.models import AgentDay, Behaviour, PackedDay
from coachloop.app.queries import viewing
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.daily import Daily, joined, unpacked

PIECES = 20
NUMBERS = ("agent_id", "behaviour_id", "some_team", "version_id", "met", "not_met", "unscored")
TEAM = Coalesce("team_id", Value(-1))


def daily(
    viewer: Viewer,
    *,
    first: date | None = None,
    last: date | None = None,
    template: str | None = None,
    behaviour: str | None = None,
) -> Daily:
    """The counts of the agents that the viewer may see, from `first` to `last`, both included; all days where not given.

    Raises:
        UnknownNameError: `behaviour` names none, or several without `template`.
    """
    days = Q(day__gte=first) if first else Q()
    days &= Q(day__lte=last) if last else Q()
    asked = _behaviours(viewer, template, behaviour)
    found = _whole(days)
    if not viewer.everything or viewer.programme_id is not None:
        found = found.where(np.isin(found.agent, [*viewing.agents(viewer).values_list("pk", flat=True)]))
    return found if asked is None else found.where(np.isin(found.behaviour, asked))


def newest_day(viewer: Viewer) -> date | None:
    """The last day that has counts in the programme that they look at."""
    cells = within(viewer, AgentDay.objects.order_by("-day"), "agent__programme")
    return cells.values_list("day", flat=True).first()


def of_day(day: date) -> Daily:
    """All counts of one day, row by row: no row becomes an object."""
    cells = AgentDay.objects.filter(day=day).annotate(some_team=TEAM)
    with connection.cursor() as cursor:
        cursor.execute(*cells.values_list(*NUMBERS, "queue", "direction").query.sql_with_params())
        rows = cursor.fetchall()
    *numbers, queue, direction = zip(*rows, strict=True) if rows else ((),) * (len(NUMBERS) + 2)
    mixes = list(zip(queue, direction, strict=True))
    place = {mix: at for at, mix in enumerate(dict.fromkeys(mixes))}
    mix = np.array([place[one] for one in mixes], np.int64)
    agent, behaviour, team, version, met, not_met, unscored = (np.array(column, np.int64) for column in numbers)
    days = np.full(len(mix), day, "datetime64[D]")
    return Daily(agent, behaviour, team, mix, version, days, met, not_met, unscored, tuple(place))


def marks(days: Q) -> dict[date, tuple[int, int]]:
    """What each of these days with counts can be known by, in order: how many rows it has, and the sum of their numbers."""
    found = AgentDay.objects.filter(days).values("day").annotate(rows=Count("id"), numbers=Sum("id")).order_by("day")
    return {day: (rows, int(numbers)) for day, rows, numbers in found.values_list("day", "rows", "numbers")}


def holding_marks(first: date, last: date) -> dict[date, tuple[int, int]]:
    """The same from `first` to `last`, in order, where packed days are taken at their word: whoever changes a day's counts says so there."""
    within = {"day__range": (first, last), "rows__gt": 0}
    packed = PackedDay.objects.filter(**within).values_list("day", "rows", "numbers")
    found = {day: (rows, numbers) for day, rows, numbers in packed}
    days = (first + timedelta(days=after) for after in range((last - first).days + 1))
    found |= marks(Q(day__in=[day for day in days if day not in found]))
    return dict(sorted(found.items()))


def _behaviours(viewer: Viewer, template: str | None, behaviour: str | None) -> list[int] | None:
    """Those that are asked for; None for all."""
    if behaviour:
        return [BehaviourFinder(viewer).find(behaviour, template).pk]
    return [*Behaviour.objects.filter(template__key=template).values_list("pk", flat=True)] if template else None


def _whole(days: Q) -> Daily:
    """The centre: what is packed and still holds is unpacked."""
    now = marks(days)
    rows = PackedDay.objects.filter(days).values_list("day", "rows", "numbers", "mixes", "packed").iterator(PIECES)
    parts = {day: _unpacked(day, mixes, piece) for day, *then, mixes, piece in rows if now.get(day) == tuple(then)}
    return joined([parts[day] if day in parts else of_day(day) for day in now])


def _unpacked(day: date, mixes: Iterable[tuple[str, str]], piece: bytes | memoryview) -> Daily:
    return unpacked(bytes(piece), np.datetime64(day, "D"), tuple((queue, direction) for queue, direction in mixes))
