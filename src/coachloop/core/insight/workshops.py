"""Who needs the workshop: for each behaviour those whose gap is certain; everybody else is left alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.focus import ENOUGH
from coachloop.core.insight.rates import CONFIDENT, Rates, reliable
from coachloop.core.stats.proportions import Floats


class Need(NamedTuple):
    """Who needs what, each of shape (agents, behaviours): `needs` it, or was `seen` doing it often enough to be left alone."""

    needs: NDArray[np.bool_]
    seen: NDArray[np.bool_]


class Time(NamedTuple):
    """Hours of agents and whoever leads them: training those who need it, training all, and the difference."""

    needed: float
    everybody: float

    @property
    def saved(self) -> float:
        """What is not spent on those who do it already."""
        return self.everybody - self.needed


def need(rates: Rates, unscored: Floats) -> Need:
    """Gaps that are certain: P(below target) at least 0.9, from at least ENOUGH opportunities, few of them unscored.

    Args:
        rates: of agents by behaviours.
        unscored: opportunities that were not scored, shape (agents, behaviours).

    Source:
        docs/methods.md, "Who needs the workshop?".
    """
    sure = (np.nan_to_num(rates.p_below_target) >= CONFIDENT) & (rates.asked >= ENOUGH)
    return Need(sure & reliable(rates.asked, unscored), rates.asked > 0)


def time(needing: int, everybody: int, *, minutes: int) -> Time:
    """What a workshop of these minutes takes, with one who leads it, for those who need it and for all.

    Raises:
        ValueError: a number is negative, or more need it than there are.
    """
    if not 0 <= needing <= everybody or minutes < 0:
        raise ValueError(
            f"needing must be 0 to everybody and minutes 0 or more, got {needing} of {everybody}, {minutes}"
        )
    needed, every = ((people + 1 if people else 0) * minutes / 60 for people in (needing, everybody))
    return Time(needed, every)
