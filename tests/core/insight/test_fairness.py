"""Groups whose truth is known: equal ones are not said to differ, and a judge that is worse in one language is found."""

import numpy as np
import pytest

from coachloop.core.insight.fairness import LEAST, Compared, fairness

AGENTS = 60


def centre(seed, *, worse=0.0, spread=0.6, n=1200):
    """Agents of three languages, two sites and three tenures, each with an accuracy of their own; one behaviour is harder."""
    rng = np.random.default_rng(seed)
    agent, behaviour = rng.integers(0, AGENTS, n), rng.integers(0, 6, n)
    language, tenure = agent % 3, rng.integers(0, 3, AGENTS)[agent]
    true = (rng.random(n) < 0.6).astype(int)
    own = rng.normal(0, spread, AGENTS)[agent]
    right = rng.random(n) < 1 / (1 + np.exp(-(2.2 + own - worse * (language == 2) - 0.8 * (behaviour == 0))))
    said = np.where(rng.random(n) < 0.05, -1, np.where(right, true, 1 - true))
    groups = {"language": language, "site": agent % 2, "tenure": tenure}
    return Compared(said, true, agent, behaviour, rng.choice([0.02, 0.1], n), groups)


def test_equal_groups_are_hardly_ever_said_to_differ():
    """Calls of one agent are alike, and 32 comparisons are made: of 40 centres in at most 5 % anything is said."""
    assert sum(any(one.said for one in fairness(centre(seed))) for seed in range(40)) <= 2


def test_a_judge_that_is_worse_in_one_language_is_found():
    hits = []
    for seed in range(6):
        found = {(one.kind, one.group, one.measure): one for one in fairness(centre(seed, worse=1.6))}
        one = found["language", 2, "agreement"]
        assert one.low < one.share < one.high < 1
        hits.append(one.said and one.difference < 0)
        assert one.said == (one.difference_high < 0 or one.difference_low > 0), "what is said leaves 0 out"
    assert sum(hits) >= 5


def flat(said, true, *, group, agent=None, behaviour=None):
    n = len(said)
    agent = np.arange(n) % 10 + 10 * np.asarray(group) if agent is None else np.asarray(agent)
    behaviour = np.zeros(n, int) if behaviour is None else np.asarray(behaviour)
    return Compared(np.asarray(said), np.asarray(true), agent, behaviour, np.ones(n), {"language": np.asarray(group)})


def test_each_measure_is_over_what_it_is_about():
    """In group 0 the machine finds 30 of 40, is right about 36 of 40, leaves 20 of 100 open; in group 1 it is always right."""
    said = [1] * 30 + [0] * 10 + [0] * 36 + [1] * 4 + [-1] * 20 + [1, 0] * 50
    true = [1] * 40 + [0] * 40 + [1] * 20 + [1, 0] * 50
    found = {(one.group, one.measure): one for one in fairness(flat(said, true, group=[0] * 100 + [1] * 100))}
    shares = {measure: found[0, measure].share for measure in ("agreement", "sensitivity", "specificity", "abstention")}
    assert shares == pytest.approx({"agreement": 66 / 80, "sensitivity": 0.75, "specificity": 0.9, "abstention": 0.2})
    assert found[0, "sensitivity"].n == 40
    assert found[1, "agreement"].share == 1
    assert found[1, "agreement"].low > 0.9
    assert found[0, "agreement"].difference == pytest.approx(66 / 80 - 1)
    assert found[0, "sensitivity"].said


def test_a_group_with_harder_questions_is_not_said_to_be_judged_worse():
    """Both are judged the same, question by question; one is asked the hard one more often."""
    rng = np.random.default_rng(1)
    group = rng.integers(0, 2, 2000)
    behaviour = (rng.random(2000) < np.where(group == 1, 0.8, 0.2)).astype(int)
    true = rng.integers(0, 2, 2000)
    said = np.where(rng.random(2000) < np.where(behaviour == 1, 0.7, 0.95), true, 1 - true)
    one = next(
        one for one in fairness(flat(said, true, group=group, behaviour=behaviour)) if one.measure == "agreement"
    )
    assert one.share > 0.88
    assert abs(one.difference) < 0.05
    assert not one.said


def test_too_few_are_not_looked_at():
    """Neither few answers nor few people, nor a group beside nobody; what is not recorded is in no group."""
    n = 200
    said = true = np.arange(n) % 2
    few = [0] * (LEAST - 1) + [1] * (n - LEAST + 1)
    assert not any(one.enough for one in fairness(flat(said, true, group=few)))
    people = flat(said, true, group=[0, 1] * 100, agent=[0, 1, 2, 3] * 50)
    assert not any(one.enough for one in fairness(people))
    assert not any(one.enough for one in fairness(flat(said, true, group=[0] * n)))
    assert fairness(flat(said, true, group=[-1] * n)) == []


def test_groups_that_share_no_behaviour_are_shown_and_not_compared():
    n = 200
    said = true = np.arange(n) // 2 % 2
    found = fairness(flat(said, true, group=[0, 1] * 100, behaviour=[0, 1] * 100))
    assert found[0].enough
    assert np.isnan(found[0].difference)
    assert not found[0].said
