"""What one agent should work on: the rule behind an interface that later evidence (impact, response) will fill."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.rates import CONFIDENT, Rates, reliable
from coachloop.core.stats.proportions import Floats

ENOUGH = 5
"""Opportunities below which an agent's own record says too little to coach on, whatever their peers do."""

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What besides the rates decides.

    `unscored` and `conversations` (scored with the behaviour's template) have shape (agents, behaviours). `worth` has shape
    (behaviours,): what meeting the behaviour is taken to bring, before an impact is established its share of its template's
    weights. `taken` marks behaviours an agent already works on, shape (agents, behaviours).
    """

    unscored: Floats
    conversations: Floats
    worth: Floats
    taken: NDArray[np.bool_]


class Choice(NamedTuple):
    """One a agent: the behaviour's column, -1 where no gap is confident, and the expected gain a conversation."""

    behaviour: Ints
    gain: Floats


def choose(rates: Rates, around: Circumstances) -> Choice:
    """The behaviour with the largest expected gain for each agent.

    Gain = opportunities a conversation x (target - shrunken rate) x worth, over behaviours whose gap is confident
    (P(below target) >= 0.9, from at least ENOUGH opportunities), whose verdicts are reliable, and that the agent does not work
    on already. Ties go to the first
    column.

    Source:
        docs/methods.md, question 6.
    """
    chance = np.divide(
        rates.asked, around.conversations, out=np.zeros_like(rates.asked), where=around.conversations > 0
    )
    gap = np.nan_to_num(rates.target - rates.shrunken)
    sure = (rates.asked >= ENOUGH) & (np.nan_to_num(rates.p_below_target) >= CONFIDENT)
    open_ = sure & reliable(rates.asked, around.unscored) & ~around.taken & (gap > 0)
    gain = np.where(open_, chance * gap * around.worth, 0.0)
    if gain.shape[1] == 0:
        return Choice(np.full(len(gain), -1), np.zeros(len(gain)))
    best = gain.argmax(axis=1)
    top = np.take_along_axis(gain, best[:, None], axis=1)[:, 0]
    return Choice(np.where(top > 0, best, -1), top)


def per_cent(rate: float) -> str:
    """A rate as people read it."""
    return f"{100 * rate:.0f} %"


def reason(title: str, rates: Rates, cell: tuple[int, int]) -> str:
    """Why this behaviour, in one sentence with its numbers."""
    met, asked = int(rates.met[cell]), int(rates.asked[cell])
    likely = f"likely between {100 * rates.low[cell]:.0f} and {per_cent(rates.high[cell])}"
    return (
        f"“{title}” was met in {met} of {asked} conversations ({likely}; target {per_cent(rates.target[cell[1]])}): "
        "of the gaps that are certain, the one that costs most."
    )
