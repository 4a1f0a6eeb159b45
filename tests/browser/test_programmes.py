"""Who works for two clients switches between them in the page's header, by keyboard as well."""

import pytest
from playwright.sync_api import expect

from browser.look import look
from browser.visit import Visit
from coachloop.app.models import Grant
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.programmes import add_programme
from coachloop.core.model.people import Role
from web.cast import Cast

pytestmark = pytest.mark.browser


def test_a_leader_of_one_client_leads_quality_at_another(visit: Visit, centre: Cast) -> None:
    """The header names the one that is looked at; the other's pages hold nothing of it."""
    add_programme(viewer=OPERATOR, key="harbour", name="Harbour Homes", now=centre.now)
    second, _ = add_programme(viewer=OPERATOR, key="energy", name="North Energy", now=centre.now)
    Grant.objects.create(user=centre.leader, role=Role.QA_LEAD, programme=second)
    page = visit("leader")
    page.goto("/conversations")
    expect(page.locator("header")).to_contain_text("Harbour Homes")
    expect(page.locator("main a[href^='/conversations/']").first).to_be_visible()
    page.get_by_role("button", name="Switch programme").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="North Energy")).to_be_visible()
    assert look(page, "programmes") == []
    page.get_by_role("button", name="North Energy").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You look at North Energy now.")
    expect(page.locator("header")).to_contain_text("North Energy")
    page.goto("/conversations")
    expect(page.locator("main a[href^='/conversations/']")).to_have_count(0)
