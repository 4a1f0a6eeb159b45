"""Requests drawn from the API's own description: none ends in a server error, and every answer is what the description says.

`COACHLOOP_API_EXAMPLES=50 pytest tests/web/api/test_schema.py` (`make test-api`) draws that many for each operation and role.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from coachloop.core.model.people import Role
from coachloop.web.api.access import ENDPOINTS
from web.api.client import secret_of
from web.api.rules import Rule, named
from web.api.rules_bringing import RULES as BRINGING
from web.api.rules_people import RULES as KEEPING
from web.api.rules_reading import RULES as READING
from web.api.rules_writing import RULES as WRITING
from web.cast import Cast

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("COACHLOOP_API_EXAMPLES", "1"))
CHECKS: Any = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
PEOPLE = {
    "agent": Role.AGENT,
    "leader": Role.TEAM_LEADER,
    "evaluator": Role.EVALUATOR,
    "qa_lead": Role.QA_LEAD,
    "operations": Role.OPERATIONS,
    "admin": Role.ADMIN,
}
RULES: dict[str, Rule] = BRINGING | KEEPING | READING | WRITING


@pytest.fixture(scope="module")
def schema(cast: Cast) -> Iterator[Any]:  # noqa: ARG001 -- whose connection is open
    """The description of the site as a server has it, but on the test's own connection to the database; read once."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["sound", "broken"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_answer_is_as_described(
    cast: Cast, ids: dict[str, Any], who: str, *, schema: Any, mode: GenerationMode
) -> None:
    """Everything that one of each role may do, with what fits the description and with what does not."""
    bearer = {"Authorization": f"Bearer {secret_of(cast, who)}"}
    wrong = []
    for number, found in enumerate(schema.get_all_operations()):
        operation: Any = found.ok()
        name = operation.definition.raw["operationId"]
        if not _is_theirs(who, name, number):
            continue
        try:
            _try(operation, bearer, mode, args=_there(name, ids))
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 -- every operation is tried, and all that is wrong is told at once
            wrong.append(f"{name}: {str(error) or repr(error):.1500}")
    assert not wrong, "\n\n".join(wrong)


def _is_theirs(who: str, name: str, number: int) -> bool:
    """Whether somebody tries an operation: everybody who may, where time is taken for it, else one of them, by turns."""
    roles = ENDPOINTS[name].roles
    may = [one for one, role in PEOPLE.items() if not roles or role in roles]
    return who in may and (EXAMPLES > 1 or may[number % len(may)] == who)


def _try(operation: Any, headers: dict[str, str], mode: GenerationMode, *, args: dict[str, Any] | None) -> None:
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=args))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES == 1,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Any) -> None:
        with transaction.atomic():  # what one request does is nothing to the next
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    one()


def _there(name: str, ids: dict[str, Any]) -> dict[str, Any] | None:
    """The path to something that is there, where it can be named."""
    return named(RULES[name].args, ids) or None
