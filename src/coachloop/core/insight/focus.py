"""What one agent should work on: where getting to the target is worth most, and what came second."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.rates import CONFIDENT, Rates, reliable
from coachloop.core.stats.proportions import Floats

ENOUGH = 5
"""Opportunities below which an agent's own record says too little to coach on, whatever their peers do."""

RESPONSE = 0.3
"""The share of a gap that coaching is taken to close, until the site's own effect is known."""

TIE, TINY = 0.95, 0.0005
"""Gains from this share of the largest on are a tie; less than so much more of the outcome a conversation is tiny."""

Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What besides the rates decides.

    `unscored` and `conversations` (scored with the behaviour's template) have shape (agents, behaviours). `worth` has shape
    (behaviours,): the behaviour's share of its template's weights. `taken` marks behaviours an agent already works on, shape
    (agents, behaviours). `impact`, shape (behaviours,), is the shrunken effect on the outcome, NaN where none is established for
    the behaviour's template; None where none is for any. `response` is the share of a gap that coaching closes.
    """

    unscored: Floats
    conversations: Floats
    worth: Floats
    taken: Mask
    impact: Floats | None = None
    response: float = RESPONSE


class Choice(NamedTuple):
    """One an agent: the behaviour's column and the one that came second, -1 where there is none, with their gains.

    Where nothing else moves the outcome, the second is the one that weighs most, with a gain of 0.

    `by_impact` says of each agent whether the gains are more of the outcome a conversation; otherwise they are shares of the
    template's weights. `certain`, shape (agents, behaviours), marks the gaps that qualify.
    """

    behaviour: Ints
    gain: Floats
    runner_up: Ints
    runner_up_gain: Floats
    by_impact: Mask
    certain: Mask


def choose(rates: Rates, around: Circumstances) -> Choice:
    """The behaviour with the largest expected gain for each agent, and the next.

    Gain = opportunities a conversation x (target - shrunken rate) x impact x response, over behaviours whose gap is confident
    (P(below target) >= 0.9, from at least ENOUGH opportunities), whose verdicts are reliable, and that the agent does not work
    on already. Impact enters as max(0, its shrunken estimate). Where that is a tie, the behaviour with the larger weight goes
    first; where all of it is tiny, or no impact is established, the weight's share takes the place of the impact. Ties go to the
    first column.

    Source:
        docs/methods.md, question 6.
    """
    shape = rates.asked.shape
    if shape[1] == 0:
        none, nothing = np.full(shape[0], -1), np.zeros(shape[0])
        return Choice(none, nothing, none, nothing, np.zeros(shape[0], bool), np.zeros(shape, bool))
    chance = share_of_calls(rates, around)
    gap = np.nan_to_num(rates.target - rates.shrunken)
    sure = (rates.asked >= ENOUGH) & (np.nan_to_num(rates.p_below_target) >= CONFIDENT)
    open_ = sure & reliable(rates.asked, around.unscored) & ~around.taken & (gap > 0)
    reach = np.where(open_, chance * gap * around.response, 0.0)
    known = np.zeros(shape[1]) if around.impact is None else np.maximum(np.nan_to_num(around.impact), 0.0)
    moved, weighed = reach * known, reach * around.worth
    by_impact = moved.max(axis=1) >= TINY
    gain = np.where(by_impact[:, None], moved, weighed)
    first = _best(gain, around.worth, by_impact)
    others = np.arange(shape[1]) != first[:, None]
    moving = by_impact & ((gain * others).max(axis=1) > 0)
    rest = np.where(moving[:, None], gain, weighed) * others
    second = _best(rest, around.worth, moving)
    (one, top), (other, _) = _worth_it(gain, first), _worth_it(rest, second)
    next_ = np.take_along_axis(gain, second[:, None], axis=1)[:, 0] * (other >= 0)
    return Choice(one, top, other, next_, by_impact, open_)


def share_of_calls(rates: Rates, around: Circumstances) -> Floats:
    """In how many of an agent's conversations each behaviour came up, shape (agents, behaviours)."""
    some = around.conversations > 0
    return np.divide(rates.asked, around.conversations, out=np.zeros_like(rates.asked), where=some)


def _best(gain: Floats, worth: Floats, by_impact: Mask) -> Ints:
    """The column with the largest gain, among ties of impact the one that weighs most."""
    tied = (gain >= TIE * gain.max(axis=1, keepdims=True)) & (gain > 0)
    heaviest = np.where(tied, worth, -1.0).argmax(axis=1)
    return np.where(by_impact, heaviest, gain.argmax(axis=1))


def _worth_it(gain: Floats, column: Ints) -> tuple[Ints, Floats]:
    top = np.take_along_axis(gain, column[:, None], axis=1)[:, 0]
    return np.where(top > 0, column, -1), top


def per_cent(rate: float) -> str:
    """A rate as people read it."""
    return f"{100 * rate:.0f} %"


@dataclass(frozen=True, slots=True)
class Case:
    """What speaks for one behaviour of one agent: its cell, its title, its share of the agent's conversations and its impact.

    `impact` is None where the weight decided, `outcome` what it moves.
    """

    cell: tuple[int, int]
    title: str
    chance: float
    impact: float | None
    outcome: str = ""


def reason(case: Case, rates: Rates, gain: float) -> str:
    """Why this behaviour, in one sentence with its numbers."""
    met, asked = int(rates.met[case.cell]), int(rates.asked[case.cell])
    likely = f"likely between {100 * rates.low[case.cell]:.0f} and {per_cent(rates.high[case.cell])}"
    said = (
        f"“{case.title}” was met in {met} of {asked} conversations ({likely}; target {per_cent(_target(case, rates))})"
    )
    if case.impact is None:
        return f"{said}: of the gaps that are certain, the one that costs most."
    return (
        f"{said}: it moves “{case.outcome}” by about {points(case.impact)}, so coaching may bring {100 * gain:.1f} more in 100 "
        "conversations, more than anything else would."
    )


def why_not(other: Case, chosen: Case, rates: Rates) -> str:
    """Why the runner-up lost, in one sentence: by what it falls behind most, and where it is ahead."""
    falls: list[tuple[float, str]] = []
    ahead: list[tuple[float, str]] = []
    for ratio, words in _compared(other, chosen, rates):
        (falls if ratio < 1 else ahead).append((ratio, words))
    behind = min(falls, default=(1.0, "it weighs no more"))[1]
    best = max(ahead, default=(1.0, ""))
    although = f", although {best[1]}" if best[0] >= 1.1 else ""
    return f"“{other.title}” came second: {behind}{although}."


def points(difference: float) -> str:
    """A difference of rates as people read it."""
    value = round(100 * difference, 0 if abs(difference) >= 0.0995 else 1)
    return f"{value:g} point{'' if value == 1 else 's'}"


def _compared(other: Case, chosen: Case, rates: Rates) -> list[tuple[float, str]]:
    """How many times as much of each factor the other has, and that in words."""
    gaps = [_target(case, rates) - float(rates.shrunken[case.cell]) for case in (other, chosen)]
    said = [
        (gaps[0] / gaps[1], f"its gap is {points(gaps[0])} against {points(gaps[1])}"),
        (
            other.chance / chosen.chance,
            f"it comes up in {per_cent(other.chance)} of conversations against {per_cent(chosen.chance)}",
        ),
    ]
    if other.impact is not None and chosen.impact:
        against = f"{points(max(other.impact, 0))} against {points(chosen.impact)}"
        said.append((other.impact / chosen.impact, f"it moves “{chosen.outcome}” by {against}"))
    return said


def _target(case: Case, rates: Rates) -> float:
    return float(rates.target[case.cell[1]])
