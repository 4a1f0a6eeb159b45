import pytest
from pydantic import ValidationError

from coachloop.core.model.people import Role
from coachloop.core.model.staff_lines import PersonLine


def test_an_agent_who_signs_in_need_not_have_an_id_yet():
    line = PersonLine.model_validate({"name": "Lea", "email": "lea@example.org", "role": "agent"})
    assert (line.role, line.agent_id) == (Role.AGENT, None)


def test_an_id_makes_somebody_an_agent():
    assert PersonLine.model_validate({"name": "Lea", "agent_id": "a-1"}).role is Role.AGENT


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"role": "admin"}, "needs `email`"),
        ({"role": "admin", "email": "a@example.org", "left_on": "2026-05-04"}, "are of an agent"),
        ({"agent_id": "a-1", "team_from": "2026-05-04"}, "need `team`"),
    ],
)
def test_what_does_not_go_together_is_said(given, said):
    with pytest.raises(ValidationError, match=said):
        PersonLine.model_validate({"name": "Lea", **given})
