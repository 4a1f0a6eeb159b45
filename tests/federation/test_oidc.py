"""Signing in by a real OpenID provider, step by step as a browser does; and what an attacker tries on the way."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from federation.conftest import Federated

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(federated: Federated) -> Iterator[httpx.Client]:
    """Keeps cookies, and follows nothing by itself."""
    with httpx.Client(base_url=federated.address, timeout=60) as client:
        yield client
    (federated.folder / "mischief.json").unlink(missing_ok=True)


def to_the_provider(browser: httpx.Client, federated: Federated, who: str, *, to: str = "") -> str:
    """Press the button, sign in over there; the address that leads back."""
    answer = browser.get("/sign-in/oidc", params={"next": to} if to else {})
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"]
    assert asked["state"]
    login = browser.get(answer.headers["Location"]).headers["Location"]
    back = browser.post(f"{federated.provider}{login}", data={"username": who, "password": who})
    there = httpx.URL(f"{federated.provider}{back.headers['Location']}")
    return str(browser.get(there).headers["Location"])


def told(browser: httpx.Client) -> str:
    """What the sign-in page says."""
    return browser.get("/sign-in").text


def who(browser: httpx.Client) -> str:
    """Which page opens: the shell names roles."""
    answer = browser.get("/me/calendar")
    return answer.text if answer.status_code == 200 else ""


def ask(federated: Federated, query: str) -> list[Any]:
    """Look into the site's database."""
    with sqlite3.connect(federated.folder / "coachloop.sqlite3", timeout=30) as database:
        return database.execute(query).fetchall()


def test_the_right_person_comes_in_where_they_wanted_to_go(browser: httpx.Client, federated: Federated) -> None:
    """Found by their verified address whatever its capitals; the session's key is a new one."""
    assert "Sign in with your company account" in told(browser)
    back = to_the_provider(browser, federated, "ada", to="/me/calendar")
    before = browser.cookies["sessionid"]
    answer = browser.get(back)
    assert answer.headers["Location"] == "/me/calendar"
    assert browser.cookies["sessionid"] != before
    assert "Ada Lindholm" in who(browser)
    assert "no password here" in browser.get("/me/account").text
    [(detail,)] = ask(
        federated, "select detail from coachloop_auditentry where action='person.sign_in' order by id desc limit 1"
    )
    assert json.loads(detail)["by"] == ["socialaccount"]


def test_roles_follow_the_groups_at_every_sign_in(browser: httpx.Client, federated: Federated) -> None:
    """Those that the rules name; the last admin stays one."""
    for groups, roles in ((["qa"], {"qa_lead"}), (["leads", "qa"], {"qa_lead", "team_leader"}), ([], set()), (["leads"], {"team_leader"})):  # fmt: skip
        (federated.folder / "mischief.json").write_text(json.dumps({"claims": {"groups": groups}}))
        browser.cookies.clear()
        browser.get(to_the_provider(browser, federated, "ada"))
        held = ask(
            federated,
            "select role from coachloop_grant g join coachloop_user u on u.id=g.user_id where u.name like 'Ada%'",
        )
        assert {role for (role,) in held} == roles
    actors = ask(
        federated, "select distinct actor_name from coachloop_auditentry where action in ('role.give', 'role.take')"
    )
    assert ("sign-in by oidc",) in actors


@pytest.mark.parametrize(
    "mischief",
    [
        {"claims": {"aud": "another-site"}},
        {"claims": {"aud": ["coachloop", "another-site"]}},
        {"claims": {"exp": 1_700_000_000}},
        {"claims": {"iss": "http://127.0.0.1/other"}},
        {"claims": {"nonce": "of another request"}},
        {"forged": True},
    ],
    ids=["audience", "two audiences", "expired", "issuer", "nonce", "forged"],
)
def test_a_token_that_proves_nothing_lets_nobody_in(
    browser: httpx.Client, federated: Federated, mischief: dict[str, Any]
) -> None:
    (federated.folder / "mischief.json").write_text(json.dumps(mischief))
    answer = browser.get(to_the_provider(browser, federated, "ada"))
    assert answer.headers["Location"] == "/sign-in"
    assert "did not work" in told(browser)
    assert not who(browser)


@pytest.mark.parametrize(("person", "why"), [("any", "not say that your email"), ("mute", "not say that your email"), ("new", "Nobody has added you")])  # fmt: skip
def test_whoever_is_not_known_for_certain_stays_out(
    browser: httpx.Client, federated: Federated, *, person: str, why: str
) -> None:
    """By an address that anybody could have written there, and one that nobody here has."""
    browser.get(to_the_provider(browser, federated, person))
    assert why in told(browser)
    assert not who(browser)
    assert not ask(federated, "select 1 from coachloop_user where email='new@example.org'")


def test_an_answer_counts_once_and_in_its_own_browser(browser: httpx.Client, federated: Federated) -> None:
    """State: not in another browser (a planted sign-in), not a second time, not made up."""
    back = to_the_provider(browser, federated, "ada")
    with httpx.Client(base_url=federated.address, timeout=60) as victim:
        victim.get("/sign-in")
        assert victim.get(back).headers["Location"] == "/sign-in"
        assert not who(victim)
    assert browser.get(back).headers["Location"] == "/"
    assert browser.get(back).headers["Location"] == "/sign-in"
    parts = urlsplit(back)
    made_up = urlencode({"code": parse_qs(parts.query)["code"][0], "state": "guessed"})
    assert browser.get(f"{parts.path}?{made_up}").headers["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere(browser: httpx.Client, federated: Federated, to: str) -> None:
    """Open redirect in `next`."""
    assert browser.get(to_the_provider(browser, federated, "ada", to=to)).headers["Location"] == "/"


def test_the_page_stays_strict(browser: httpx.Client) -> None:
    """The provider's address is in no policy: a link needs none."""
    policy = browser.get("/sign-in").headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
