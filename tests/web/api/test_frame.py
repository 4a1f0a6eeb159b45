"""What every operation has in common: tokens, scopes, problems, pages, limits, and asking twice."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coachloop.app.models import ApiToken, AuditEntry, User
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import tokens
from coachloop.web import bearer
from coachloop.web.api.access import ENDPOINTS
from coachloop.web.api.api import api as built
from web.api.client import ApiClient, ClientOf
from web.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_conversation_is_read_with_its_verdicts_and_the_look_is_noted(api: ClientOf) -> None:
    """All that its page shows."""
    response = api("leader").get("/conversations/lea-1")
    assert response.status_code == 200
    found = response.json()
    assert found["agent_key"] == "lea"
    assert found["turns"][0]["speaker"] == "agent"
    verdicts = {one["key"]: one for each in found["scored"] for one in each["verdicts"]}
    assert verdicts["states_purpose"]["evidence"][0]["quote"]
    assert AuditEntry.objects.filter(action="conversation.look", subject="conversation:lea-1").count() == 1


@pytest.mark.parametrize("said", ["", "Bearer ", "Bearer cl_guessed", "Basic bGVhOmxlYQ==", "Bearer \x00", "nonsense"])
def test_without_a_token_nothing_is_answered(cast: Cast, said: str) -> None:  # noqa: ARG001 -- somebody must be there
    """401, as a problem, with how to ask."""
    with CaptureQueriesContext(connection) as asked:
        response = Client().get("/api/v1/me", headers={"Authorization": said} if said else {})
    assert not [query for query in asked if "apitoken" in query["sql"]], "what can be no token is not looked up"
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_browsers_session_counts_for_nothing(cast: Cast) -> None:
    """No cookie, so nothing that another site could make a browser send."""
    client = Client()
    client.force_login(cast.leader)
    response = client.get("/api/v1/me")
    assert response.status_code == 401


def test_a_token_does_no_more_than_its_scopes(api: ClientOf) -> None:
    response = api("leader", "people:read").get("/conversations/lea-1")
    assert response.status_code == 403
    assert "conversations:read" in response.json()["detail"]


def test_what_is_hidden_looks_like_what_is_not_there(api: ClientOf) -> None:
    client = api("other_leader")
    hidden, missing = client.get("/conversations/lea-1"), client.get("/conversations/none-such")
    assert (hidden.status_code, hidden.content) == (404, missing.content)


@pytest.mark.parametrize("path", ["/conversations/lea-1/", "/none-such", "/", ""])
def test_an_unknown_address_is_a_problem_as_well(api: ClientOf, path: str) -> None:
    response = api("leader").get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_a_wrong_method_says_which_are_right(api: ClientOf) -> None:
    response = api("leader").send("DELETE", "/me")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert response["Content-Type"] == "application/problem+json"


def test_every_mistake_has_its_place(api: ClientOf) -> None:
    client = api("leader")
    wrong = client.get("/me/tokens?limit=0").json()
    assert wrong["errors"][0]["at"] == "/query/limit"
    unknown = client.get("/me/tokens?limits=5").json()
    assert unknown["errors"][0]["at"] == "/query/limits"
    assert client.get("/me/tokens?cursor=nonsense").json()["errors"][0]["at"] == "/query/cursor"
    assert client.get("/me/tokens?cursor=%00").status_code == 400


def test_a_list_goes_page_by_page(api: ClientOf) -> None:
    """Each once, in an order that stays, while others come in."""
    client = api("leader")
    for _ in range(4):
        api("leader", "people:read")
    seen: list[int] = []
    page: dict[str, Any] = client.get("/me/tokens?limit=2").json()
    while True:
        seen += [one["id"] for one in page["items"]]
        if not page["next"]:
            break
        page = client.get(f"/me/tokens?limit=2&cursor={page['next']}").json()
    assert len(seen) == len(set(seen)) == 5


def test_a_token_that_asks_too_often_is_told_when_to_ask_again(api: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CONFIG", settings.CONFIG.model_copy(update={"api_requests_a_minute": 2}))
    client = api("leader")
    first, _, third = (client.get("/me") for _ in range(3))
    assert (first.status_code, first["RateLimit-Policy"]) == (200, '"token";q=2;w=60')
    assert third.status_code == 429
    assert 1 <= int(third["Retry-After"]) <= 60
    assert api("leader").get("/me").status_code == 200  # another token of theirs


def wrong(path: str, **headers: str) -> Any:
    """Ask with a token of the right form that nobody has."""
    return Client().get(path, headers={"Authorization": f"Bearer cl_{'x' * 43}", **headers})


@pytest.mark.parametrize("path", ["/api/v1/me", "/scim/v2/Users"])
def test_wrong_tokens_are_limited_by_address_and_right_ones_are_not(
    api: ClientOf, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Only as many names in X-Forwarded-For are believed as there are proxies."""
    monkeypatch.setattr(bearer, "WRONG_ONES", 2)
    answers = [wrong(path) for _ in range(5)]  # a minute may end among them
    assert answers[0].status_code == 401
    limited = next(one for one in answers if one.status_code == 429)
    assert 1 <= int(limited["Retry-After"]) <= 60
    assert api("admin").get("/me").status_code == 200
    assert 429 in {wrong(path, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(5)}
    monkeypatch.setattr(settings, "CONFIG", settings.CONFIG.model_copy(update={"proxies": 1}))
    told = {wrong(path, **{"X-Forwarded-For": f"203.0.113.9, 198.51.100.{n}"}).status_code for n in range(5)}
    assert told == {401}


@pytest.mark.parametrize(
    "change",
    [
        lambda row, now: row.update(revoked_at=now),
        lambda row, now: row.update(expires_at=now),
        lambda row, _: User.objects.filter(tokens__in=row).update(is_active=False),
    ],
    ids=["revoked", "ended", "switched-off"],
)
def test_a_dead_token_opens_nothing(cast: Cast, api: ClientOf, change: Any) -> None:
    client = api("leader")
    assert client.get("/me").status_code == 200
    change(ApiToken.objects.all(), cast.now)
    assert client.get("/me").status_code == 401


def test_only_the_digest_is_kept(cast: Cast, api: ClientOf) -> None:
    secret = api("leader").secret
    row = ApiToken.objects.get()
    assert secret.startswith("cl_")
    assert secret not in str(vars(row))
    held = tokens.holder(secret, now=cast.now + timedelta(minutes=5))
    assert held is not None
    assert held.viewer.user == cast.leader


def test_a_token_is_never_wider_than_its_person(cast: Cast) -> None:
    wanted = tokens.Wanted("wide", ["privacy:read"], cast.now + timedelta(days=1))
    with pytest.raises(tokens.RefusedError, match="wider than the roles"):
        tokens.make(viewer=viewer(cast.leader), wanted=wanted, now=cast.now)


def test_the_schema_is_open_and_names_each_shape_once() -> None:
    """What a generated client is made from."""
    found = Client().get("/api/v1/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    assert "ConversationView" in found["components"]["schemas"]
    assert ApiClient("").get("/me").status_code == 401


def test_operations_at_one_address_call_its_parts_the_same() -> None:
    """Else Django takes the first of them and answers 405 for the others' methods."""
    built()
    spelled: dict[str, set[str]] = {}
    for one in ENDPOINTS.values():
        spelled.setdefault(re.sub(r"\{[^}]*\}", "{}", one.path), set()).add(one.path)
    assert [paths for paths in spelled.values() if len(paths) > 1] == []
