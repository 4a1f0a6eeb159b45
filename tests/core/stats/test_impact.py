import numpy as np
import pytest
import statsmodels.api as sm

from coachloop.core.stats import impact as module
from coachloop.core.stats.calls import Calls, Left
from coachloop.core.stats.impact import impacts


def drawn(seed: int = 3, n: int = 900, agents: int = 9, *, effects: tuple[float, ...] = (1.0, 0.0)) -> Calls:
    """Calls of agents who differ, of two queues that differ, whose outcome is logistic in the behaviours."""
    rng = np.random.default_rng(seed)
    agent, queue = rng.integers(0, agents, n), rng.integers(0, 2, n)
    able = rng.normal(0, 0.8, agents)[agent]
    chance = 1 / (1 + np.exp(-able - 0.5 * queue))
    codes = (rng.random((n, len(effects))) < chance[:, None]).astype(np.int8)
    logit = -1 + able + 0.7 * queue + codes @ np.array(effects)
    return Calls(codes, rng.random(n) < 1 / (1 + np.exp(-logit)), agent, queue[:, None])


@pytest.fixture
def without_priors(monkeypatch):
    for name in ("AGENT_SPREAD", "OTHER_SPREAD", "EFFECT_SPREAD"):
        monkeypatch.setattr(module, name, 1e5)


@pytest.mark.usefixtures("without_priors")
def test_effects_are_those_of_statsmodels():
    """Logit with a column an agent, and its average marginal effects for what is 0 or 1."""
    calls = drawn()
    columns = np.column_stack([calls.codes, calls.factors, *(calls.agent == a for a in range(9))])
    other = sm.Logit(calls.outcome.astype(float), columns.astype(float)).fit(disp=False, tol=1e-12)
    margins = other.get_margeff(at="overall", method="dydx", dummy=True)
    found = impacts(calls)
    assert found.effect == pytest.approx(margins.margeff[:2], abs=1e-6)
    assert found.n.tolist() == [900, 900]
    assert found.agents.tolist() == [9, 9]


@pytest.mark.usefixtures("without_priors")
def test_errors_are_those_of_statsmodels(monkeypatch):
    """By cluster; each agent's part is enlarged for its own pull, as leaving it out would, so ours are a little larger."""
    monkeypatch.setattr(module, "BELIEF", 0.0)
    calls = drawn(agents=30, n=3000)
    columns = np.column_stack([calls.codes, calls.factors, *(calls.agent == a for a in range(30))])
    groups = {"groups": calls.agent, "use_correction": False}
    model = sm.Logit(calls.outcome.astype(float), columns.astype(float))
    other = model.fit(disp=False, cov_type="cluster", cov_kwds=groups).get_margeff(at="overall", dummy=True)
    found = impacts(calls)
    ratio = found.error / other.margeff_se[:2]
    assert (ratio > 1).all()
    assert (ratio < 30 / 29 + 0.03).all()
    assert (found.freedom < 29).all()


def test_the_interval_is_students():
    found = impacts(drawn(), confidence=0.9)
    wide = impacts(drawn(), confidence=0.99)
    assert (found.low < found.effect).all()
    assert (wide.high > found.high).all()
    assert (found.freedom > module.BELIEF).all()
    assert found.p_value[0] < 1e-4
    assert found.p_value[1] > 0.001


def test_able_agents_who_do_it_more_prove_nothing():
    """Between agents the two go together; within them they do not."""
    rng = np.random.default_rng(12)
    agent = np.repeat(np.arange(40), 50)
    able = rng.random(40)[agent]
    codes = (rng.random(2000) < able).astype(np.int8)[:, None]
    outcome = rng.random(2000) < 0.1 + 0.8 * able
    found = impacts(Calls(codes, outcome, agent, np.zeros((2000, 0), int)))
    assert outcome[codes[:, 0] == 1].mean() - outcome[codes[:, 0] == 0].mean() > 0.2
    assert abs(found.effect[0]) < 0.1
    assert found.low[0] < 0 < found.high[0]


def test_not_applicable_and_unscored_calls_say_nothing_about_it():
    """What they say is no opportunity; the effect is over the others."""
    calls = drawn()
    codes = calls.codes.copy()
    codes[:200, 0], codes[200:260, 0] = 2, 3
    found = impacts(Calls(codes, calls.outcome, calls.agent, calls.factors))
    assert found.n.tolist() == [640, 900]
    assert found.effect[0] == pytest.approx(impacts(calls).effect[0], abs=0.06)


def test_everything_perfectly_told_apart_stays_finite():
    """The outcome is the behaviour itself, and some agents' calls all came out alike."""
    calls = drawn()
    alike = np.where(calls.agent < 2, calls.agent == 0, calls.codes[:, 0] == 1)
    found = impacts(Calls(calls.codes, alike, calls.agent, calls.factors))
    assert np.isfinite(found.effect).all()
    assert found.low[0] > 0.3
    assert found.high.max() <= 1


def test_it_ends_also_where_it_does_not_settle(monkeypatch):
    monkeypatch.setattr(module, "STEPS", 2)
    assert np.isfinite(impacts(drawn()).error).all()


def test_without_anything_to_compare_nothing_is_said():
    calls = drawn()
    found = impacts(Calls(np.ones((900, 1), np.int8), calls.outcome, calls.agent, calls.factors))
    assert np.isnan(found.effect).all()
    assert np.isnan(found.p_value).all()
    assert found.left.tolist() == [Left.NEVER_VARIES]
    empty = np.zeros(0, int)
    nobody = impacts(Calls(np.zeros((0, 2), np.int8), empty.astype(bool), empty, np.zeros((0, 1), int)))
    assert nobody.n.tolist() == [0, 0]


def test_confidence_is_checked():
    with pytest.raises(ValueError, match=r"confidence must be in \(0, 1\), got 95"):
        impacts(drawn(), confidence=95)
