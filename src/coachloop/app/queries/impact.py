"""Which behaviours move which outcome: what the nightly look found, and what a look at other days would find."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max

from coachloop.app.errors import NotYoursError, RefusedError, UnknownNameError
from coachloop.app.models import Behaviour, ImpactEstimate, ImpactRun, MatrixDay, Template, Valuation
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.viewing import OPERATOR, Viewer, within
from coachloop.core.insight.impact import WHY_LEFT, Impact, impact
from coachloop.core.insight.matrix import Matrix, joined, unpacked
from coachloop.core.model.people import Role
from coachloop.core.stats.calls import Left

DAYS = 365
"""Impact changes slowly, and four weeks say little about it: by default a year counts."""

MOST_OUTCOMES = 6
SEED = 20260504


@dataclass(frozen=True, slots=True)
class Found:
    """One outcome under one template: the run, and its behaviours in the template's order; stored or not."""

    run: ImpactRun
    estimates: tuple[ImpactEstimate, ...]

    @property
    def estimated(self) -> tuple[ImpactEstimate, ...]:
        """Those with an effect."""
        return tuple(one for one in self.estimates if one.effect is not None)

    @property
    def left_out(self) -> tuple[tuple[ImpactEstimate, str], ...]:
        """Those without one, and why."""
        return tuple((one, WHY_LEFT[Left(one.left)]) for one in self.estimates if one.left)

    @property
    def survives(self) -> bool:
        """Whether anything does."""
        return any(one.survives for one in self.estimates)

    @property
    def leading(self) -> tuple[ImpactEstimate, ...]:
        """Behaviours that move before the outcome, the earliest first."""
        return tuple(sorted((one for one in self.estimates if one.leads_by), key=lambda one: -(one.leads_by or 0)))


@dataclass(frozen=True, slots=True)
class Moves:
    """What behaviours (by their number in the database) do to one outcome, pulled towards none; empty where nothing is shown to."""

    outcome: str
    effects: Mapping[int, float]


def moved(viewer: Viewer, found: Sequence[Found]) -> Moves:
    """What the focus goes by: of the outcomes that something moves, one with a value set by operations, else the best known.

    Only templates count in which something survives: there, what does not has little to offer; in others the weights decide.
    """
    shown = [one for one in found if one.survives]
    known: Counter[str] = Counter()
    for one in shown:
        known[one.run.outcome] += one.run.conversations
    if not known:
        return Moves("", {})
    valued = set(within(viewer, Valuation.objects.filter(value__gt=0)).values_list("outcome", flat=True))
    best = min(known, key=lambda name: (name not in valued, -known[name], name))
    effects = {e.behaviour_id: e.shrunken for one in shown if one.run.outcome == best for e in one.estimates}
    return Moves(best, effects)


def matrix(template: Template, *, first: date, last: date) -> Matrix | None:
    """The packed days from `first` to `last` as one; None where there is none."""
    days = MatrixDay.objects.filter(template=template, day__range=(first, last)).order_by("day")
    parts = [unpacked(bytes(piece)) for piece in days.values_list("packed", flat=True).iterator()]
    return joined(parts) if parts else None


def look(
    *,
    now: datetime,
    outcome: str | None = None,
    template: str | None = None,
    as_of: date | None = None,
    days: int = DAYS,
) -> list[Found]:
    """What is found in the packed days, by template and outcome; nothing is stored.

    Args:
        now: when it is looked at.
        outcome: only this one; all that came in some conversations and not in others where not given.
        template: only this one.
        as_of: the last day that counts; the last one with data where not given.
        days: how many days, that one included.

    Raises:
        UnknownNameError: no such template or outcome.
        RefusedError: the outcome is no yes or no.
    """
    found, named = [], set()
    for one in _templates(template):
        last = as_of or MatrixDay.objects.filter(template=one).aggregate(last=Max("day"))["last"]
        whole = matrix(one, first=last - timedelta(days=days - 1), last=last) if last else None
        if whole is None:
            continue
        named |= set(whole.names)
        found += [_found(one, whole, name, now=now) for name in _wanted(whole, outcome)]
    if outcome and not found:
        _refuse(outcome, named)
    return found


def _templates(key: str | None) -> Iterable[Template]:
    """The one that is named, else all: each scores calls of its own programme alone."""
    return [find_template(OPERATOR, key)] if key else Template.objects.order_by("key")


def stored(viewer: Viewer) -> list[Found]:
    """What was found last, by template and outcome; about all agents together, and nobody is named.

    Raises:
        NotYoursError: it is for operations, QA leads and team leaders.
    """
    if not viewer.has(Role.OPERATIONS, Role.QA_LEAD, Role.TEAM_LEADER):
        raise NotYoursError("impact is for operations, QA leads and team leaders")
    return everything(viewer)


def everything(viewer: Viewer) -> list[Found]:
    """The same for whatever is computed from it."""
    runs = (
        within(viewer, ImpactRun.objects.all(), "template__programme")
        .select_related("template")
        .order_by("template__key", "-conversations", "outcome")
    )
    estimates: dict[int, list[ImpactEstimate]] = {}
    of_runs = within(viewer, ImpactEstimate.objects.all(), "run__template__programme")
    for one in of_runs.select_related("behaviour__template").order_by("behaviour__position"):
        estimates.setdefault(one.run_id, []).append(one)
    return [Found(run, tuple(estimates.get(run.pk, ()))) for run in runs]


def _wanted(whole: Matrix, outcome: str | None) -> Sequence[str]:
    names = whole.binary()
    return names[:MOST_OUTCOMES] if outcome is None else [name for name in names if name == outcome]


def _refuse(outcome: str, named: set[str]) -> None:
    if outcome in named:
        raise RefusedError(
            f"outcome {outcome!r} is no yes or no that came in some conversations and not in others; impact is about the chance "
            "that something happens"
        )
    raise UnknownNameError(f"no outcome {outcome!r}; conversations name: {', '.join(sorted(named)) or 'none'}")


def _found(template: Template, whole: Matrix, outcome: str, *, now: datetime) -> Found:
    observed, differ = whole.observed(outcome)
    said = impact(observed, rng=np.random.default_rng(SEED))
    run = ImpactRun(
        template=template,
        outcome=outcome,
        first_day=observed.day.min().item(),
        last_day=observed.day.max().item(),
        conversations=len(observed.day),
        agents=len(np.unique(observed.calls.agent)),
        chance=float(observed.calls.outcome.mean()),
        adjusted=list(differ),
        computed_at=now,
    )
    rows = Behaviour.objects.select_related("template").in_bulk(whole.behaviours.tolist())
    places = [(rows[pk], i) for i, pk in enumerate(whole.behaviours.tolist()) if pk in rows and not rows[pk].retired]
    places.sort(key=lambda one: one[0].position)
    return Found(run, tuple(_estimate(said, i, run=run, behaviour=behaviour) for behaviour, i in places))


def _estimate(said: Impact, i: int, *, run: ImpactRun, behaviour: Behaviour) -> ImpactEstimate:
    lead = said.leads_by if said.leads[i] else None
    effects = said.effects
    return ImpactEstimate(
        run=run,
        behaviour=behaviour,
        left=int(effects.left[i]),
        n=int(effects.n[i]),
        agents=int(effects.agents[i]),
        unscored=float(said.unscored[i]),
        effect=_known(effects.effect[i]),
        low=_known(effects.low[i]),
        high=_known(effects.high[i]),
        p_value=_known(effects.p_value[i]),
        q_value=_known(said.q_value[i]),
        survives=bool(said.survives[i]),
        shrunken=float(said.shrunken[i]),
        naive=_known(said.naive[i]),
        leads_by=_known(lead.days[i]) if lead else None,
        leads_low=_known(lead.low[i]) if lead else None,
        leads_high=_known(lead.high[i]) if lead else None,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
