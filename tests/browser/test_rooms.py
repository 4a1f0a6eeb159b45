"""A calibration room, from making it to the words it changes: three people, each in a browser of their own."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import Assignment, Grant, Room, TemplateVersion
from coachloop.app.queries.verdicts import effective_verdicts
from coachloop.core.model.people import Role
from web.cast import Cast

pytestmark = pytest.mark.browser

HERS, HIS = "She greets and is gone.", "A yes is enough for me."
CALLS = 3


@pytest.fixture
def calls() -> int:
    """Few are enough."""
    return 8


def test_three_people_calibrate(visit: Visit, centre: Cast) -> None:
    """Made, answered blind by two who see nothing of each other or the machine, opened, agreed, worded, and it counts."""
    Grant.objects.create(user=centre.nobody, role=Role.EVALUATOR)
    quinn, eve, noor = visit("qa_lead"), visit("evaluator"), visit("nobody", width=390, height=844)
    _make(quinn)
    answers = {"Not met": (eve, HERS, noor), "Met": (noor, HIS, eve)}
    for outcome, (who, note, other) in answers.items():
        _answer(who, outcome, note)
        _sees_nothing(other, note)
    _sees_nothing(quinn, HERS, HIS)
    _open(quinn, noor)
    key = _agree(quinn)
    _word(quinn)
    draft = TemplateVersion.objects.get(published_at=None)
    assert "question: Does one hear the pain again, in the agent's words?\n" in draft.text
    noor.reload()
    expect(noor.get_by_text("In version 2")).to_be_visible()
    stands = effective_verdicts().filter(behaviour__key="pain_mirror", attempt__current_for__conversation__key=key)
    assert [one.effective for one in stands] == ["not_met"]
    quinn.goto(f"/conversations/{key}")
    expect(quinn.get_by_text("Answered by a person").first).to_be_visible()


def _make(page: Any) -> None:
    page.goto("/rooms")
    page.get_by_role("link", name="Make a room").first.click()
    page.get_by_label("Which template?").select_option(label="Discovery")
    page.get_by_label("What is it called?").fill("Calibration in June")
    page.get_by_label("Eve Tanaka (evaluator)").check()
    page.get_by_label("Noor Salem (evaluator)").check()
    page.get_by_label("Any, by chance").check()
    page.get_by_label("How many calls?").fill(str(CALLS))
    page.get_by_role("button", name="Make the room").press("Enter")
    expect(page.get_by_text("Not yet: nobody has answered yet")).to_be_visible()


def _answer(page: Any, outcome: str, note: str) -> None:
    """Every call of theirs: the first question so, the others met."""
    page.goto("/reviews")
    page.get_by_role("link", name="Discovery").first.click()
    for left in reversed(range(CALLS)):
        questions = page.get_by_role("radiogroup")
        expect(questions).to_have_count(3)
        for number in range(3):
            questions.nth(number).get_by_role("radio", name=outcome if number == 0 else "Met", exact=True).check()
        page.locator("summary", has_text="A note").first.click()
        page.get_by_label("A note about Pain Mirror").fill(note)
        page.get_by_role("button", name=re.compile("^Submit")).click()
        expect(page.get_by_role("heading", name="Submitted, and sealed")).to_be_visible()
        if left:
            page.get_by_role("link", name="Next call").click()


def _sees_nothing(page: Any, *notes: str) -> None:
    """Of what others said, or the machine: on the room, in the queue, in the form or behind a call's own address."""
    room = Room.objects.get()
    for path in (f"/rooms/{room.pk}", "/rooms", "/reviews"):
        page.goto(path)
        words = page.locator("main").inner_text()
        assert not [one for one in (*notes, "Not met", "Agreed", "Alpha") if one in words], words
    row = Assignment.objects.filter(room=room).order_by("id")[0]
    assert page.goto(f"/rooms/{room.pk}/calls/{row.conversation_id}/{row.asked[0]}").status == 404


def _open(quinn: Any, noor: Any) -> None:
    room = Room.objects.get()
    quinn.goto(f"/rooms/{room.pk}")
    quinn.get_by_role("button", name="Open the room").press("Enter")
    expect(quinn.get_by_role("heading", name="Where you differ, the most contested first")).to_be_visible()
    noor.goto(f"/rooms/{room.pk}")
    grid = noor.get_by_role("region", name=re.compile("^Call 1"))
    expect(grid.get_by_role("row", name=re.compile("Eve Tanaka Not met Met Met"))).to_be_visible()
    expect(grid.get_by_role("row", name=re.compile("Noor Salem Met Met Met"))).to_be_visible()
    expect(grid.get_by_role("row", name=re.compile("The machine"))).to_be_visible()
    assert not noor.evaluate("document.documentElement.scrollWidth > innerWidth")


def _agree(page: Any) -> str:
    """On the most contested question; the key of its call."""
    page.get_by_role("row", name=re.compile("Pain Mirror Call")).first.get_by_role("link").click()
    expect(page.get_by_text(HERS)).to_be_visible()
    expect(page.get_by_text(HIS)).to_be_visible()
    key: str = page.locator(".eyebrow a").inner_text()
    page.get_by_label("Not met", exact=True).check()
    page.get_by_label("Why?").fill("The pain itself is not named.")
    page.get_by_role("button", name="Write it down").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Agreed on “Pain Mirror” in call")
    return key


def _word(page: Any) -> None:
    page.get_by_role("link", name="Word “Pain Mirror” anew").click()
    page.get_by_label("The question").fill("Does one hear the pain again, in the agent's words?")
    page.get_by_role("button", name="Keep these words").press("Enter")
    page.get_by_role("button", name="Take the new words into the next draft").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The words stand in draft 2")
    expect(page.get_by_text("Does one hear the pain again, in the agent's words?").first).to_be_visible()
