"""What coaching is worth: extra outcomes and money, less the time it took; never a number without its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coachloop.core.stats.worth import Range, Uncertain, product_sum, range_of

LASTS = 90
"""Days for which what a session moved is taken to last."""


class Stake(NamedTuple):
    """One behaviour: what coaching on it moves (a rate), and what meeting it does to the chance of the outcome.

    `opportunities` counts the conversations of coached agents in which it applied. `shared` is how far the effect's error is one
    that all stakes have in common, from 0 to 1: effects that were pulled towards their mean err together (pooling.shared_error).
    """

    behaviour: str
    effect: Range
    impact: Range
    opportunities: float
    shared: float = 0.0


@dataclass(frozen=True, slots=True)
class Price:
    """What one more outcome is worth, and an hour of anybody's time costs, in the centre's money."""

    outcome: float
    hour: float


@dataclass(frozen=True, slots=True)
class Worth:
    """Extra outcomes, what they are worth, what the time cost, and what remains. `sure` is the probability that something does."""

    extra: Range
    gain: Range
    hours: float
    cost: float
    net: Range
    sure: float


def worth(stakes: Sequence[Stake], *, minutes: float, price: Price, rng: np.random.Generator) -> Worth:
    """Effect x opportunities x impact x value, less the minutes, with both intervals carried through.

    Args:
        stakes: one a behaviour; an effect is taken as independent of the impacts, and an impact of the others.
        minutes: of everybody who took part, added up.
        price: what an outcome and an hour are worth.
        rng: source of the draws.

    Raises:
        ValueError: minutes, opportunities or a price are negative.

    Source:
        docs/methods.md, "What is it worth?".
    """
    known = {"minutes": minutes, "outcome": price.outcome, "hour": price.hour}
    known |= {f"opportunities of {one.behaviour}": one.opportunities for one in stakes}
    for name, value in known.items():
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, got {value}")
    effect, impact = (
        Uncertain(*np.array([getattr(one, name) for one in stakes], float).reshape(-1, 3).T)
        for name in ("effect", "impact")
    )
    times, shared = ([getattr(one, name) for one in stakes] for name in ("opportunities", "shared"))
    extra = product_sum(effect, impact, times, rng=rng, shared=shared)
    cost = minutes / 60 * price.hour
    net = extra * price.outcome - cost
    return Worth(
        extra=range_of(extra),
        gain=range_of(extra * price.outcome),
        hours=minutes / 60,
        cost=cost,
        net=range_of(net),
        sure=float((net > 0).mean()),
    )
