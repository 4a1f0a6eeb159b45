"""Rates with the machine's errors taken out: its verdicts alone, and the audits that say how often it is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db.models import CharField, Count, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from numpy.typing import NDArray

from coachloop.app.models import Assignment, Behaviour, Evaluation, Review, TrainingCase, Verdict
from coachloop.app.queries.counts import By
from coachloop.app.queries.learned import unseen
from coachloop.app.queries.rates import RateRow, last_day_with_data, number, rates
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import Viewer, centre
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.correction import MET, NEITHER, NOT_AUDITED, NOT_MET, Answers, predicted
from coachloop.core.stats.misclassification import accuracy, corrected

REMEMBERED = 90
"""Days whose audits say how good the machine is, where agents' rates are corrected by it."""

CODES = {Outcome.MET: MET, Outcome.NOT_MET: NOT_MET, Outcome.NOT_APPLICABLE: NEITHER, Outcome.UNSCORED: NEITHER}

type Name = tuple[str | None, str]
"""Whose rate (None: the centre's), and the behaviour's key."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected rate with its interval, and how many audited conversations it rests on; empty without any."""

    rate: float | None = None
    low: float | None = None
    high: float | None = None
    audited: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the machine and an audit say, one row a conversation and behaviour, as arrays of shape (n,); `key` is the conversation's."""

    key: list[str]
    behaviour: NDArray[np.int64]
    said: NDArray[np.int64]
    truth: NDArray[np.int64]
    probability: NDArray[np.float64]

    def answers(self, unit: NDArray[np.int64], units: int) -> Answers:
        """As the statistics take them."""
        return Answers(self.said, self.truth, self.probability, unit, units)

    def with_unaudited(self, said: NDArray[np.int64]) -> "Said":
        """These, and then conversations of which only the machine's code is known; they have no key."""
        none = np.full(len(said), NOT_AUDITED)
        return Said(
            self.key,
            self.behaviour,
            np.concatenate([self.said, said]),
            np.concatenate([self.truth, none]),
            np.concatenate([self.probability, np.full(len(said), np.nan)]),
        )


def corrected_rates(
    viewer: Viewer,
    *,
    by: By = "agent",
    as_of: date | None = None,
    days: int = 28,
    behaviour: str | None = None,
    template: str | None = None,
) -> list[tuple[RateRow, Correction]]:
    """The rates that the viewer may see, each with its correction.

    Teams and the centre by prediction-powered inference from the audits of these days; agents by how often the machine is wrong about
    everybody, from the audits of these days and of REMEMBERED days at least. Arguments and errors are those of `rates`.
    """
    rows = rates(viewer, by=by, as_of=as_of, days=days, behaviour=behaviour, template=template)
    last = as_of or last_day_with_data(centre(viewer))
    if not rows or last is None:
        return []
    found: dict[tuple[str, Name], Correction] = {}
    for key in {row.template for row in rows}:
        names = sorted({row.behaviour for row in rows if row.template == key})
        for name, one in _corrections(key, names, by=by, last=last, days=days).items():
            found[key, name] = one
    none = Correction()
    return [(row, found.get((row.template, (_unit(row, by), row.behaviour)), none)) for row in rows]


def _unit(row: RateRow, by: By) -> str | None:
    return {"agent": row.agent_key, "team": row.team_key, "centre": None}[by]


def _corrections(template: str, names: list[str], *, by: By, last: date, days: int) -> Mapping[Name, Correction]:
    first = last - timedelta(days=days - 1)
    about = _owned(_verdicts(template, names, first=first, last=last), by)
    singly = about.filter(_looked_at(template))
    said, owner = machine_and_people(singly, template, names), _owners(singly, by)
    counted = list(_counted(about.exclude(_looked_at(template)), by))
    units = sorted({*owner.values(), *(row[0] for row in counted)}, key=str)
    place, column = {one: at for at, one in enumerate(units)}, {one: at for at, one in enumerate(names)}
    unit = np.array([place[owner[key]] for key in said.key], np.int64)
    cell = unit * len(names) + said.behaviour
    many = [row[-1] for row in counted]
    alone = np.repeat(np.array([place[one] * len(names) + column[name] for one, name, _, _ in counted], np.int64), many)
    whole = said.with_unaudited(np.repeat(np.array([CODES[Outcome(one)] for _, _, one, _ in counted], np.int64), many))
    cell = np.concatenate([cell, alone])
    if by == "agent":
        since = last - timedelta(days=max(days, REMEMBERED) - 1)
        audited = _verdicts(template, names, first=since, last=last).filter(
            **{f"{CONVERSATION}__in": audits().values("conversation")}
        )
        return _agents(whole, cell, (units, names), remembered=machine_and_people(audited, template, names))
    found = predicted(whole.answers(cell, len(units) * len(names)))
    return _named(np.stack(found[:4]).reshape(4, len(units), len(names)), units, names)


def _owned(verdicts: QuerySet[Verdict], by: By) -> QuerySet[Verdict]:
    """Those that rates count: of somebody, and for teams of a team."""
    kept = verdicts.filter(**{f"{CONVERSATION}__agent__isnull": False})
    return kept.filter(**{f"{CONVERSATION}__team__isnull": False}) if by == "team" else kept


def _looked_at(template: str) -> Q:
    """Conversations that must be read one by one: audited, or learned from, where the machine's own memory does not count."""
    learned_from = TrainingCase.objects.filter(model__behaviour__template__key=template)
    return Q(**{f"{CONVERSATION}__in": audits().values("conversation")}) | Q(
        **{f"{CONVERSATION}__in": learned_from.values("conversation")}
    )


OWNER: Mapping[By, Combinable] = {
    "agent": F(f"{CONVERSATION}__agent__key"),
    "team": F(f"{CONVERSATION}__team__key"),
    "centre": Value(None, CharField()),
}


def _counted(verdicts: QuerySet[Verdict], by: By) -> Iterable[tuple[str | None, str, str, int]]:
    """How often the machine says what, by unit and behaviour."""
    rows = verdicts.values_list(OWNER[by], "behaviour__key", "outcome").annotate(many=Count("id")).order_by()
    return rows.iterator()


def _owners(verdicts: QuerySet[Verdict], by: By) -> dict[str, str | None]:
    """Whose each conversation is."""
    return dict(verdicts.values_list(f"{CONVERSATION}__key", OWNER[by]).distinct())


def _agents(
    said: Said, cell: NDArray[np.int64], of: tuple[list[str | None], list[str]], *, remembered: Said
) -> Mapping[Name, Correction]:
    units, names = of
    size, shape = len(units) * len(names), (len(units), len(names))
    met = np.bincount(cell[said.said == MET], minlength=size).reshape(shape)
    missed = np.bincount(cell[said.said == NOT_MET], minlength=size).reshape(shape)
    how_good = accuracy(remembered.answers(remembered.behaviour, len(names)))
    found = corrected(met, met + missed, how_good)
    audited = np.broadcast_to(how_good.sensitivity.n + how_good.specificity.n, shape)
    return _named(np.stack([found.rate, found.low, found.high, audited]), units, names)


def _named(table: NDArray[np.float64], units: list[str | None], names: list[str]) -> Mapping[Name, Correction]:
    """Corrections by name, from rate, low, high and audited, shape (4, units, behaviours)."""
    return {
        (unit, name): Correction(number(rate), float(low), float(high), int(audited)) if audited else Correction()
        for u, unit in enumerate(units)
        for name, (rate, low, high, audited) in zip(names, table[:, u].T, strict=True)
    }


def _verdicts(template: str, names: Iterable[str], *, first: date, last: date) -> QuerySet[Verdict]:
    """Of calls of these days, looked up first: a join would go through all verdicts of the template, from its first day on.

    The calls' moments bound them as well, with a day to spare for any zone, since those have an index.
    """
    from_, until = (datetime.combine(day, time(), UTC) for day in (first - timedelta(1), last + timedelta(2)))
    scored = Evaluation.objects.filter(
        template__key=template, conversation__day__range=(first, last), conversation__started_at__range=(from_, until)
    )
    return current_verdicts().filter(
        attempt__in=scored.values("attempt"), behaviour__template__key=template, behaviour__key__in=list(names)
    )


def audits() -> QuerySet[Review]:
    """Answers about conversations that were drawn with a known chance."""
    return Review.objects.filter(kind=ReviewKind.AUDIT, sampling_probability__isnull=False)


ANSWER = ("conversation__key", "behaviour__key", "outcome", "sampling_probability")


def answers_to_audits(behaviours: QuerySet[Behaviour]) -> dict[tuple[str, str], tuple[Outcome, float]]:
    """What people say of each call that was drawn, and the chance with which it was, by its key and the behaviour's.

    One answer a call: where two differed, that of whoever decided between them, else the newest. The chance is that of being drawn by
    any draw so far, which a later draw raises; the one that came with the answer was that of its day.
    """
    given = Assignment.objects.filter(kind=ReviewKind.AUDIT, submitted_at__isnull=False)
    drawn = given.filter(template__behaviours__in=behaviours).distinct()
    chances = dict(drawn.values_list("conversation__key", "sampling_probability"))
    rows = audits().filter(behaviour__in=behaviours).order_by("reviewed_at", "id").values_list(*ANSWER)
    found = {(key, name): (Outcome(outcome), chances.get(key) or chance) for key, name, outcome, chance in rows}
    decided = Review.objects.filter(behaviour__in=behaviours, kind=ReviewKind.ADJUDICATION)
    for key, name, outcome, _ in decided.order_by("reviewed_at", "id").values_list(*ANSWER):
        if (key, name) in found:
            found[key, name] = (Outcome(outcome), found[key, name][1])
    return found


def machine_and_people(verdicts: QuerySet[Verdict], template: str, names: list[str]) -> Said:
    """What the machine says of calls that it did not learn from, beside what people say of each that was drawn."""
    place = {name: at for at, name in enumerate(names)}
    asked = Behaviour.objects.filter(template__key=template, key__in=names)
    people = {key: (CODES[outcome], chance) for key, (outcome, chance) in answers_to_audits(asked).items()}
    said = [(one.conversation, one.behaviour, CODES[one.outcome]) for one in unseen(verdicts)]
    pairs = [people.get((key, name), (NOT_AUDITED, np.nan)) for key, name, _ in said]
    return Said(
        [key for key, _, _ in said],
        np.array([place[name] for _, name, _ in said], np.int64),
        np.array([code for _, _, code in said], np.int64),
        np.array([code for code, _ in pairs], np.int64),
        np.array([chance for _, chance in pairs], float),
    )
