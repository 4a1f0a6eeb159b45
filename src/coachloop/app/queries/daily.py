"""The roll-ups as arrays, read in blocks: millions of cells fit, and no row becomes an object."""

from datetime import date
from itertools import batched
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from coachloop.app.models import AgentDay
from coachloop.app.queries import viewing
from coachloop.app.queries.templates import BehaviourFinder
from coachloop.app.queries.viewing import Viewer
from coachloop.core.insight.daily import COLUMNS, Daily

BLOCK = 50_000
COUNTED = (
    "agent_id",
    "behaviour_id",
    "team_id",
    "queue",
    "direction",
    "version_id",
    "day",
    "met",
    "not_met",
    "unscored",
)


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
    wanted = Q()
    if not viewer.everything:
        wanted &= Q(agent_id__in=viewing.agents(viewer).values("id"))
    wanted &= Q(day__gte=first) if first else Q()
    wanted &= Q(day__lte=last) if last else Q()
    if behaviour:
        wanted &= Q(behaviour=BehaviourFinder().find(behaviour, template))
    elif template:
        wanted &= Q(behaviour__template__key=template)
    return _arrays(AgentDay.objects.filter(wanted))


def _arrays(cells: QuerySet[AgentDay]) -> Daily:
    """Queues and directions are numbered as they appear; everything else keeps its number in the database."""
    mixes: dict[tuple[str, str], int] = {}
    blocks = [_block(rows, mixes) for rows in batched(cells.values_list(*COUNTED).iterator(BLOCK), BLOCK)]
    whole = zip(*(blocks or [_block((), mixes)]), strict=True)
    columns: dict[str, Any] = {name: np.concatenate(column) for name, column in zip(COLUMNS, whole, strict=True)}
    return Daily(**columns, mixes=tuple(mixes))


def _block(rows: tuple[tuple[Any, ...], ...], mixes: dict[tuple[str, str], int]) -> tuple[NDArray[Any], ...]:
    given = dict(zip(COUNTED, zip(*rows, strict=True) if rows else ((),) * len(COUNTED), strict=True))
    mix = [mixes.setdefault(pair, len(mixes)) for pair in zip(given["queue"], given["direction"], strict=True)]
    whole = {
        "agent": given["agent_id"],
        "behaviour": given["behaviour_id"],
        "team": [-1 if team is None else team for team in given["team_id"]],
        "mix": mix,
        "version": given["version_id"],
        **{name: given[name] for name in ("met", "not_met", "unscored")},
    }
    day = np.array(given["day"], "datetime64[D]")
    return tuple(day if name == "day" else np.array(whole[name], np.int64) for name in COLUMNS)
