"""A version on a stored period, as if it had scored then; stores nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from coachloop.app.queries import rescoring
from coachloop.app.queries.answers import Agreed, Answers, agreed, answers
from coachloop.app.queries.rescoring import Call, Period
from coachloop.app.queries.viewing import Viewer
from coachloop.core.model.template import Behaviour, Template
from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.core.scoring.port import Scorer
from coachloop.core.scoring.runner import Runner
from coachloop.core.stats.proportions import wilson

SEED = 20260504


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """One behaviour over the period: `n` is met and not met, with Wilson's interval of their rate.

    `decided_by` counts the verdicts of each member of the cascade, `labels` people's answers among these conversations.
    """

    behaviour: str
    title: str
    target: float | None
    n: int
    met: int
    not_met: int
    not_applicable: int
    unscored: int
    rate: float | None
    low: float
    high: float
    decided_by: Mapping[str, int]
    labels: int
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a version says of a period: `conversations` scored now, of `fitting` that are stored."""

    template: str
    since: date | None
    until: date | None
    fitting: int
    conversations: int
    seed: int | None
    behaviours: tuple[BacktestRow, ...]


@dataclass(slots=True)
class _Tally:
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    pairs: list[tuple[Outcome, Outcome, str]] = field(default_factory=list)

    def take(self, call: Call, verdict: Verdict, people: Answers) -> None:
        self.outcomes[verdict.outcome] += 1
        self.decided[verdict.decided_by or "nobody"] += 1
        human = people.get(call.row.pk)
        if human is not None:
            self.pairs.append((verdict.outcome, human, call.group))


def backtest(
    viewer: Viewer,
    template: Template,
    *,
    scorers: Mapping[str, Scorer],
    period: Period,
    sample: int | None = None,
    seed: int = SEED,
    progress: Callable[[int], None] = lambda _: None,
) -> Backtest:
    """Score a period with a version that need not be published.

    Args:
        viewer: who asks; only conversations they may see are scored.
        template: the version, read.
        scorers: those that can answer now.
        period: which conversations.
        sample: at most so many of them, drawn at random; None takes all.
        seed: of the draw.
        progress: called with the number of conversations of each finished block.
    """
    ids = rescoring.fitting(viewer, [template], period)
    chosen = rescoring.drawn(ids, sample, np.random.default_rng(seed))
    people = answers(viewer, template.key, (b.key for b in template.behaviours))
    tallies, count = {b.key: _Tally() for b in template.behaviours}, 0
    for call, verdicts in rescoring.scored(viewer, chosen, Runner(template, scorers), progress=progress):
        count += 1
        for verdict in verdicts:
            tallies[verdict.behaviour].take(call, verdict, people[verdict.behaviour])
    return Backtest(
        template=template.key,
        since=period.since,
        until=period.until,
        fitting=len(ids),
        conversations=count,
        seed=seed if len(chosen) < len(ids) else None,
        behaviours=tuple(_rows(template.behaviours, tallies)),
    )


def _rows(behaviours: Iterable[Behaviour], tallies: Mapping[str, _Tally]) -> Iterable[BacktestRow]:
    for behaviour in behaviours:
        tally = tallies[behaviour.key]
        yield _row(behaviour, tally, agreed(tally.pairs))


def _row(behaviour: Behaviour, tally: _Tally, alike: Agreed) -> BacktestRow:
    met, not_met = tally.outcomes[Outcome.MET], tally.outcomes[Outcome.NOT_MET]
    low, high = wilson(met, met + not_met)
    return BacktestRow(
        behaviour=behaviour.key,
        title=behaviour.title,
        target=behaviour.target,
        n=met + not_met,
        met=met,
        not_met=not_met,
        not_applicable=tally.outcomes[Outcome.NOT_APPLICABLE],
        unscored=tally.outcomes[Outcome.UNSCORED],
        rate=met / (met + not_met) if met + not_met else None,
        low=float(low),
        high=float(high),
        decided_by=dict(tally.decided.most_common()),
        labels=alike.answers,
        kappa=alike.kappa,
        kappa_low=alike.low,
        kappa_high=alike.high,
    )
