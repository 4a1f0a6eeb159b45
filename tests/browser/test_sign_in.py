"""A person's way through a real browser: a link for the password, codes set up, signing in with one, and each page looked at."""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from browser.look import look
from browser.visit import Visit
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import sign_in
from web.cast import Cast

pytestmark = pytest.mark.browser

PASSWORD = "a long enough sentence"  # noqa: S105 -- under test


def _code(secret: str, later: int) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def test_from_a_link_to_codes_and_back_in(visit: Visit, centre: Cast, address: str, settings: Any) -> None:  # noqa: PLR0917 -- fixtures
    """No script is needed on any of these pages, and the policy stays strict."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    page = visit("visitor")
    page.goto(sign_in.password_link(viewer=OPERATOR, email=centre.leader.email, site=address, now=centre.now))
    wrong = look(page, "set-password")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set it").click()
    _in(page, centre.leader.email)
    page.get_by_role("link", name="My account").click()
    page.get_by_role("link", name="Turn codes on").click()
    page.get_by_text("Type it instead").click()
    secret = page.locator("details code").inner_text().replace(" ", "")
    expect(page.get_by_role("img", name="A square code")).to_be_visible()
    page.get_by_label("Code").fill(_code(secret, 0))
    page.get_by_role("button", name="Turn codes on").click()
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    wrong += look(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out").click()
    _in(page, centre.leader.email)
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    wrong += look(page, "sign-in-code")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    page.get_by_label("Code").fill(_code(secret, 1))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(centre.leader.name).first).to_be_visible()
    page.goto("/me/account")
    wrong += look(page, "my-account")
    assert not wrong, "\n".join(wrong)


def _in(page: Any, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
