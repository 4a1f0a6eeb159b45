import pytest

from coachloop.core.insight.trust import Seen, Where, next_step

FINE = Seen(n=200, kappa=0.8, low=0.7, high=0.9, people=0.8, unscored=0.02, reason="")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Good"),
        ({"unscored": 0.2, "reason": "no times"}, "20 % is unscored, mostly “no times”"),
        ({"unscored": 0.2}, "20 % is unscored: until"),
        ({"n": 0, "kappa": None}, "Nobody has checked the machine here: audit 30 calls"),
        ({"n": 12, "low": 1.0, "high": 1.0}, "Only 12 calls were checked: audit 18 more"),
        ({"people": 0.2}, "People differ"),
        ({"kappa": None, "low": None, "high": None}, "All answers are alike"),
        ({"kappa": 0.2, "low": 0.1, "high": 0.3}, "reword"),
        ({"n": 40, "low": 0.4, "high": 0.9}, "audit about 72 more"),
        ({"people": None, "low": 0.45, "high": 0.65}, "Moderate"),
    ],
)
def test_what_helps_most_is_said(change, said):
    assert said in next_step(FINE._replace(**change), most_unscored=0.1).words


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({}, Where.NOTHING),
        ({"unscored": 0.2}, Where.STUDIO),
        ({"n": 12}, Where.AUDIT),
        ({"people": 0.2}, Where.ROOM),
        ({"kappa": 0.2, "low": 0.1, "high": 0.3}, Where.STUDIO),
        ({"low": 0.45, "high": 0.65}, Where.CALLS),
    ],
)
def test_each_step_has_its_place(change, where):
    assert next_step(FINE._replace(**change), most_unscored=0.1).where is where
