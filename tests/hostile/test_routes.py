"""Every address that the site answers at: which table says whose it is, and what stands before all of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from coachloop.web.pages.probes import PROBES
from federation.identity import Identity
from hostile.routes import Route, routes
from web.api.test_permissions import RULES as OF_PROGRAMS
from web.cast import Cast
from web.conftest import settled  # noqa: F401 -- the fixture
from web.test_permissions import RULES

pytestmark = pytest.mark.django_db
TESTS = Path(__file__).parents[1]
OPERATIONS = {f"api-{one}" for one in OF_PROGRAMS}
FOR_PROGRAMS = {"api-schema", "api-nothing", "scim"}
"""The API's description, which names nobody, and its answer to what is not there: tests/web/api/test_frame.py; SCIM: tests/web/test_scim.py."""

FEDERATED = {"oidc", "oidc-callback", "saml", "saml_acs", "saml_finish_acs", "saml_sls", "saml_metadata"}
"""For visitors on their way in, where a company signs its people in; each is attacked in tests/federation."""

SIGNED_ELSEWHERE = {"saml_acs"}
"""A form that another site sends, which can hold no token of ours; its signature is what counts."""

WAYS_IN = {"health", "ready", "metrics", "sign-in", "mfa_authenticate", "sign-in-as", "set-password", "calendar-feed"}
"""What asks for no sign-in: probes, the way in, and a calendar that comes by a secret of its own."""


ELSEWHERE = (
    "//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "///evil.example",
    "\thttps://evil.example", "http:///evil.example", "\x08//evil.example", "https:evil.example",
)  # fmt: skip


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    """The addresses of a site with all that can be switched on."""
    home = tmp_path_factory.mktemp("site")
    (home / "idp.xml").write_text(Identity("http://a.example/acs", "http://a.example/metadata").metadata())
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COACHLOOP_", "DATABASE_"))} | {
        "COACHLOOP_HOME": str(home),
        "COACHLOOP_OIDC_ISSUER": "https://id.example.org",
        "COACHLOOP_OIDC_CLIENT_ID": "coachloop",
        "COACHLOOP_OIDC_CLIENT_SECRET": "a secret between the two",
        "COACHLOOP_SAML_METADATA": str(home / "idp.xml"),
        "DJANGO_SETTINGS_MODULE": "coachloop.project.settings",
        "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent / 'src'}",
    }
    command = [sys.executable, "-m", "hostile.routes"]
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=120)  # noqa: S603 -- our own
    assert done.returncode == 0, done.stderr
    return [Route(**one) for one in json.loads(done.stdout)]


def test_every_route_has_its_rule(everything: list[Route]) -> None:
    """A new one anywhere has to say whose it is: a page in tests/web, an operation in tests/web/api, or here."""
    names = [one.name for one in everything]
    tables = [set(RULES), OPERATIONS, FOR_PROGRAMS, FEDERATED]
    assert len(names) == len(set(names)), "two addresses under one name: the second one has no rule"
    assert set(names) == set().union(*tables)
    assert sum(map(len, tables)) == len(names), "a route has two rules"
    assert {one.name for one in routes()} == set(names) - FEDERATED


def test_nothing_is_open_or_tokenless_by_mistake(everything: list[Route]) -> None:
    """What asks for no sign-in and what takes a form without our token is written down; the API knows its tokens alone."""
    assert {one.name for one in everything if one.open} == WAYS_IN | FEDERATED | OPERATIONS | FOR_PROGRAMS
    assert {one.name for one in everything if one.tokenless} == OPERATIONS | FOR_PROGRAMS | SIGNED_ELSEWHERE


@pytest.fixture(scope="module")
def ids(settled: tuple[Cast, dict[str, Any]]) -> dict[str, Any]:  # noqa: F811 -- the fixture
    """Something of everything, by name."""
    return settled[1]


@pytest.fixture(scope="module")
def cast(settled: tuple[Cast, dict[str, Any]]) -> Cast:  # noqa: F811 -- the fixture
    """Everybody."""
    return settled[0]


def addresses(ids: dict[str, Any]) -> dict[str, str]:
    """Of every page."""
    named = {name: {key: ids.get(value, value) for key, value in rule.args.items()} for name, rule in RULES.items()}
    return {name: reverse(name, kwargs=args) for name, args in named.items()}


def test_no_page_takes_a_form_of_another_site(cast: Cast, ids: dict[str, Any]) -> None:
    """Whoever is signed in: without the token that our own page holds nothing is done."""
    taken, clients = {}, {}
    for name, address in addresses(ids).items():
        who = next(iter(RULES[name].ok or RULES[name].hidden))
        if who not in clients:
            clients[who] = Client(enforce_csrf_checks=True)
            clients[who].force_login(cast.who(who))
        taken[name] = clients[who].post(address, {"csrfmiddlewaretoken": "x" * 64}).status_code
    assert {name: status for name, status in taken.items() if status != 403} == dict.fromkeys(
        (route for route, _ in PROBES.values()), 405
    )


def test_every_answer_says_what_a_browser_may_do(cast: Cast, ids: dict[str, Any]) -> None:
    """No frame, no guessing, nothing inline and nothing of elsewhere: pages, files and refusals; probes are no pages, and say a word."""
    client, wrong = Client(), []
    client.force_login(cast.admin)
    pages = [address for address in addresses(ids).values() if address not in PROBES]
    asked = [*pages, "/none-such", "/scim/v2/Users", "/api/v1/me", "/static/coachloop.css", "/people?search=%00"]
    for address in asked:
        wrong += [f"{address}: {fault}" for fault in faults(client.get(address))]
    assert wrong == []


def faults(response: Any) -> list[str]:
    """What a response lacks."""
    b"".join(response.streaming_content if response.streaming else ())
    policy = response.headers.get("Content-Security-Policy", "")
    wanted = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
    found = [
        f"{name} {response.headers.get(name)}" for name, value in wanted.items() if response.headers.get(name) != value
    ]
    found += [
        part for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'") if part not in policy
    ]
    return found + [word for word in ("unsafe", "*") if word in policy]


def test_a_page_that_fails_says_nothing_of_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 and the other errors are as strict as the pages, and show neither code nor settings."""
    client = Client(raise_request_exception=False)
    client.force_login(cast.leader)
    monkeypatch.setattr("coachloop.web.pages.week.queries", None)
    failed, foreign, lost = (
        client.get("/week"),
        client.get("/week", headers={"host": "evil.example"}),
        client.get("/x<u>"),
    )
    assert (failed.status_code, foreign.status_code, lost.status_code) == (500, 400, 404), failed.headers
    for response in (failed, foreign, lost):
        assert faults(response) == []
        said = response.content.decode()
        assert "Traceback" not in said
        assert "evil.example" not in said
        assert "<u>" not in said


def test_nobody_is_led_elsewhere(cast: Cast) -> None:
    """Where somebody wanted to go is a page of ours, or it is forgotten; the form itself asks the same."""
    client = Client()
    client.force_login(cast.leader)
    assert client.get("/sign-in", {"next": "/heatmap"}).headers["Location"] == "/heatmap"
    for to in ELSEWHERE:
        assert client.get("/sign-in", {"next": to}).headers["Location"] == "/", to
