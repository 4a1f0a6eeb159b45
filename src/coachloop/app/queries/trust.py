"""The machine against people, behaviour by behaviour, and what to do next; aggregates that anyone may see."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Count, Max, Sum

from coachloop.app.models import Behaviour, Scoring, Template, Verdict
from coachloop.app.queries.audits import CODES, Correction, corrected_rates
from coachloop.app.queries.checked import Checked, Pair, Told, asked_blind, checked
from coachloop.app.queries.learned import Said
from coachloop.app.queries.rates import RateRow, number
from coachloop.app.queries.templates import find_template
from coachloop.app.queries.verdicts import current_verdicts
from coachloop.app.queries.viewing import Viewer, all_of
from coachloop.core.insight.rates import MOST_UNSCORED
from coachloop.core.insight.trust import Seen, Step, next_step
from coachloop.core.model.verdict import Outcome
from coachloop.core.stats.agreement import Agreement, agreement, alpha
from coachloop.core.stats.correction import Answers
from coachloop.core.stats.misclassification import Share, accuracy

SEED = 20261122
"""Of the bootstraps: the same answers give the same intervals."""

NEWEST = 500_000
"""The verdicts of the site among which is counted what was left open: all of them in most, and a year of a large centre is 20 million."""

REASONS = 3
VERSIONS = 6
DECIDED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
CODES_OF = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}
MACHINE = "the machine"


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its interval; empty where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One way of scoring that these conversations were scored with: the template's version, the cascade, and how far it agrees.

    `current` says whether verdicts of it stand now; `n` counts checked conversations that it decided, `agree` those it was right about.
    """

    number: int
    scorer: str
    current: bool
    n: int
    agree: int
    kappa: Figure


@dataclass(frozen=True, slots=True)
class Left:
    """What was left open lately: `unscored` of `verdicts` that apply, the commonest reasons, and quotes that failed the check."""

    verdicts: int = 0
    unscored: int = 0
    dropped_quotes: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TrustRow:
    """One behaviour: how far the machine can be trusted with it.

    `basis` says what it is compared with: blind `audits`, or all `labels` as long as there are few audits. `confusion` counts
    conversations by what the machine and what people say. `alpha` is over all raters, the machine among them; `people_alpha` without it,
    empty where nobody answered the same conversation twice. `deciders` says by member of the cascade how many it decided and how many
    of these people agree with. `where` is the place of the next step.
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
    where: str
    versions: Sequence[VersionRow] = ()
    deciders: Sequence[tuple[str, int, int]] = ()


def trust(viewer: Viewer, template: str, *, as_of: date | None = None, days: int = 28) -> list[TrustRow]:
    """Every behaviour of the template that is not retired, in its order.

    Agreement is over all current verdicts that the machine gave without having learned from the conversation, and the newest blind
    answer of each person; rates are those of the centre in the last `days` up to `as_of`. Anyone may ask, agents too: no call is
    shown. What the viewer has still to answer blind is left out of what they are told.

    Raises:
        UnknownNameError: no such template.
    """
    found = find_template(viewer, template)
    return trust_of(found, checked(found, without=asked_blind(viewer)), as_of=as_of, days=days)


def trust_of(
    template: Template, known: Mapping[str, Checked], *, as_of: date | None = None, days: int = 28
) -> list[TrustRow]:
    """The same from what is known already of machine and people."""
    left = _left_open(template)
    numbers = dict(Scoring.objects.filter(version__template=template).values_list("id", "version__number"))
    rates = {
        row.behaviour: (row, one)
        for row, one in corrected_rates(
            all_of(template.programme_id), by="centre", as_of=as_of, days=days, template=template.key
        )
    }
    return [
        _row(
            behaviour,
            known.get(behaviour.key, Checked()),
            left.get(behaviour.pk, Left()),
            rate=rates.get(behaviour.key, (None, Correction())),
            numbers=numbers,
        )
        for behaviour in template.behaviours.filter(retired=False).order_by("position")
    ]


def _row(
    behaviour: Behaviour,
    known: Checked,
    left: Left,
    *,
    rate: tuple[RateRow | None, Correction],
    numbers: Mapping[int, int],
) -> TrustRow:
    pairs = known.pairs()
    decided = [pair for pair in pairs if pair.said in DECIDED]
    kappa = _agreement((pair.said, pair.true, pair.group) for pair in decided)
    hit, right = _accuracy(decided)
    machine = {one.conversation: one.outcome for one in known.standing() if one.outcome in DECIDED}
    people = _alpha(known.raters)
    step = _step(kappa, people, left)
    return TrustRow(
        behaviour=behaviour.key,
        title=behaviour.title,
        basis=known.basis,
        n=kappa.n,
        kappa=_figure(kappa.kappa, kappa.low, kappa.high),
        alpha=_alpha({**known.raters, MACHINE: machine}) if known.raters else Figure(),
        people_alpha=people,
        raters=len(known.raters),
        sensitivity=hit,
        specificity=right,
        confusion=_confusion(pairs),
        rate=rate[0],
        corrected=rate[1],
        unscored=left.unscored,
        verdicts=left.verdicts,
        reasons=left.reasons,
        dropped_quotes=left.dropped_quotes,
        next_step=step.words,
        where=step.where.value,
        versions=_versions(known, numbers),
        deciders=_deciders(decided),
    )


def _step(kappa: Agreement, people: Figure, left: Left) -> Step:
    seen = Seen(
        n=kappa.n,
        kappa=number(kappa.kappa),
        low=number(kappa.low),
        high=number(kappa.high),
        people=people.value,
        unscored=left.unscored / left.verdicts if left.verdicts else 0.0,
        reason=left.reasons[0][0] if left.reasons else "",
    )
    return next_step(seen, most_unscored=MOST_UNSCORED)


def _agreement(rows: Iterable[tuple[Outcome, Outcome, str]]) -> Agreement:
    said, true, groups = zip(*every, strict=True) if (every := list(rows)) else ((), (), ())
    codes = [[CODES_OF[one] for one in column] for column in (said, true)]
    return agreement(codes[0], codes[1], groups, rng=np.random.default_rng(SEED))


def _alpha(told: Told) -> Figure:
    keys = {key: at for at, key in enumerate(sorted({key for answers in told.values() for key in answers}))}
    table = np.full((len(told), len(keys)), -1)
    for row, name in enumerate(sorted(told)):
        for key, outcome in told[name].items():
            table[row, keys[key]] = CODES_OF[outcome]
    found = alpha(table, rng=np.random.default_rng(SEED))
    return _figure(found.alpha, found.low, found.high)


def _accuracy(decided: Sequence[Pair]) -> tuple[Figure, Figure]:
    found = accuracy(
        Answers(
            np.array([CODES[pair.said] for pair in decided], np.int64),
            np.array([CODES[pair.true] for pair in decided], np.int64),
            np.array([pair.chance for pair in decided], float),
            np.zeros(len(decided), np.int64),
            1,
        )
    )
    return _share(found.sensitivity), _share(found.specificity)


def _share(share: Share) -> Figure:
    return _figure(*(float(part[0]) for part in (share.mean, share.low, share.high))) if share.n[0] else Figure()


def _confusion(pairs: Iterable[Pair]) -> dict[str, dict[str, int]]:
    counted = Counter((pair.said, pair.true) for pair in pairs)
    return {said.value: {true.value: counted[said, true] for true in DECIDED} for said in (*DECIDED, Outcome.UNSCORED)}


def _versions(known: Checked, numbers: Mapping[int, int]) -> list[VersionRow]:
    """By template version and cascade, the newest first; of several attempts with one of them the newest counts."""
    by_version: dict[tuple[int, str], dict[str, Said]] = defaultdict(dict)
    for one in known.every:
        if one.conversation in known.true:
            by_version[numbers.get(one.scoring, 0), one.scorer].setdefault(one.conversation, one)
    return [
        _version(known, *name, said=[one for one in said.values() if one.outcome in DECIDED])
        for name, said in list(by_version.items())[:VERSIONS]
    ]


def _version(known: Checked, number: int, scorer: str, *, said: Sequence[Said]) -> VersionRow:
    found = _agreement((one.outcome, known.true[one.conversation], one.group) for one in said)
    return VersionRow(
        number=number,
        scorer=scorer,
        current=any(one.attempt in known.current for one in said),
        n=found.n,
        agree=sum(one.outcome is known.true[one.conversation] for one in said),
        kappa=_figure(found.kappa, found.low, found.high),
    )


def _deciders(decided: Iterable[Pair]) -> list[tuple[str, int, int]]:
    every, right = Counter[str](), Counter[str]()
    for pair in decided:
        every[pair.decided_by] += 1
        right[pair.decided_by] += pair.said is pair.true
    return [(name, many, right[name]) for name, many in sorted(every.items())]


def _left_open(template: Template) -> dict[int, Left]:
    """Over the newest verdicts that are current, by behaviour: one count, and one of the reasons."""
    newest = Verdict.objects.aggregate(newest=Max("id"))["newest"] or 0
    current = current_verdicts().filter(id__gt=newest - NEWEST, behaviour__template=template).order_by()
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    rows = current.values_list("behaviour_id", "outcome").annotate(many=Count("id"), dropped=Sum("dropped_quotes"))
    for behaviour, outcome, many, dropped in rows:
        counts[behaviour].update({outcome: many, "dropped": dropped or 0})
    reasons: dict[int, Counter[str]] = defaultdict(Counter)
    why = current.filter(outcome=Outcome.UNSCORED).values_list("behaviour_id", "reason").annotate(many=Count("id"))
    for behaviour, reason, many in why:  # one reason is several groups where it was encrypted with several keys
        reasons[behaviour][reason] += many
    most = {pk: sorted(found.items(), key=lambda one: (-one[1], one[0])) for pk, found in reasons.items()}
    return {pk: _left(counted, most.get(pk, ())) for pk, counted in counts.items()}


def _left(counted: Counter[str], reasons: Collection[tuple[str, int]]) -> Left:
    asked = sum(counted[outcome] for outcome in (Outcome.MET, Outcome.NOT_MET, Outcome.UNSCORED))
    return Left(asked, counted[Outcome.UNSCORED], counted["dropped"], tuple(reasons)[:REASONS])


def _figure(value: float, low: float, high: float) -> Figure:
    return Figure(number(value), number(low), number(high))
