"""How good a behaviour's model is, out of fold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from coachloop.core.model.verdict import Outcome
from coachloop.core.scoring.learned.labels import Answer
from coachloop.core.scoring.port import Finding
from coachloop.core.stats.agreement import agreement

_CODES = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2}


class Told(NamedTuple):
    """One conversation out of fold: people's answer, the finding, what it would be had it no choice, and the turns that show it."""

    number: int
    human: Answer
    finding: Finding
    forced: int
    turns: frozenset[int]


class Measured(NamedTuple):
    """Agreement with people when it may not abstain, and everything else worth keeping."""

    kappa: float
    low: float
    high: float
    metrics: Mapping[str, float]


def measured(told: Sequence[Told], groups: Sequence[str], *, rng: np.random.Generator) -> Measured:
    """Measure a behaviour's out-of-fold answers; what is not defined (everybody always says the same) is 0."""
    truth = np.array([_CODES[one.human.outcome] for one in told])
    said = np.array([one.forced for one in told])
    result = agreement(said, truth, np.asarray(groups), rng=rng)
    kappa, low, high = (float(np.nan_to_num(value)) for value in (result.kappa, result.low, result.high))
    decided = np.array([_CODES.get(one.finding.outcome, -1) if one.finding.outcome else -1 for one in told])
    chosen = decided >= 0
    metrics = {
        "accuracy": float((said == truth).mean()),
        "precision": float(np.nan_to_num(result.precision)),
        "recall": float(np.nan_to_num(result.recall)),
        "decided": float(chosen.mean()),
        "accuracy_decided": float((decided == truth)[chosen].mean()) if chosen.any() else 0.0,
        "met": float((truth == 1).mean()),
        "not_applicable": float((truth == 2).mean()),
        "agents": float(len(set(groups))),
    }
    return Measured(kappa, low, high, {**metrics, **_evidence(told)})


def _evidence(told: Sequence[Told]) -> dict[str, float]:
    """Of the turns cited where people named some, how many they named too; and of theirs, how many are cited."""
    named = [(one.turns, frozenset(one.human.turns)) for one in told if one.human.turns]
    both = sum(len(cited & human) for cited, human in named)
    cited, human = (sum(len(pair[side]) for pair in named) for side in (0, 1))
    if not named:
        return {}
    return {"evidence_hit": both / max(1, cited), "evidence_found": both / max(1, human)}
