from coachloop.core.model.people import Role
from coachloop.core.model.scopes import SCOPES, in_words, open_to


def test_whoever_reads_nothing_of_an_area_changes_nothing_of_it_unless_they_bring_it_in():
    """Whoever brings calls or scores in need not see them; all else that one may change one may read."""
    for scope, roles in SCOPES.items():
        area, what = scope.split(":")
        if what == "write" and area != "conversations":
            assert roles <= SCOPES[f"{area}:read"], scope


def test_a_token_holds_what_any_of_the_roles_may():
    assert "privacy:write" in open_to([Role.AGENT, Role.ADMIN])
    assert "privacy:write" not in open_to([Role.AGENT, Role.QA_LEAD])
    assert open_to([]) == []


def test_every_scope_says_what_it_is_good_for():
    said = {scope: in_words(scope) for scope in SCOPES}
    assert said["conversations:write"] == "bring calls in"
    assert said["site:read"] != said["site:write"]
    assert all(said.values())
