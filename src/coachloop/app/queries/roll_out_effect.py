"""What a report that was switched on team by team has moved: the teams that still waited show what would have happened anyway."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from coachloop.app.models import RollOut
from coachloop.app.queries.daily import daily
from coachloop.app.queries.effect import LOOKED_BACK, SEED, Overall, contacts_of, overall_of, told_by_people
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.effect import Contacts, Sessions, effects, pooled

LONGEST, SHORTEST = 28, 7
"""Days before and after a team's start that are compared, at most and at least: as long as the steps lie apart."""

FEWEST_TEAMS = 3
"""Teams that switched while others waited, below which nothing is claimed."""


@dataclass(frozen=True, slots=True)
class RollOutEffect:
    """One template's report. Without an estimate it can't be separated from other changes. `days` were compared, before and after."""

    template: str
    title: str
    teams: int
    days: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None

    def as_json(self) -> dict[str, Any]:
        """For storing."""
        return asdict(self)


def roll_out_effects(viewer: Viewer, last: date) -> list[RollOutEffect]:
    """Every roll-out that has begun by `last`, by the template's title: rates of all its behaviours together, teams as units."""
    found: dict[int, list[RollOut]] = defaultdict(list)
    begun = within(viewer, RollOut.objects.filter(starts_on__lte=last), "template__programme")
    for row in begun.select_related("template").order_by("template__title"):
        found[row.template_id].append(row)
    return [_effect(viewer, rows, last) for rows in found.values()]


def _effect(viewer: Viewer, rows: Sequence[RollOut], last: date) -> RollOutEffect:
    every = sorted(set(RollOut.objects.filter(template=rows[0].template_id).values_list("starts_on", flat=True)))
    gaps = [(after - before).days for before, after in pairwise(every)]
    days = max(SHORTEST, min([LONGEST, *gaps]))
    nothing = RollOutEffect(rows[0].template.key, rows[0].template.title, 0, days)
    if len(every) < 2:
        return nothing
    starts = list(
        RollOut.objects.filter(template=rows[0].template_id, template__behaviours__isnull=False).values_list(
            "team__agents", "template__behaviours", "starts_on", "team_id"
        )
    )
    switched = contacts_of([(agent, behaviour, day) for agent, behaviour, day, _ in starts if agent])
    begun = [(agent, behaviour, day, team) for agent, behaviour, day, team in starts if agent and day <= last]
    return replace(nothing, **_estimate(viewer, begun, switched, days=days, last=last)) if begun else nothing


def _estimate(
    viewer: Viewer, begun: Sequence[tuple[int, int, date, int]], switched: Contacts, *, days: int, last: date
) -> dict[str, Any]:
    own = contacts_of([row[:3] for row in begun])
    steps = Sessions(own.agent, own.behaviour, own.day, own.day, before_days=days, after_days=days)
    found = effects(
        daily(viewer, first=last - timedelta(days=LOOKED_BACK), last=last),
        steps,
        contacts=switched,
        reports=told_by_people(),
        as_of=np.datetime64(last, "D"),
        rng=np.random.default_rng(SEED),
    )
    team = np.array([row[3] for row in begun], np.int64)
    one = pooled(found, team)
    whole: Overall = overall_of(one, int(found.known.sum()))
    if one.units < FEWEST_TEAMS:
        return {"teams": one.units}
    return {"teams": one.units, "effect": whole.effect, "low": whole.low, "high": whole.high}
