"""A dispute from the challenge to what follows: every number an agent is told, the focus built on it, and the history of it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.look import ON_THE_PHONE, look
from browser.visit import Visit
from coachloop.app.models import Focus
from coachloop.app.services import rollups

pytestmark = pytest.mark.browser

WORDS = "I said why I call before, when she picked up; the recording begins after it."
WHY = "The customer answers to a reason: he gave one, in the words before."
RATE = re.compile(r"(\d+) of (\d+), likely")


def test_a_dispute_overturned_and_all_that_follows(visit: Visit, ids: dict[str, Any]) -> None:
    """Challenged by the agent, given away by the QA lead, overturned by an evaluator; then the numbers, the focus and the history."""
    agent, leader = visit("agent"), visit("leader")
    focus = Focus.objects.select_related("example__attempt__evaluation__conversation", "behaviour").get(pk=_focus(ids))
    call = focus.example.attempt.evaluation.conversation
    title, report = focus.behaviour.title, f"/me/reports/{call.day}/{focus.behaviour.template.key}"
    before = _report(agent, report, title), _cell(leader, title), _rate(agent, title)
    wrong = _challenged(agent, leader, ids)
    wrong += _given(visit("qa_lead"))
    _decided(visit("evaluator"))
    rollups.refresh_rollups()  # what the worker does every few seconds
    after = _report(agent, report, title), _cell(leader, title), _rate(agent, title)
    assert [(met - old, n - of) for (met, n), (old, of) in zip(after, before, strict=True)] == [(1, 0)] * 3
    _history(agent)
    _another_example(leader, ids)
    assert not wrong, "\n".join(wrong)


def _focus(ids: dict[str, Any]) -> int:
    return int(Focus.objects.get(sessions=ids["planned"]).pk)


def _rate(agent: Any, title: str) -> tuple[int, int]:
    """On the agent's own page."""
    agent.goto("/me")
    met, n = RATE.search(agent.get_by_role("row").filter(has_text=title).last.inner_text()).groups()  # type: ignore[union-attr]
    return int(met), int(n)


def _cell(leader: Any, title: str) -> tuple[int, int]:
    """In the heatmap."""
    leader.goto("/heatmap?template=first-30-seconds")
    column = leader.locator(".heat thead th").all_inner_texts()
    at = next(place for place, words in enumerate(column) if words.startswith(title))
    cell = leader.get_by_role("row").filter(has=leader.get_by_role("link", name="Lea Rossi")).locator("th, td").nth(at)
    met, n = RATE.search(cell.locator(".cell").get_attribute("title")).groups()  # type: ignore[union-attr]
    return int(met), int(n)


def _report(agent: Any, path: str, title: str) -> tuple[int, int]:
    """In the daily report of the day of the call."""
    agent.goto(path)
    line = agent.locator("main .lines > li").filter(has_text=title).first
    met, n = re.search(r"(\d+) of (\d+)", line.inner_text()).groups()  # type: ignore[union-attr]
    return int(met), int(n)


def _challenged(agent: Any, leader: Any, ids: dict[str, Any]) -> list[str]:
    """In the agent's own words, beside the verdict; the session says that its example is challenged."""
    beside = agent.get_by_role("group").filter(has=agent.get_by_text("Challenge this"))
    beside.get_by_text("Challenge this").click()
    wrong = look(agent, "dispute-challenge", looks=[ON_THE_PHONE])
    beside.get_by_role("textbox").fill(WORDS)
    beside.get_by_role("button", name="Send it").click()
    expect(agent.get_by_role("status").first).to_contain_text("Sent.")
    leader.goto(f"/sessions/{ids['planned']}")
    expect(leader.get_by_text("It waits for its decision")).to_be_visible()
    return wrong


def _given(qa_lead: Any) -> list[str]:
    """To somebody who neither scored nor coached it: the team's leader is not among them."""
    qa_lead.goto("/disputes")
    who = qa_lead.get_by_label("Who decides")
    assert who.locator("option").all_inner_texts() == ["Eve Tanaka", "Quinn Abara"]
    wrong = look(qa_lead, "disputes")
    who.select_option("Eve Tanaka")
    qa_lead.get_by_role("button", name="Give it to them").click()
    expect(qa_lead.get_by_role("status").first).to_contain_text("Eve Tanaka decides it by")
    return wrong


def _decided(evaluator: Any) -> None:
    """By somebody who reads the call, and says why."""
    evaluator.goto("/disputes")
    evaluator.locator("main td a").first.click()
    expect(evaluator.get_by_text(WORDS)).to_be_visible()
    evaluator.get_by_label("It was met", exact=True).check()
    evaluator.get_by_label("Why?").fill(WHY)
    evaluator.get_by_role("button", name="Decide").click()
    expect(evaluator.get_by_role("status").first).to_contain_text("Decided.")


def _history(agent: Any) -> None:
    """Who, when and why, as the agent reads it on the page with their rates."""
    expect(agent.get_by_text("The example was challenged and overturned on")).to_be_visible()
    agent.get_by_role("link", name="The dispute", exact=True).click()
    steps = agent.locator(".history > li").all_inner_texts()
    assert len(steps) == 3
    for step, words in zip(
        steps, ((WORDS, "You"), ("Quinn Abara gave it to Eve Tanaka",), ("Eve Tanaka", WHY)), strict=True
    ):
        assert re.match(r"\w{3} \d+ \w{3}, \d\d:\d\d", step)
        assert all(one in step for one in words), step


def _another_example(leader: Any, ids: dict[str, Any]) -> None:
    """The leader is told in the week and in the session, and takes another call; the days do not begin anew."""
    leader.goto("/week")
    leader.get_by_role("link", name="Its example was challenged and overturned").click()
    expect(leader.get_by_text("choose another example, or close the focus")).to_be_visible()
    due = Focus.objects.get(sessions=ids["planned"]).due_on
    leader.get_by_role("link", name="Choose another example").click()
    leader.get_by_role("button", name="Take this one").click()
    expect(leader.get_by_role("status").first).to_contain_text("The session stands on this call now.")
    expect(leader.get_by_text("overturned on")).to_have_count(0)
    assert Focus.objects.get(sessions=ids["planned"]).due_on == due
