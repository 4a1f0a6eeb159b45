"""Impact and focus on centres whose truth is known: METHODS 5 and 6."""

import numpy as np
import pytest

from coachloop.core.insight.focus import Circumstances, choose
from coachloop.core.insight.impact import Impact, Observed, discoveries, shrunken, unadjusted
from coachloop.core.insight.impact import impact as impact_of
from coachloop.core.insight.rates import rates
from coachloop.core.stats.calls import Calls
from coachloop.core.stats.impact import Impacts, impacts
from coachloop.simulation.centre import Centre, Plan, simulate

CENTRES = 40
PLAN = Plan(days=30, ability_spread=0.8, ability_on_outcome=1.0)
LAGGED = Plan(
    days=100, form_spread=0.8, outcome_effects=(0.4, 0.2, 0.3, 0.0, 0.0, 0.0), outcome_lags=(10, 5, 0, 0, 0, 0)
)
FOCUS = Plan(days=80, applies=(1.0, 0.5, 0.9, 0.6, 1.0, 0.8))


def calls_of(centre: Centre) -> Calls:
    codes = np.where(centre.applies, centre.verdict.astype(np.int8), 2).astype(np.int8)
    return Calls(codes, centre.outcome, centre.agent, centre.queue[:, None])


@pytest.fixture(scope="module")
def many() -> list[tuple[Impacts, np.ndarray]]:
    """What is said of centres in which able agents do everything more, and the unadjusted difference beside it."""
    found = []
    for seed in range(CENTRES):
        calls = calls_of(simulate(PLAN, np.random.default_rng(seed)))
        found.append((impacts(calls), unadjusted(calls)))
    return found


def test_intervals_cover_the_true_effect(many):
    true = PLAN.by_behaviour(PLAN.outcome_effects)
    inside = [(said.low <= true) & (true <= said.high) for said, _ in many]
    assert 0.9 <= np.mean(inside) <= 0.98


def test_able_agents_do_not_make_a_behaviour_effective(many):
    """Three of the six do nothing; the unadjusted difference says that each is worth three points and more."""
    idle = PLAN.by_behaviour(PLAN.outcome_effects) == 0
    called = [(discoveries(said.p_value) <= 0.05) & (said.low > 0) for said, _ in many]
    assert np.mean([one[idle] for one in called]) <= 0.05
    assert np.mean([said.low[idle] > 0 for said, _ in many]) <= 0.05
    assert np.mean([naive[idle] for _, naive in many]) > 0.03


def test_few_calls_an_agent_are_no_excuse():
    """A call a day for two weeks: what the intercepts cost is no more than the interval allows."""
    plan = Plan(days=10, calls_a_day=1, ability_spread=1.0, ability_on_outcome=1.5)
    true = plan.by_behaviour(plan.outcome_effects)
    said = [impacts(calls_of(simulate(plan, np.random.default_rng(seed)))) for seed in range(CENTRES)]
    inside = [((one.low <= true) & (true <= one.high)) | np.isnan(one.effect) for one in said]
    assert 0.9 <= np.mean(inside) <= 0.98


def test_what_leads_and_what_does_not():
    """Two behaviours tell ten and five days later; one at once, three never."""
    lag, said = LAGGED.by_behaviour(LAGGED.outcome_lags), []
    for seed in range(6):
        centre = simulate(LAGGED, np.random.default_rng(seed))
        said.append(impact_of(Observed(calls_of(centre), centre.day), rng=np.random.default_rng(seed)))
    assert np.mean([one.leads[:2] for one in said]) >= 0.9
    assert np.mean([one.leads[2:] for one in said]) <= 0.05
    assert np.mean([(one.leads_by.low <= lag)[:3] & (lag <= one.leads_by.high)[:3] for one in said]) >= 0.9


def test_the_focus_is_where_most_is_to_be_gained():
    """At least nine tenths of the best possible gain for at least eight of ten agents."""
    shares = [share for seed in range(4) for share in _shares(FOCUS, seed)]
    assert np.mean(np.array(shares) >= 0.9) >= 0.8


def _shares(plan: Plan, seed: int) -> list[float]:
    """What each agent who is told to work on something would gain, as a share of the best possible gain."""
    centre = simulate(plan, np.random.default_rng(seed))
    said: Impact = impact_of(Observed(calls_of(centre), centre.day), rng=np.random.default_rng(seed))
    met, asked = centre.counts(first=plan.days - 20)
    conversations = np.bincount(centre.agent[centre.day_index >= plan.days - 20], minlength=plan.agents)
    size = np.ones((1, plan.behaviours))
    found = rates(met, asked, target=np.full(plan.behaviours, 0.9))
    around = Circumstances(
        unscored=np.zeros(asked.shape),
        conversations=conversations[:, None] * size,
        worth=np.full(plan.behaviours, 1 / plan.behaviours),
        taken=np.zeros(asked.shape, bool),
        impact=said.shrunken,
    )
    chosen = choose(found, around).behaviour
    gap = np.maximum(0.9 - np.nan_to_num(centre.true_rate(first=plan.days - 20)), 0)
    gain = plan.by_behaviour(plan.applies) * gap * plan.by_behaviour(plan.outcome_effects)
    told = np.flatnonzero(chosen >= 0)
    return list(gain[told, chosen[told]] / gain.max(axis=1)[told])


def test_the_shrunken_effects_err_less():
    """Over many centres, pulling towards none costs less than it saves."""
    small = Plan(days=8)
    true, raw, pulled = small.by_behaviour(small.outcome_effects), [], []
    for seed in range(CENTRES):
        said = impacts(calls_of(simulate(small, np.random.default_rng(seed))))
        raw.append(((said.effect - true) ** 2).mean())
        pulled.append(((shrunken(said.effect, said.error) - true) ** 2).mean())
    assert np.mean(pulled) < np.mean(raw)
