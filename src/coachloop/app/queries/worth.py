"""What coaching is worth: the programme's figures with what an outcome is worth, and what coaching some more would bring."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from coachloop.app.errors import UnknownNameError
from coachloop.app.models import ImpactEstimate, Valuation
from coachloop.app.queries.effect import Overall
from coachloop.app.queries.programme import PERIOD, Moved, Programme
from coachloop.app.queries.sites import first_site
from coachloop.app.queries.viewing import Viewer, within
from coachloop.core.insight.worth import LASTS, Price, Stake, Worth, worth
from coachloop.core.model.people import Role
from coachloop.core.stats.pooling import shared_error, shrink_effects
from coachloop.core.stats.worth import Range

SEED = 20260504
Z = 1.959964


@dataclass(frozen=True, slots=True)
class Value:
    """What operations set: the worth of one more outcome and the cost of an hour; `by` and `on` say who did when."""

    outcome: str
    value: float
    hour: float
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Part:
    """One behaviour's part: effect, impact and opportunities as they enter; without an impact it does not enter.

    `shared` is how far the effect's error is one that all parts have in common.
    """

    template: str
    behaviour: str
    title: str
    effect: Range | None
    impact: Range | None
    opportunities: int
    shared: float = 0.0


@dataclass(frozen=True, slots=True)
class WorthView:
    """The worth of the period, what it was made of, and what was assumed. `worth` is None until a value is set."""

    outcome: str
    first: date
    last: date
    value: Value | None
    worth: Worth | None
    parts: tuple[Part, ...]
    sessions: int
    gatherings: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What coaching so many agents on one behaviour would bring in the days for which an effect is taken to last."""

    title: str
    agents: int
    worth: Worth
    assumptions: tuple[str, ...]


class _Pulled(NamedTuple):
    """An effect, and how far its error is one that all effects have in common."""

    effect: Range
    shared: float


def outcomes(viewer: Viewer) -> list[str]:
    """Outcomes that have an impact on record or a value, by name."""
    if not viewer.has(Role.OPERATIONS, Role.QA_LEAD):
        return []
    known = set(
        within(viewer, ImpactEstimate.objects.all(), "run__template__programme")
        .values_list("run__outcome", flat=True)
        .distinct()
    )
    return sorted(known | set(within(viewer, Valuation.objects.all()).values_list("outcome", flat=True)))


def value_of(viewer: Viewer, outcome: str) -> Value | None:
    """What operations set for an outcome."""
    row = within(viewer, Valuation.objects.all()).select_related("set_by").filter(outcome=outcome).first()
    if row is None:
        return None
    return Value(row.outcome, row.value, row.hour, row.set_by.name if row.set_by else "command line", row.set_at.date())


def impacts_of(outcome: str) -> dict[tuple[str, str], Range]:
    """The impact of each behaviour on an outcome as it was last worked out, by template and behaviour key."""
    rows = ImpactEstimate.objects.filter(run__outcome=outcome, effect__isnull=False, low__isnull=False)
    names = ("behaviour__template__key", "behaviour__key", "effect", "low", "high")
    return {(row[0], row[1]): Range(*row[2:]) for row in rows.values_list(*names)}


def view(programme: Programme, *, outcome: str, value: Value | None) -> WorthView:
    """The worth of a programme's period.

    Args:
        programme: its figures, stored or worked out just now.
        outcome: the outcome, as conversations name it.
        value: what one more of it is worth and an hour costs; without, only what is known is listed.
    """
    parts = _parts(programme, impacts_of(outcome))
    whole = [
        Stake(one.title, one.effect, one.impact, one.opportunities, one.shared)
        for one in parts
        if one.effect and one.impact
    ]
    found = None
    if value is not None:
        price, rng = Price(value.value, value.hour), np.random.default_rng(SEED)
        found = worth(whole, minutes=programme.minutes, price=price, rng=rng)
    return WorthView(
        outcome=outcome,
        first=programme.day - timedelta(days=PERIOD - 1),
        last=programme.day,
        value=value,
        worth=found,
        parts=parts,
        sessions=programme.sessions,
        gatherings=programme.gatherings,
        assumptions=_assumptions(programme, parts),
    )


def what_if(programme: Programme, *, outcome: str, value: Value, behaviour: tuple[str, str], agents: int) -> WhatIf:
    """What coaching some agents on a behaviour would bring.

    Args:
        programme: its figures.
        outcome: the outcome, as conversations name it.
        value: what one more of it is worth and an hour costs.
        behaviour: template and behaviour key.
        agents: how many are coached, once each.

    Raises:
        UnknownNameError: the behaviour has no opportunities, no impact on this outcome, or coaching has no known effect.
    """
    moved = next((one for one in programme.behaviours if (one.template, one.behaviour) == behaviour), None)
    impact = impacts_of(outcome).get(behaviour)
    if moved is None or not moved.a_day:
        raise UnknownNameError(f"nobody had an opportunity for {behaviour[1]!r} in the last four weeks")
    if impact is None:
        raise UnknownNameError(f"no impact of {behaviour[1]!r} on {outcome!r} is known")
    pulled = _effects(programme).get(behaviour)
    effect = pulled.effect if pulled else _effect_of(programme.overall)
    if effect is None:
        raise UnknownNameError("nothing is known yet of what coaching moves here")
    minutes = 2 * agents * first_site().session_minutes
    found = worth(
        [Stake(moved.title, _of_some(effect, programme.overall, agents), impact, agents * moved.a_day * LASTS)],
        minutes=minutes,
        price=Price(value.value, value.hour),
        rng=np.random.default_rng(SEED),
    )
    said = (
        f"each of the {agents} has one session of {first_site().session_minutes} minutes; the agent's time and the leader's count",
        f"one agent has {moved.a_day * 7:.1f} opportunities a week, as in the last four weeks",
        f"what a session moves lasts {LASTS} days",
        "these agents respond as those did who were coached before",
    )
    return WhatIf(moved.title, agents, found, said)


def _of_some(effect: Range, overall: Overall, agents: int) -> Range:
    """The mean effect on so many new agents: the known mean's uncertainty, and that agents differ."""
    error = np.hypot((effect.high - effect.low) / 2 / Z, np.sqrt(overall.between / max(agents, 1)))
    return Range(effect.mean, effect.mean - Z * error, effect.mean + Z * error)


def _parts(programme: Programme, impacts: dict[tuple[str, str], Range]) -> tuple[Part, ...]:
    effects = _effects(programme)
    rows = [one for one in programme.behaviours if one.opportunities]
    return tuple(_part(one, effects, impacts) for one in rows)


def _part(one: Moved, effects: dict[tuple[str, str], _Pulled], impacts: dict[tuple[str, str], Range]) -> Part:
    key = (one.template, one.behaviour)
    effect, shared = effects.get(key, (None, 0.0))
    return Part(*key, one.title, effect, impacts.get(key), one.opportunities, shared)


def _effects(programme: Programme) -> dict[tuple[str, str], _Pulled]:
    """What coaching on each behaviour moved, pulled towards what it moved altogether."""
    known = [one for one in programme.behaviours if _effect_of(one.overall)]
    each = [effect for one in known if (effect := _effect_of(one.overall))]
    means, variances = [one.mean for one in each], [((one.high - one.low) / 2 / Z) ** 2 for one in each]
    rows = zip(known, *shrink_effects(means, variances), shared_error(means, variances), strict=True)
    return {
        (one.template, one.behaviour): _Pulled(Range(float(mean), float(low), float(high)), float(shared))
        for one, mean, low, high, shared in rows
    }


def _effect_of(one: Overall) -> Range | None:
    if one.effect is None or one.low is None or one.high is None:
        return None
    return Range(one.effect, one.low, one.high)


def _assumptions(programme: Programme, parts: tuple[Part, ...]) -> tuple[str, ...]:
    left = [one.title for one in parts if not (one.effect and one.impact)]
    said = [
        f"sessions of the last {PERIOD} days; only calls up to today count",
        f"what a session moved lasts until the agent's next session on the same behaviour, at most {LASTS} days",
        "the effect comes from matched agents, the impact from within agents; they are independent of each other",
        f"{programme.sessions} sessions took the agent's and the leader's minutes, as long as usual where nobody noted them",
        f"{programme.gatherings} huddles and workshops took everybody's minutes",
        "what else coaching is good for is not counted: people who stay, customers who come back",
    ]
    if left:
        said.append(f"left out, because effect or impact is not known: {', '.join(left)}; their time counts")
    return tuple(said)
