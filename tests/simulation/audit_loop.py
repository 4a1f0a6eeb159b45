"""A centre whose truth is known, taken in, audited and corrected through the services that the pages use; for a test and a benchmark."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from coachloop.adapters.readers.ahead import read_scores
from coachloop.app.models import Assignment, User
from coachloop.app.queries import assignments as queries
from coachloop.app.queries.audit_frames import verify
from coachloop.app.queries.audits import corrected_rates
from coachloop.app.queries.sites import zone
from coachloop.app.queries.trust import trust
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import assignments as services
from coachloop.app.services.audit_draws import Wanted, draw_audit
from coachloop.app.services.imports import import_scores
from coachloop.app.services.rollups import refresh_rollups
from coachloop.core.model.people import Role
from coachloop.simulation.centre import Centre, call_names, write_scores

TEMPLATE = "imported"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is said of one behaviour, beside what is true of these calls."""

    key: str
    truth: float
    raw: tuple[float, float]
    corrected: tuple[float, float]
    kappa: tuple[float, float]
    true_kappa: float
    sensitivity: tuple[float, float]
    specificity: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ran:
    """One audit: how many calls, how often a third person decided, whether it can be drawn again, and what came out."""

    calls: int
    audited: int
    adjudicated: int
    holds: bool
    behaviours: tuple[Behaviour, ...]
    agents_raw: float
    agents_corrected: float


def run(
    centre: Centre,
    folder: Path,
    *,
    within: float,
    rng: np.random.Generator,
    careless: float = 0.0,
) -> Ran:
    """Import the judge's scores, draw, answer, correct.

    Args:
        centre: with its judge.
        folder: to write its files into.
        within: half the interval that the sample is computed for.
        rng: of the careless.
        careless: chance that the second of two who answer the same call slips.
    """
    path = folder / "scores.csv"
    write_scores(centre, path)
    last = centre.day.max().astype(object)
    now = datetime(last.year, last.month, last.day, 20, tzinfo=UTC)
    receipt = import_scores(read_scores(path, zone()), viewer=OPERATOR, now=now)
    assert not receipt.refused
    refresh_rollups()
    first = centre.day.min().astype(object)
    days = (last - first).days + 1
    row = draw_audit(viewer=OPERATOR, wanted=Wanted(TEMPLATE, first, last, within=within, seed="said before"), now=now)
    true = answers(centre)
    while waiting := list(services.open_work().select_related("reviewer", "conversation").order_by("id")):
        for one in waiting:
            slips = _second(one) and rng.random() < careless
            _answer(one, true, slips=slips, now=now + timedelta(hours=1))
    refresh_rollups()
    rates = {
        one.behaviour: (one, found) for one, found in corrected_rates(OPERATOR, by="centre", as_of=last, days=days)
    }
    rows = {one.behaviour: one for one in trust(OPERATOR, TEMPLATE, as_of=last, days=days)}
    found = []
    for at, key in enumerate(centre.behaviour_names):
        (raw, corrected), seen = rates[key], rows[key]
        found.append(
            Behaviour(
                key=key,
                truth=float(centre.truth[:, at].sum() / centre.applies[:, at].sum()),
                raw=(raw.low, raw.high),
                corrected=(corrected.low or 0.0, corrected.high or 1.0),
                kappa=(seen.kappa.low or -1.0, seen.kappa.high or 1.0),
                true_kappa=_kappa(centre, at),
                sensitivity=(seen.sensitivity.low or 0.0, seen.sensitivity.high or 1.0),
                specificity=(seen.specificity.low or 0.0, seen.specificity.high or 1.0),
            )
        )
    raw_held, corrected_held = _agents(centre, as_of=last, days=days)
    asked = row.assignments
    return Ran(
        calls=len(centre),
        audited=asked.filter(kind="audit").values("conversation").distinct().count(),
        adjudicated=asked.filter(kind="adjudication").count(),
        holds=verify(OPERATOR, row.pk).holds,
        behaviours=tuple(found),
        agents_raw=raw_held,
        agents_corrected=corrected_held,
    )


def answers(centre: Centre) -> Callable[[str, str], str]:
    """The truth by conversation and behaviour key."""
    place = {name: at for at, name in enumerate(call_names(centre))}
    column = {name: at for at, name in enumerate(centre.behaviour_names)}

    def say(call: str, behaviour: str) -> str:
        at = place[call], column[behaviour]
        return ("met" if centre.truth[at] else "not_met") if centre.applies[at] else "not_applicable"

    return say


def evaluators(many: int) -> list[User]:
    """People who answer."""
    found = []
    for number in range(many):
        user = User.objects.create(email=f"eve{number}@example.org", name=f"Eve {number}", password="!")  # noqa: S106 -- nobody signs in
        user.grants.create(role=Role.EVALUATOR)
        found.append(user)
    return found


def _answer(one: Assignment, true: Callable[[str, str], str], *, slips: bool, now: datetime) -> None:
    who = viewer(one.reviewer) if one.reviewer else OPERATOR
    form = queries.form(who, one.pk)
    assert form is not None
    said = {str(asked.id): {"outcome": true(form.conversation_key, asked.key)} for asked in form.questions}
    if slips:
        first = next(iter(said.values()))
        first["outcome"] = "not_met" if first["outcome"] == "met" else "met"
    services.submit(viewer=who, assignment_id=one.pk, answers=said, saves=form.saves, now=now)


def _second(one: Assignment) -> bool:
    both = Assignment.objects.filter(draw=one.draw, conversation=one.conversation, kind="audit", pk__lt=one.pk)
    return one.kind == "audit" and both.exists()


def _kappa(centre: Centre, at: int) -> float:
    said, true = (np.where(centre.applies, column, 2)[:, at] for column in (centre.verdict, centre.truth))
    alike, chance = (said == true).mean(), sum((said == code).mean() * (true == code).mean() for code in range(3))
    return float((alike - chance) / (1 - chance))


def _agents(centre: Centre, *, as_of: object, days: int) -> tuple[float, float]:
    """The share of agents' rates whose interval holds the rate behind their calls: raw, and corrected."""
    place = {name: at for at, name in enumerate(centre.agent_names)}
    column = {name: at for at, name in enumerate(centre.behaviour_names)}
    rates = centre.true_rate()
    held = [
        (row.low <= true <= row.high, (found.low or 0.0) <= true <= (found.high or 1.0))
        for row, found in corrected_rates(OPERATOR, as_of=as_of, days=days)  # type: ignore[arg-type]
        if (true := rates[place[row.agent_key or ""], column[row.behaviour]]) is not None
    ]
    raw, corrected = np.array(held, float).mean(axis=0)
    return float(raw), float(corrected)
