"""The machine against people, behaviour by behaviour, and what to do next; aggregates that anyone may see."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Count, QuerySet, Sum

from coachloop.app.models import Behaviour, Review, Verdict
from coachloop.app.queries.audits import CODES, Correction, audits, corrected_rates
from coachloop.app.queries.learned import unseen
from coachloop.app.queries.rates import RateRow, number
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.verdicts import CONVERSATION, current_verdicts
from coachloop.app.queries.viewing import OPERATOR, Viewer
from coachloop.core.insight.rates import MOST_UNSCORED
from coachloop.core.insight.trust import ENOUGH_AUDITS, Seen, next_step
from coachloop.core.model.review import ReviewKind
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import agreement, alpha
from coachloop.core.stats.correction import Answers
from coachloop.core.stats.misclassification import Share, accuracy

SEED = 20261122
"""Of the bootstraps: the same answers give the same intervals."""

REASONS = 3
DECIDED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
MACHINE = "the machine"

type Told = dict[str, dict[str, Outcome]]
"""What each person says of conversations, by their names and the conversations' keys."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its interval; empty where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class TrustRow:
    """One behaviour: how far the machine can be trusted with it.

    `basis` says what it is compared with: blind `audits`, or all `labels` as long as there are few audits. `confusion` counts
    conversations by what the machine and what people say. `alpha` is over all raters, the machine among them; `people_alpha` without it,
    empty where nobody answered the same conversation twice.
    """

    behaviour: str
    title: str
    basis: str
    n: int
    kappa: Figure
    alpha: Figure
    people_alpha: Figure
    raters: int
    sensitivity: Figure
    specificity: Figure
    confusion: Mapping[str, Mapping[str, int]]
    rate: RateRow | None
    corrected: Correction
    unscored: int
    verdicts: int
    reasons: Sequence[tuple[str, int]]
    dropped_quotes: int
    next_step: str


def trust(
    viewer: Viewer,  # noqa: ARG001 -- anyone may ask, agents too: no call is shown
    template: str,
    *,
    as_of: date | None = None,
    days: int = 28,
) -> list[TrustRow]:
    """Every behaviour of the template that is not retired, in its order.

    Agreement is over all current verdicts that the machine gave without having learned from the conversation, and the newest answer
    of each person; rates are those of the centre in the last `days` up to `as_of`.

    Raises:
        UnknownNameError: no such template.
    """
    found = find_template(template)
    rates = {
        row.behaviour: (row, one)
        for row, one in corrected_rates(OPERATOR, by="centre", as_of=as_of, days=days, template=template)
    }
    behaviours = found.behaviours.filter(retired=False).order_by("position")
    return [_row(behaviour, *rates.get(behaviour.key, (None, Correction()))) for behaviour in behaviours]


def _row(behaviour: Behaviour, rate: RateRow | None, corrected: Correction) -> TrustRow:
    current = current_verdicts().filter(behaviour=behaviour)
    machine = _machine(current, behaviour)
    blind, basis = _people(audits().filter(behaviour=behaviour)), "audits"
    if len({key for answers in blind.values() for key in answers}) < ENOUGH_AUDITS:
        blind, basis = _people(Review.objects.filter(behaviour=behaviour).exclude(kind=ReviewKind.DISPUTE)), "labels"
    pairs = [(machine[key][0], one, machine[key][1], key) for key, one in _newest(blind).items() if key in machine]
    decided = [pair for pair in pairs if pair[0] in DECIDED]
    kappa = agreement(
        [CODES_OF[said] for said, _, _, _ in decided],
        [CODES_OF[true] for _, true, _, _ in decided],
        [group for _, _, group, _ in decided],
        rng=np.random.default_rng(SEED),
    )
    hit, right = _accuracy(behaviour, decided, weighted=basis == "audits")
    people, everyone = (
        _alpha(blind),
        _alpha({**blind, MACHINE: {key: said for key, (said, _) in machine.items() if said in DECIDED}}),
    )
    reasons, unscored, verdicts, dropped = _left_open(current)
    seen = Seen(
        n=kappa.n,
        kappa=_figure(kappa.kappa, kappa.low, kappa.high).value,
        low=number(kappa.low),
        high=number(kappa.high),
        people=people.value,
        unscored=unscored / verdicts if verdicts else 0.0,
        reason=reasons[0][0] if reasons else "",
    )
    return TrustRow(
        behaviour=behaviour.key,
        title=behaviour.title,
        basis=basis,
        n=kappa.n,
        kappa=_figure(kappa.kappa, kappa.low, kappa.high),
        alpha=everyone if blind else Figure(),
        people_alpha=people,
        raters=len(blind),
        sensitivity=hit,
        specificity=right,
        confusion=_confusion(pairs),
        rate=rate,
        corrected=corrected,
        unscored=unscored,
        verdicts=verdicts,
        reasons=reasons,
        dropped_quotes=dropped,
        next_step=next_step(seen, most_unscored=MOST_UNSCORED),
    )


CODES_OF = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}


def _machine(current: QuerySet[Verdict], behaviour: Behaviour) -> dict[str, tuple[Outcome, str]]:
    """What the machine says of conversations that people answered about, and whose they are."""
    answered = Review.objects.filter(behaviour=behaviour).values("conversation")
    asked = current.filter(**{f"{CONVERSATION}__in": answered})
    return {one.conversation: (one.outcome, one.group) for one in unseen(asked)}


def _people(reviews: QuerySet[Review]) -> Told:
    told: Told = defaultdict(dict)
    rows = reviews.order_by("reviewed_at", "id").values_list("reviewer_name", "conversation__key", "outcome")
    for name, key, outcome in rows:
        told[name or "somebody"][key] = Outcome(outcome)
    return told


def _newest(told: Told) -> dict[str, Outcome]:
    """One answer a conversation; of several people that of the last in the alphabet, so that the order of asking decides nothing."""
    return {key: outcome for name in sorted(told) for key, outcome in told[name].items()}


def _alpha(told: Mapping[str, Mapping[str, Outcome]]) -> Figure:
    keys = {key: at for at, key in enumerate(sorted({key for answers in told.values() for key in answers}))}
    table = np.full((len(told), len(keys)), -1)
    for row, name in enumerate(sorted(told)):
        for key, outcome in told[name].items():
            table[row, keys[key]] = CODES_OF[outcome]
    found = alpha(table, rng=np.random.default_rng(SEED))
    return _figure(found.alpha, found.low, found.high)


def _accuracy(
    behaviour: Behaviour, decided: Sequence[tuple[Outcome, Outcome, str, str]], *, weighted: bool
) -> tuple[Figure, Figure]:
    chance = dict(audits().filter(behaviour=behaviour).values_list("conversation__key", "sampling_probability"))
    size = len(decided)
    found = accuracy(
        Answers(
            np.array([CODES[said] for said, _, _, _ in decided], np.int64),
            np.array([CODES[true] for _, true, _, _ in decided], np.int64),
            np.array([chance.get(key, 1.0) if weighted else 1.0 for _, _, _, key in decided], float),
            np.zeros(size, np.int64),
            1,
        )
    )
    return _share(found.sensitivity), _share(found.specificity)


def _share(share: Share) -> Figure:
    return _figure(*(float(part[0]) for part in (share.mean, share.low, share.high))) if share.n[0] else Figure()


def _confusion(pairs: Iterable[tuple[Outcome, Outcome, str, str]]) -> dict[str, dict[str, int]]:
    counted = Counter((said, true) for said, true, _, _ in pairs)
    return {said.value: {true.value: counted[said, true] for true in DECIDED} for said in (*DECIDED, Outcome.UNSCORED)}


def _left_open(current: QuerySet[Verdict]) -> tuple[list[tuple[str, int]], int, int, int]:
    """Why verdicts are unscored, how many are, of how many opportunities, and quotes that failed the check."""
    asked = current.exclude(outcome=Outcome.NOT_APPLICABLE)
    open_ = asked.filter(outcome=Outcome.UNSCORED)
    reasons = open_.values_list("reason").annotate(many=Count("id")).order_by("-many", "reason")[:REASONS]
    dropped = current.aggregate(sum=Sum("dropped_quotes"))["sum"] or 0
    return [(reason, many) for reason, many in reasons], open_.count(), asked.count(), dropped


def _figure(value: float, low: float, high: float) -> Figure:
    return Figure(number(value), number(low), number(high))
