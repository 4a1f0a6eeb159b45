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
        Benjamini & Hochberg (1995), JRSS B 57:289-300; computed by statsmodels.
    """
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415 -- two seconds that few commands need

    known = ~np.isnan(p_value)
    out = np.full(p_value.shape, np.nan)
    if known.any():
        out[known] = multipletests(p_value[known], method="fdr_bh")[1]
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
    means = []
    for code in (MET, NOT_MET):
        here = calls.codes == code
        n = here.sum(axis=0)
        means.append(np.divide(calls.outcome.astype(float) @ here, n, out=np.full(len(n), np.nan), where=n > 0))
    return np.asarray(means[0] - means[1], float)


def _daily(observed: Observed) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Sums less what the mix makes expect, and counts, by agent and day with calls: of the behaviours, and of the outcome."""
    calls = observed.calls
    days, day = np.unique(observed.day, return_inverse=True)
    agents = int(calls.agent.max(initial=-1)) + 1
    shape = (agents, len(days))
    cell = calls.agent * len(days) + day

    def cells(values: Floats, kept: Mask) -> Floats:
        return np.bincount(cell[kept], values, shape[0] * shape[1]).reshape(shape).astype(float)

    total, n = np.zeros((2, *shape, calls.codes.shape[1]))
    for b, codes in enumerate(calls.codes.T):
        asked = (codes == MET) | (codes == NOT_MET)
        total[..., b] = cells(_less_the_mix((codes[asked] == MET).astype(float), calls.factors[asked]), asked)
        n[..., b] = cells(np.ones(int(asked.sum())), asked)
    every = np.ones(len(cell), bool)
    outcome = _less_the_mix(calls.outcome.astype(float), calls.factors)
    return (total, n), (cells(outcome, every), cells(np.ones(len(cell)), every))


def _less_the_mix(values: Floats, factors: NDArray[np.int64]) -> Floats:
    """Values less the mean of their level, one factor after the other, twice."""
    left = values - values.mean() if len(values) else values
    for levels in (*factors.T, *factors.T):
        n = np.maximum(np.bincount(levels), 1)
        left = left - (np.bincount(levels, left) / n)[levels]
    return left
