"""The bridge between two versions: both on the same conversations, so that a change of ruler is not read as a change of people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from coachloop.core.model.verdict import Outcome, Verdict
from coachloop.core.stats.agreement import agreement
from coachloop.core.stats.bridge import shift

WITHIN = 0.03
"""A shift whose interval lies within this carries baselines over."""

CODES = {Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.NOT_APPLICABLE: 2, Outcome.UNSCORED: 3}


class Decision(StrEnum):
    """What becomes of a behaviour's baselines when the new version takes over."""

    CARRIES_OVER = "carries_over"
    RESTARTS = "restarts"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Rescored:
    """One conversation under both versions; the verdicts of each in its template's order, of whatever cascade."""

    conversation_id: str
    group: str
    old: Sequence[Verdict]
    new: Sequence[Verdict]


@dataclass(frozen=True, slots=True)
class Change:
    """A conversation that the two versions decide differently."""

    conversation_id: str
    old: Verdict
    new: Verdict


@dataclass(frozen=True, slots=True)
class Bridge:
    """One behaviour under both versions. Rates and what follows from them are None where nothing is decided.

    `old_n` and `new_n` count met and not met under each version. `kappa` compares the versions where both decide. `moves` counts
    conversations by (old outcome, new outcome) where the two differ; `changes` are the conversations themselves.
    """

    behaviour: str
    decision: Decision
    old_met: int = 0
    old_n: int = 0
    new_met: int = 0
    new_n: int = 0
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None
    old_unscored: int = 0
    new_unscored: int = 0
    changes: tuple[Change, ...] = ()

    @property
    def moves(self) -> Mapping[tuple[Outcome, Outcome], int]:
        """How many went from which outcome to which."""
        return Counter((change.old.outcome, change.new.outcome) for change in self.changes)

    @property
    def old_rate(self) -> float | None:
        """Met of met and not met under the old version."""
        return self.old_met / self.old_n if self.old_n else None

    @property
    def new_rate(self) -> float | None:
        """The same under the new version."""
        return self.new_met / self.new_n if self.new_n else None


def bridges(sample: Sequence[Rescored], *, rng: np.random.Generator) -> tuple[Bridge, ...]:
    """One bridge a behaviour, in the new version's order; those that the new version leaves out come last.

    Args:
        sample: the same conversations under both versions.
        rng: source of the bootstrap's draws for kappa.
    """
    old, new = (_keys(sample, name) for name in ("old", "new"))
    return tuple(
        [_bridge(key, sample, rng) if key in old else Bridge(key, Decision.ADDED) for key in new]
        + [Bridge(key, Decision.REMOVED) for key in old if key not in new]
    )


def _keys(sample: Sequence[Rescored], name: str) -> dict[str, None]:
    return dict.fromkeys(verdict.behaviour for one in sample[:1] for verdict in getattr(one, name))


def _bridge(key: str, sample: Sequence[Rescored], rng: np.random.Generator) -> Bridge:
    pairs = [(one, _of(one.old, key), _of(one.new, key)) for one in sample]
    groups = [one.group for one, _, _ in pairs]
    old, new = [CODES[before.outcome] for _, before, _ in pairs], [CODES[after.outcome] for _, _, after in pairs]
    moved = shift(old, new, groups)
    both = [i for i in range(len(pairs)) if old[i] != 3 and new[i] != 3]
    alike = agreement([new[i] for i in both], [old[i] for i in both], [groups[i] for i in both], rng=rng)
    return Bridge(
        behaviour=key,
        decision=Decision.CARRIES_OVER if moved.low >= -WITHIN and moved.high <= WITHIN else Decision.RESTARTS,
        old_met=old.count(1),
        old_n=old.count(1) + old.count(0),
        new_met=new.count(1),
        new_n=new.count(1) + new.count(0),
        difference=_known(moved.difference),
        low=_known(moved.low),
        high=_known(moved.high),
        kappa=_known(alike.kappa),
        kappa_low=_known(alike.low),
        kappa_high=_known(alike.high),
        old_unscored=old.count(3),
        new_unscored=new.count(3),
        changes=tuple(Change(one.conversation_id, a, b) for one, a, b in pairs if a.outcome is not b.outcome),
    )


def _of(verdicts: Sequence[Verdict], key: str) -> Verdict:
    return next(verdict for verdict in verdicts if verdict.behaviour == key)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
