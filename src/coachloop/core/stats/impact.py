"""What meeting a behaviour does to an outcome, within agents: a logistic regression that millions of verdicts fit through."""

from typing import NamedTuple

import numpy as np
from scipy import sparse, special

from coachloop.core.stats.calls import MET, NOT_MET, Calls, Design, Floats, Ints, Mask

AGENT_SPREAD, OTHER_SPREAD, EFFECT_SPREAD = 2.0, 5.0, 1.5
"""Weak priors, in logits: how far agents, what else calls differ in, and calls with a behaviour and without it lie apart."""

BELIEF = 8.0
"""How many agents' worth of evidence the variance of independent calls is, where few agents tell how unlike they are."""

STEPS, LONGEST, CLOSE = 40, 2.0, 1e-7


class Impacts(NamedTuple):
    """One behaviour each, shape (behaviours,): the average marginal effect on the chance of the outcome.

    NaN where `left` (values of Left) says why there is none. `n` counts the scored opportunities, `agents` those who met it in
    some and not in others. The interval uses Student's t with `freedom` degrees.
    """

    effect: Floats
    error: Floats
    low: Floats
    high: Floats
    p_value: Floats
    freedom: Floats
    n: Ints
    agents: Ints
    left: Ints


def impacts(calls: Calls, *, confidence: float = 0.95) -> Impacts:
    """The average marginal effect of meeting each behaviour, all behaviours at once, within agents and mix.

    The chance of the outcome is logistic in whether each behaviour was met (and whether it applied, and was scored), in the
    levels of the factors, and in the agent. All but the agent's own intercept is centred on the agent's mean: only differences
    between an agent's own calls speak, however able the agent is. The intercepts have a weak normal prior, which keeps an agent
    whose calls all came out alike finite. The effect is the mean difference of the predicted chances with the behaviour met and
    not met, over the calls where it was scored. Its error is that of whole agents, each agent's part enlarged for its own pull
    on the estimate, as leaving out one agent at a time would, with as many degrees of freedom as there are effectively agents.

    Args:
        calls: the conversations.
        confidence: coverage of the intervals in (0, 1).

    Raises:
        ValueError: `confidence` is out of its range.

    Source:
        Mundlak (1978), Econometrica 46:69-85, for effects within units; Fernández-Val (2009), J. Econometrics 150:71-85, for the
        small bias that the units' own intercepts leave in marginal effects; Liang & Zeger (1986), Biometrika 73:13-22, and
        MacKinnon, Nielsen & Webb (2023), J. Appl. Econometrics 38:671-694, for errors by cluster; Carter, Schnepel & Steigerwald
        (2017), Rev. Econ. Stat. 99:698-709, for the effective number of clusters.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    design = Design(calls)
    effect, error, freedom = np.full((3, calls.codes.shape[1]), np.nan)
    if design.behaviours.size:
        estimated = design.behaviours
        effect[estimated], error[estimated], freedom[estimated] = _margins(design, _fit(design))
    reach = error * special.stdtrit(freedom, (1 + confidence) / 2)
    p_value = 2 * special.stdtr(freedom, -np.abs(effect) / error)
    low, high = np.clip(effect - reach, -1, 1), np.clip(effect + reach, -1, 1)
    n = ((calls.codes == NOT_MET) | (calls.codes == MET)).sum(axis=0)
    return Impacts(effect, error, low, high, p_value, freedom, n, design.varied, design.left)


class _Normal(NamedTuple):
    """The regression's normal equations at some coefficients, the agents' intercepts and the rest apart.

    `score_agents` (agents,) and `score` (agents, columns), by agent; `own` (agents,), `cross` (agents, columns) and `rest`
    (columns, columns) are the parts of the information. The columns are centred on the agents' means.
    """

    score_agents: Floats
    score: Floats
    own: Floats
    cross: Floats
    rest: Floats

    @property
    def schur(self) -> Floats:
        """The information about the rest once the intercepts follow."""
        return np.asarray(self.rest - self.cross.T @ (self.cross / self.own[:, None]), float)


class _Fit(NamedTuple):
    """Each agent's intercept (agents,), the columns' coefficients (columns,), and the normal equations there."""

    intercept: Floats
    slope: Floats
    normal: _Normal


def _fit(design: Design) -> _Fit:
    """Newton's method, with steps no longer than LONGEST logits."""
    mean = float(np.clip(design.calls.outcome.mean(), 0.01, 0.99))
    intercept = np.full(design.agents, special.logit(mean))
    slope = np.zeros(len(design.columns))
    pull = _pull_to_nothing(design)
    for _ in range(STEPS):
        normal = _normal(design, intercept, slope)
        score = normal.score.sum(axis=0) - slope * pull
        step = np.linalg.solve(normal.schur, score - normal.cross.T @ (normal.score_agents / normal.own))
        own = (normal.score_agents - normal.cross @ step) / normal.own
        longest = max(np.abs(step).max(initial=0), np.abs(own).max(initial=0))
        scale = min(1.0, LONGEST / longest) if longest else 1.0
        slope, intercept = slope + scale * step, intercept + scale * own
        if longest < CLOSE:
            break
    return _Fit(intercept, slope, _normal(design, intercept, slope))


def _pull_to_nothing(design: Design) -> Floats:
    """The prior's precision, shape (columns,)."""
    spread = np.full(len(design.columns), OTHER_SPREAD)
    spread[design.met] = EFFECT_SPREAD
    return 1 / spread**2


def _normal(design: Design, intercept: Floats, slope: Floats) -> _Normal:
    """The prior pulls each intercept towards the mean of all.

    Sums are of the columns as they are, and centred at the end: that is cheaper than centring each call.
    """
    left_agents, own = np.zeros((2, design.agents))
    score, cross = np.zeros((2, design.agents, len(slope)))
    rest = np.zeros((len(slope), len(slope)))
    level = intercept - design.means @ slope
    for part, agent, columns, whose in design.blocks():
        chance = special.expit(level[agent] + columns @ slope)
        left, weight = design.calls.outcome[part] - chance, chance * (1 - chance)
        left_agents += whose @ left
        own += whose @ weight
        score += _weighted(whose, left) @ columns
        cross += _weighted(whose, weight) @ columns
        root = columns * np.sqrt(weight)[:, None]
        rest += root.T @ root
    means, pull = design.means, 1 / AGENT_SPREAD**2
    across = means.T @ cross
    rest += means.T @ (own[:, None] * means) - across - across.T + np.diag(_pull_to_nothing(design))
    score, cross = score - left_agents[:, None] * means, cross - own[:, None] * means
    return _Normal(left_agents + pull * (intercept.mean() - intercept), score, own + pull, cross, rest)


def _weighted(whose: sparse.csr_array, weight: Floats) -> sparse.csr_array:
    """`whose` with a weight for each call."""
    return sparse.csr_array((weight[whose.indices], whose.indices, whose.indptr), shape=whose.shape)


def _margins(design: Design, fit: _Fit) -> tuple[Floats, Floats, Floats]:
    """Effect, error and degrees of freedom of each estimated behaviour."""
    effect, gradient = _effects(design, fit)
    inverse = np.linalg.inv(fit.normal.schur)
    pull = _pull(design, fit, inverse)
    share = pull / pull.sum(axis=0)
    parts = fit.normal.score @ inverse @ gradient / np.maximum(1 - share, 0.05)
    groups = 1 / (share**2).sum(axis=0)
    alone, freedom = np.einsum("ib,ij,jb->b", gradient, inverse, gradient), np.maximum(groups - 1, 1)
    spread = (freedom * (parts**2).sum(axis=0) + BELIEF * alone) / (freedom + BELIEF)
    return effect, np.sqrt(spread), freedom + BELIEF


def _effects(design: Design, fit: _Fit) -> tuple[Floats, Floats]:
    """Mean differences of predicted chances, and how they change with the coefficients, shape (columns, behaviours)."""
    own, many = fit.slope[design.met], np.zeros(len(design.met))
    total, turn = np.zeros(len(own)), np.zeros(len(own))
    through, by_agent = np.zeros((len(fit.slope), len(own))), np.zeros((design.agents, len(own)))
    level = fit.intercept - design.means @ fit.slope
    for part, agent, columns, whose in design.blocks():
        codes = design.calls.codes[part][:, design.behaviours]
        asked, met = (codes == MET) | (codes == NOT_MET), codes == MET
        now = (level[agent] + columns @ fit.slope)[:, None] - met * own
        with_it, without = _chances(now + own, asked), _chances(now, asked)
        total += (with_it - without).sum(axis=0)
        many += asked.sum(axis=0)
        steep, flat = with_it * (1 - with_it), without * (1 - without)
        through += columns.T @ (steep - flat)
        turn += (steep * ~met + flat * met).sum(axis=0)
        by_agent += whose @ (steep - flat)
    through[design.met, np.arange(len(own))] += turn
    through -= design.means.T @ by_agent + fit.normal.cross.T @ (by_agent / fit.normal.own[:, None])
    return total / many, through / many


def _chances(logits: Floats, asked: Mask) -> Floats:
    """Predicted chances, 0 where the behaviour was not scored."""
    return np.where(asked, special.expit(logits), 0.0)


def _pull(design: Design, fit: _Fit, inverse: Floats) -> Floats:
    """How much of the information about each behaviour comes from each agent, shape (agents, behaviours)."""
    pull = np.zeros((design.agents, len(design.met)))
    toward = inverse[:, design.met]
    usual = (design.means + fit.normal.cross / fit.normal.own[:, None]) @ toward
    level = fit.intercept - design.means @ fit.slope
    for _, agent, columns, whose in design.blocks():
        chance = special.expit(level[agent] + columns @ fit.slope)
        alone = columns @ toward - usual[agent]
        pull += _weighted(whose, chance * (1 - chance)) @ alone**2
    return pull
