from typing import Any

import pytest
from django.test import Client

from coachloop.app.models import User
from coachloop.core.model.people import Role
from web.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]

FIRST = {
    "leader": "/week",
    "qa_lead": "/week",
    "agent": "/me",
    "operations": "/heatmap",
    "evaluator": "/reviews",
    "admin": "/audit",
}
PASSWORD = "a long enough sentence"  # noqa: S105 -- under test


@pytest.mark.parametrize(("who", "path"), FIRST.items())
def test_home_is_the_first_page_of_the_role(cast: Cast, who: str, path: str) -> None:
    client = Client()
    client.force_login(cast.who(who))
    assert client.get("/").headers["Location"] == path


def test_without_a_role_home_says_what_to_do(cast: Cast, client: Client) -> None:
    client.force_login(cast.nobody)
    assert "Ask an admin for a role" in client.get("/").content.decode()


def test_email_and_password_sign_in(cast: Cast, client: Client, settings: Any) -> None:
    """And lead to the page that was asked for, on this site alone."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    leader = User.objects.get(pk=cast.leader.pk)
    leader.set_password(PASSWORD)
    leader.save()
    given = {"username": cast.leader.email, "password": PASSWORD}
    assert client.post("/sign-in", {**given, "next": "/heatmap"}).headers["Location"] == "/heatmap"
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.post("/sign-in", {**given, "next": "https://elsewhere.example/"}).headers["Location"] == "/"


def test_a_wrong_password_says_what_to_do(client: Client) -> None:
    """And keeps the address that was typed."""
    page = client.post("/sign-in", {"username": "nobody@example.org", "password": "wrong"}).content.decode()
    assert "do not belong together" in page
    assert "nobody@example.org" in page


def test_outside_the_demo_no_role_signs_in_by_a_click(client: Client) -> None:
    """The route is not there, and no card offers it."""
    for role in Role:
        assert client.post(f"/sign-in/{role}").status_code == 404
    assert "sign-in/" not in client.get("/sign-in").content.decode()


@pytest.mark.parametrize("role", Role)
def test_in_the_demo_every_role_signs_in_by_a_click(client: Client, settings: Any, role: Role) -> None:
    """With somebody who has something to see in that role."""
    settings.DEMO = True
    assert f'action="/sign-in/{role}"' in client.get("/sign-in").content.decode()
    first = client.post(f"/sign-in/{role}", follow=True)
    assert first.status_code == 200
    assert "Sign out" in first.content.decode()


def test_in_the_demo_there_is_no_role_of_any_other_name(client: Client, settings: Any) -> None:
    settings.DEMO = True
    assert client.post("/sign-in/superuser").status_code == 404


def test_a_visitor_is_asked_to_sign_in_first(client: Client) -> None:
    assert client.get("/week").headers["Location"] == "/sign-in?next=/week"
