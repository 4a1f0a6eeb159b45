import pytest

from coachloop.core.model.review import Decision, decision
from coachloop.core.model.verdict import Outcome


@pytest.mark.parametrize(
    ("challenged", "stands", "called"),
    [
        ("not_met", "not_met", Decision.UPHELD),
        ("not_applicable", "not_applicable", Decision.UPHELD),
        ("not_met", "met", Decision.OVERTURNED),
        ("not_applicable", "met", Decision.OVERTURNED),
        ("not_met", "not_applicable", Decision.NOT_APPLICABLE),
    ],
)
def test_a_decision_is_named_by_what_it_changes(challenged, stands, called):
    assert decision(Outcome(challenged), Outcome(stands)) is called
