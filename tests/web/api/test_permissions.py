"""Who gets which operation: every operation against every person, and no operation without a rule."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from coachloop.core.model.scopes import SCOPES, open_to
from coachloop.web.api.access import ENDPOINTS
from coachloop.web.api.api import api as built
from web.api.client import ApiClient, secret_of
from web.api.rules import PEOPLE, named
from web.api.rules_bringing import RULES as BRINGING
from web.api.rules_people import RULES as KEEPING
from web.api.rules_reading import RULES as READING
from web.api.rules_writing import RULES as WRITING
from web.cast import Cast

pytestmark = pytest.mark.django_db
built()
RULES = BRINGING | KEEPING | READING | WRITING
IDS = sorted(ENDPOINTS)


@pytest.fixture(scope="module")
def cast(settled: tuple[Cast, dict[str, Any]]) -> Cast:
    """Everybody."""
    return settled[0]


@pytest.fixture(scope="module")
def ids(settled: tuple[Cast, dict[str, Any]]) -> dict[str, Any]:
    """Something of everything, by name."""
    return settled[1]


@pytest.fixture(scope="module")
def secrets(cast: Cast, ids: dict[str, Any], django_db_blocker: Any) -> dict[str, str]:  # noqa: ARG001 -- after what is under way
    """Everybody's token with all that they may have."""
    with django_db_blocker.unblock():
        return {who: secret_of(cast, who) for who in PEOPLE}


def test_no_operation_without_a_rule() -> None:
    """A new operation has to say in one of the files of rules who may do it."""
    assert set(RULES) == set(ENDPOINTS)
    assert len(RULES) == len(BRINGING) + len(KEEPING) + len(READING) + len(WRITING)


@pytest.mark.parametrize("operation", IDS)
def test_everybody_gets_what_is_theirs(ids: dict[str, Any], secrets: dict[str, str], operation: str) -> None:
    """One operation, every person, nobody by accident."""
    rule, endpoint = RULES[operation], ENDPOINTS[operation]
    got = {who: ask(ApiClient(secrets[who]), operation, ids).status_code for who in PEOPLE}
    assert got == {who: rule.expected(who, endpoint.status) for who in PEOPLE}


@pytest.mark.parametrize("operation", IDS)
def test_the_wrong_token_does_nothing(cast: Cast, ids: dict[str, Any], operation: str) -> None:
    """None is 401; one without the scope is 403, whoever has it, and before anything is looked up."""
    rule, endpoint = RULES[operation], ENDPOINTS[operation]
    assert ask(ApiClient(""), operation, ids).status_code == 401
    who = next(iter(rule.ok or rule.hidden))
    theirs = open_to(roles_of(cast, who))
    others = [scope for scope in theirs if scope != endpoint.scope]
    refused = ask(ApiClient(secret_of(cast, who, *others)), operation, ids)
    assert refused.status_code == 403
    assert endpoint.scope in refused.json()["detail"]


def test_every_role_of_an_operation_may_have_its_scope() -> None:
    """Else it would be an operation that nobody can do."""
    for endpoint in ENDPOINTS.values():
        assert set(endpoint.roles) <= SCOPES[endpoint.scope], endpoint.id


def roles_of(cast: Cast, who: str) -> Any:
    """The roles of one of the cast."""
    user: Any = cast.who(who)
    return [one.role for one in user.grants.all()]


def ask(client: ApiClient, operation: str, ids: dict[str, Any]) -> Any:
    """The answer to one operation, with what its rule gives it."""
    rule, endpoint = RULES[operation], ENDPOINTS[operation]
    args = {name: quote(str(value), safe="") for name, value in named(rule.args, ids).items()}
    path = re.sub(r"\{(?:\w+:)?(\w+)\}", lambda match: args[match[1]], endpoint.path)
    query = urlencode(named(rule.query, ids), doseq=True)
    address = f"{path}?{query}" if query else path
    kind = rule.kind or (endpoint.body.kinds[0] if endpoint.body else "application/json")
    return client.send(endpoint.method, address, named(rule.body, ids), kind=kind, **rule.headers)
