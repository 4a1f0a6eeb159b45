import pytest

from coachloop.core.model.claims import RoleRule, granted, role_rules
from coachloop.core.model.people import Role


def test_rules_are_read_as_they_are_written() -> None:
    """A group may hold spaces in quotes, and an equals sign."""
    rules = role_rules("""leads=team_leader@north "QA team"=qa_lead cn=x,ou=y=admin""")
    assert rules == (
        RoleRule("leads", Role.TEAM_LEADER, "north"),
        RoleRule("QA team", Role.QA_LEAD),
        RoleRule("cn=x,ou=y", Role.ADMIN),
    )
    assert role_rules("") == ()


@pytest.mark.parametrize("text", ["leads", "=admin", "a=boss", "a=@north", '"a=admin'])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no rule|No closing quotation"):
        role_rules(text)


def test_roles_follow_from_groups() -> None:
    rules = role_rules("a=qa_lead b=team_leader@north b=agent")
    assert granted(rules, ["b", "c"]) == {(Role.TEAM_LEADER, "north"), (Role.AGENT, "")}
    assert granted(rules, []) == frozenset()
