"""Corrected rates where the truth is known: a judge that errs, and three calls in a hundred audited."""

import numpy as np
import pytest

from coachloop.core.stats.correction import NEITHER, NOT_AUDITED, Answers, predicted
from coachloop.core.stats.misclassification import accuracy, corrected
from coachloop.core.stats.proportions import wilson
from coachloop.simulation.centre import Plan, simulate

PLAN = Plan(
    agents=40,
    teams=4,
    behaviours=4,
    days=20,
    base_rates=(0.25, 0.35, 0.45, 0.9),
    queue_effects=(0.0, -0.4),
    sensitivity=0.92,
    specificity=0.85,
    audit_share=0.03,
)
CENTRES = 40


def flat(centre):
    """Machine, people and behaviour of every call and behaviour, one below the other."""
    said = np.where(centre.applies, centre.verdict, NEITHER).T.ravel()
    truth = np.where(centre.audited[:, None], np.where(centre.applies, centre.truth, NEITHER), NOT_AUDITED).T.ravel()
    return said, truth, np.repeat(np.arange(centre.plan.behaviours), len(centre))


def covered(interval, truth):
    return float(((interval.low <= truth) & (truth <= interval.high)).mean())


def width(interval):
    return float((interval.high - interval.low).mean())


@pytest.fixture(scope="module")
def centres():
    return [simulate(PLAN, np.random.default_rng(seed)) for seed in range(CENTRES)]


@pytest.mark.parametrize("teams", [1, 4])
def test_prediction_powered_rates_of_centre_and_teams_hold_the_truth(centres, teams):
    """METHODS 3: 93 to 97 % where the uncorrected interval holds less than 10 % (of the centre), and narrower than the audit's."""
    found = {"corrected": [], "raw": []}
    wide, alone = [], []
    for centre in centres:
        said, truth, behaviour = flat(centre)
        unit = behaviour * teams + np.tile(centre.agent % teams, PLAN.behaviours)
        units = teams * PLAN.behaviours
        expected = np.bincount(unit, centre.chance.T.ravel(), units) / np.bincount(unit, minlength=units)
        rates = predicted(Answers(said, truth, np.full(len(said), PLAN.audit_share), unit, units))
        raw = wilson(np.bincount(unit, said == 1, units), np.bincount(unit, minlength=units))
        known = truth != NOT_AUDITED
        audit = wilson(np.bincount(unit[known], truth[known], units), np.bincount(unit[known], minlength=units))
        found["corrected"].append(covered(rates, expected))
        found["raw"].append(covered(raw, expected))
        wide.append(width(rates))
        alone.append(width(audit))
    assert 0.93 <= np.mean(found["corrected"]) <= 0.975
    assert np.mean(found["raw"]) < 0.1
    assert np.mean(wide) < 0.8 * np.mean(alone)


def test_corrected_rates_of_agents_hold_the_truth(centres):
    """METHODS 3 at agent level: 140 calls each, of which about four are audited; the audit alone would be thrice as wide."""
    cover, raw, wide, alone = [], [], [], []
    for centre in centres[:25]:
        said, truth, behaviour = flat(centre)
        answers = Answers(said, truth, np.full(len(said), PLAN.audit_share), behaviour, PLAN.behaviours)
        met, asked = centre.counts()
        rates = corrected(met, asked, accuracy(answers))
        mine = centre.agent[centre.audited]
        audited = np.bincount(mine, minlength=PLAN.agents)[:, None]
        right = np.stack([np.bincount(mine, column, PLAN.agents) for column in centre.truth[centre.audited].T], axis=1)
        cover.append(covered(rates, centre.true_rate()))
        raw.append(covered(wilson(met, asked), centre.true_rate()))
        wide.append(width(rates))
        alone.append(width(wilson(right, audited)))
    assert 0.93 <= np.mean(cover) <= 0.97
    assert np.mean(raw) < 0.6
    assert np.mean(wide) < 0.5 * np.mean(alone)
