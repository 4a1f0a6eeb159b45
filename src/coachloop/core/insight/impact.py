"""Which behaviour moves the outcome, and which moves before it: what is said of it, and what is not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coachloop.core.insight.rates import MOST_UNSCORED
from coachloop.core.stats.calls import MET, NOT_MET, UNSCORED, Calls, Floats, Left, Mask
from coachloop.core.stats.impact import Impacts, impacts
from coachloop.core.stats.leading import Leads, leading

CALLED = 0.05
"""The share of what is called effective, or leading, that may be so by chance: the false discovery rate."""

PERIOD = 28
"""Days that are taken together as a season."""

Days = NDArray[np.datetime64]

WHY_LEFT = {
    Left.NEVER_VARIES: "it was met always, or never, so nothing can be compared",
    Left.TOO_RARE: "fewer than ten calls with it, or without it",
    Left.FEW_AGENTS: "fewer than three agents do it in some calls and not in others",
    Left.MOVES_WITH_OTHERS: "it comes and goes with another behaviour, or with the kind of call, and cannot be told from it",
    Left.OUTCOME_NEVER_VARIES: "the outcome was always the same",
}


class Impact(NamedTuple):
    """What is said of each behaviour, shape (behaviours,).

    `q_value` allows for all behaviours that were tried; `survives` where it is at most CALLED and few enough opportunities are
    unscored. `shrunken` is the effect pulled towards none as far as its error is large, `naive` the unadjusted difference of
    means. `leads_by` has the same of "it moves `days` before the outcome does", `leads` says that the interval is above zero.
    """

    effects: Impacts
    q_value: Floats
    unscored: Floats
    survives: Mask
    shrunken: Floats
    naive: Floats
    leads_by: Leads
    leads: Mask


@dataclass(frozen=True, slots=True)
class Observed:
    """Calls with a known outcome, and their days, datetime64[D], shape (calls,)."""

    calls: Calls
    day: Days


def impact(observed: Observed, *, rng: np.random.Generator) -> Impact:
    """The effects of all behaviours on one outcome, and which of them move before it.

    Args:
        observed: calls whose outcome is known; the factors of `calls` are the mix, and the season is added here.
        rng: source of the draws for the leads.

    Source:
        docs/methods.md, question 5.
    """
    calls = observed.calls
    season = observed.day.astype("datetime64[D]").astype(int) // PERIOD
    season = np.unique(season, return_inverse=True)[1]
    adjusted = Calls(calls.codes, calls.outcome, calls.agent, np.column_stack([calls.factors, season]))
    effects = impacts(adjusted)
    n, open_ = effects.n, (calls.codes == UNSCORED).sum(axis=0)
    unscored = np.divide(open_, n + open_, out=np.zeros(len(n)), where=n + open_ > 0)
    q_value = discoveries(effects.p_value)
    leads_by = leading(*_daily(observed), rng=rng)
    found = discoveries(np.where(np.isnan(effects.effect), np.nan, leads_by.p_value))
    return Impact(
        effects=effects,
        q_value=q_value,
        unscored=unscored,
        survives=(np.nan_to_num(q_value, nan=1) <= CALLED) & (unscored <= MOST_UNSCORED),
        shrunken=shrunken(effects.effect, effects.error),
        naive=unadjusted(calls),
        leads_by=leads_by,
        leads=(np.nan_to_num(found, nan=1) <= CALLED) & (leads_by.low > 0) & (unscored <= MOST_UNSCORED),
    )


def discoveries(p_value: Floats) -> Floats:
    """P-values that allow for all that were tried; NaN stays.

    Source:
        Benjamini & Hochberg (1995), JRSS B 57:289-300; computed by SciPy.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- a second that few commands need

    known = ~np.isnan(p_value)
    out = np.full(p_value.shape, np.nan)
    if known.any():
        out[known] = false_discovery_control(p_value[known], method="bh")
    return out


def shrunken(effect: Floats, error: Floats) -> Floats:
    """Effects pulled towards none: far where the error is large beside how unlike the effects are, hardly where it is small.

    Source:
        Efron & Morris (1973), JASA 68:117-130; the spread of the effects by the method of moments about zero.
    """
    known = ~np.isnan(effect)
    if not known.any():
        return np.zeros(effect.shape)
    spread = max(float((effect[known] ** 2 - error[known] ** 2).mean()), 0.0)
    kept = np.divide(spread, spread + error**2, out=np.zeros(effect.shape), where=known)
    return np.where(known, kept * np.nan_to_num(effect), 0.0)


def unadjusted(calls: Calls) -> Floats:
    """The outcome's mean with the behaviour less that without it, whoever the agent and whatever the call."""
    means, came = [], calls.codes[calls.outcome]
    for code in (MET, NOT_MET):
        n = (calls.codes == code).sum(axis=0)
        means.append(np.divide((came == code).sum(axis=0), n, out=np.full(len(n), np.nan), where=n > 0))
    return np.asarray(means[0] - means[1], float)


def _daily(observed: Observed) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Sums less what the mix makes expect, and counts, by agent and day with calls: of the behaviours, and of the outcome."""
    calls = observed.calls
    days, day = np.unique(observed.day, return_inverse=True)
    shape = (int(calls.agent.max(initial=-1)) + 1, len(days))
    cell = calls.agent * len(days) + day
    kinds, kind = _kinds(calls.factors)

    def cells(values: Mask, kept: Mask) -> tuple[Floats, Floats]:
        of, at, own = kind[kept], cell[kept], values[kept].astype(float)
        own -= _usual(own, kinds, of)[of]
        total, n = (np.bincount(at, some, shape[0] * shape[1]) for some in (own, np.ones(len(at))))
        return total.reshape(shape).astype(float), n.reshape(shape).astype(float)

    total, n = (np.zeros((calls.codes.shape[1], *shape)).transpose(1, 2, 0) for _ in range(2))
    for b, codes in enumerate(calls.codes.T.copy()):
        total[..., b], n[..., b] = cells(codes == MET, (codes == MET) | (codes == NOT_MET))
    return (total, n), cells(calls.outcome, np.ones(len(cell), bool))


def _kinds(factors: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The levels that come together, shape (kinds, factors), and which of them each call has."""
    number = np.zeros(len(factors), np.int64)
    for levels in factors.T:
        number = np.unique(number * (int(levels.max(initial=0)) + 1) + levels, return_inverse=True)[1]
    kinds = np.zeros((int(number.max(initial=-1)) + 1, factors.shape[1]), np.int64)
    kinds[number] = factors
    return kinds, number


def _usual(values: Floats, kinds: NDArray[np.int64], kind: NDArray[np.int64]) -> Floats:
    """What each kind of call makes expect, shape (kinds,): the means of its levels, one factor after the other, twice."""
    many = np.bincount(kind, minlength=len(kinds))
    total = np.bincount(kind, values, len(kinds))
    usual = np.full(len(kinds), total.sum() / max(len(values), 1))
    for levels in (*kinds.T, *kinds.T):
        n = np.maximum(np.bincount(levels, many), 1)
        usual = usual + (np.bincount(levels, total - many * usual) / n)[levels]
    return usual
