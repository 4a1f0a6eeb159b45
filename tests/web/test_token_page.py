"""Tokens on their page and at the command line."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from coachloop.app.models import ApiToken, AuditEntry
from coachloop.cli import app
from web.api.client import ApiClient
from web.cast import Cast
from web.signed_in import seen

pytestmark = pytest.mark.django_db


def test_a_token_is_made_shown_once_used_and_ended(cast: Cast, leader: Client) -> None:
    day = timezone.localdate().replace(year=timezone.localdate().year + 1).replace(day=1)
    given = {"name": "Our warehouse", "scopes": ["insight:read", "people:read"], "last_day": str(day)}
    page = leader.post("/me/tokens/make", given).content.decode()
    secret = re.search(r"cl_[\w-]{43}", page)
    assert secret
    assert ApiClient(secret[0]).get("/me").json()["roles"] == ["team_leader"]
    again = seen(cast.leader, "/me/tokens")
    assert secret[0] not in again
    assert "Our warehouse" in again
    row = ApiToken.objects.get()
    assert leader.post(f"/me/tokens/{row.pk}/revoke").status_code == 302
    assert ApiClient(secret[0]).get("/me").status_code == 401
    assert "Ended by you" in seen(cast.leader, "/me/tokens")
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"token.make", "token.revoke"}


def test_each_scope_says_what_it_is_good_for(leader: Client) -> None:
    page = leader.get("/me/tokens").content.decode()
    assert "bring calls in" in page
    assert "the studio" not in page, "of scopes that a leader can give alone"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "Say what it is for"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["privacy:read"]}, "not one of the available choices"),
        ({"last_day": "2020-01-01"}, "A token ends after now"),
        ({"last_day": "2099-01-01"}, "within 366 days"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(leader: Client, change: dict[str, object], says: str) -> None:
    given = {"name": "One", "scopes": ["insight:read"], "last_day": str(timezone.localdate())} | change
    page = leader.post("/me/tokens/make", given)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not ApiToken.objects.exists()


def test_nobody_ends_anothers(cast: Cast, leader: Client) -> None:
    client = Client()
    client.force_login(cast.agent)
    given = {"name": "Mine", "scopes": ["insight:read"], "last_day": str(timezone.localdate())}
    client.post("/me/tokens/make", given)
    row = ApiToken.objects.get()
    assert leader.post(f"/me/tokens/{row.pk}/revoke").status_code == 404
    assert ApiToken.objects.filter(revoked_at=None).exists()


def test_the_operator_makes_lists_and_ends_them(cast: Cast) -> None:
    run = CliRunner().invoke
    asked = ["token", "add", cast.qa_lead.email, "--name", "Nightly", "--scope", "conversations:write", "--json"]
    made = json.loads(run(app, asked).stdout)
    assert ApiClient(made["token"]).get("/me").status_code == 403
    listed = json.loads(run(app, ["token", "list", "--json"]).stdout)
    assert [(one["email"], one["state"]) for one in listed] == [(cast.qa_lead.email, "alive")]
    assert run(app, ["token", "revoke", str(made["id"])]).exit_code == 0
    assert ApiClient(made["token"]).get("/me").status_code == 401
    assert run(app, ["token", "add", "none@example.org", "--name", "x", "--scope", "insight:read"]).exit_code == 2


def test_the_description_is_printed(cast: Cast) -> None:  # noqa: ARG001 -- the command asks for no site, its page does
    printed = json.loads(CliRunner().invoke(app, ["schema", "api"]).stdout)
    assert printed["openapi"] == "3.1.0"
    assert "/api/v1/conversations" in printed["paths"]
