"""The roll-ups as arrays, read in blocks: millions of cells fit, and no row becomes an object."""

from collections.abc import Sequence
from datetime import date
from itertools import batched
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
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
    "iso_day",
    "met",
    "not_met",
    "unscored",
)
ISO_DAY = Cast("day", TextField())
"""A day as text: there are few different ones, so they are read once each instead of once a cell."""


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
    read = cells.annotate(iso_day=ISO_DAY).values_list(*COUNTED).iterator(BLOCK)
    blocks = [_block(rows, mixes) for rows in batched(read, BLOCK)]
    whole = zip(*(blocks or [_block((), mixes)]), strict=True)
    columns: dict[str, Any] = {name: np.concatenate(column) for name, column in zip(COLUMNS, whole, strict=True)}
    return Daily(**columns, mixes=tuple(mixes))


def _block(rows: tuple[tuple[Any, ...], ...], mixes: dict[tuple[str, str], int]) -> tuple[NDArray[Any], ...]:
    given = dict(zip(COUNTED, zip(*rows, strict=True) if rows else ((),) * len(COUNTED), strict=True))
    pairs = list(zip(given["queue"], given["direction"], strict=True))
    for pair in dict.fromkeys(pairs):
        mixes.setdefault(pair, len(mixes))
    days = {text: int(np.datetime64(text, "D").astype(np.int64)) for text in set(given["iso_day"])}
    whole: dict[str, Sequence[int]] = {
        "agent": given["agent_id"],
        "behaviour": given["behaviour_id"],
        "team": [-1 if team is None else team for team in given["team_id"]],
        "mix": [mixes[pair] for pair in pairs],
        "version": given["version_id"],
        "day": [days[text] for text in given["iso_day"]],
        **{name: given[name] for name in ("met", "not_met", "unscored")},
    }
    columns = {name: np.fromiter(values, np.int64, len(rows)) for name, values in whole.items()}
    return tuple(columns[name].view("datetime64[D]") if name == "day" else columns[name] for name in COLUMNS)
