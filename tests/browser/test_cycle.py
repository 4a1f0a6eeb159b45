"""One whole cycle, from scored calls to the next focus, and what everybody sees of it at every step."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from browser.visit import Visit
from coachloop.app.models import AuditEntry, Focus, FollowUp, Session
from coachloop.app.services import coaching
from house import Clock
from web.cast import NORTH, Cast, call, take_in

pytestmark = pytest.mark.browser

MAY_OPEN = {
    "agent": 200,
    "leader": 200,
    "qa_lead": 200,
    "other_agent": 404,
    "other_leader": 404,
    "evaluator": 403,
    "operations": 403,
    "admin": 403,
    "nobody": 403,
}
"""Who gets Lea's session, and her follow-up, at every step alike."""

OWN_WORDS = "I call, and then I do not say why."
ACTION = "Say why I call in the first sentence"
PRIVATE = "PRIVATE: tired lately, ask again"
SHARED = "Listen to the Costa call together"
COACH = "Coach Lea Rossi on this"


class Everybody:
    """All of them at once: who gets to the session has a browser of their own, for the others no word of it is in what they are sent."""

    def __init__(self, visit: Visit, cast: Cast) -> None:
        self.page: dict[str, Any] = {who: visit(who) for who, status in MAY_OPEN.items() if status == 200}
        self._client = {who: signed_in(cast.who(who)) for who in MAY_OPEN if who not in self.page}
        self._sent: dict[str, str] = {}

    def get(self, who: str, path: str) -> tuple[int, str]:
        """Status and text of an answer to somebody without a browser."""
        answer = self._client[who].get(path)
        return answer.status_code, answer.content.decode()

    def open(self, path: str) -> None:
        """One page, for those who may."""
        sent = {who: self.get(who, path) for who in self._client}
        shown = {who: page.goto(path).status for who, page in self.page.items()}
        assert shown | {who: status for who, (status, _) in sent.items()} == MAY_OPEN
        self._sent = {who: unescape(text) for who, (_, text) in sent.items()}

    def see(self, words: str, *people: str) -> None:
        """On the page that is open: these people see it, and nobody else does."""
        seen = {who for who, page in self.page.items() if words in page.locator("body").inner_text()}
        assert seen | {who for who, text in self._sent.items() if words in text} == set(people), words


def signed_in(user: Any) -> Client:
    """Somebody, without a browser."""
    client = Client()
    client.force_login(user)
    return client


def test_from_scored_calls_to_the_next_focus(visit: Visit, clock: Clock, centre: Cast) -> None:
    """Scored, chosen, planned, held and agreed, confirmed, looked back on, and on to the next."""
    all_ = Everybody(visit, centre)
    _scored(all_)
    path, title = _chosen(all_)
    _planned(all_, path)
    _held(all_, path)
    _confirmed(all_, path)
    clock.jump(centre.now + timedelta(days=7, hours=1))
    all_ = Everybody(visit, centre)  # nobody is signed in for a week
    leader, agent, adviser = all_.page["leader"], all_.page["agent"], all_.page["qa_lead"]
    back = _looked_back(all_, centre)
    assert title in adviser.goto(path).text()
    leader.goto("/week")
    leader.get_by_role("group").filter(has=leader.locator("button", has_text=COACH)).locator("summary").click()
    leader.get_by_role("button", name=COACH).click()
    expect(leader.get_by_role("heading", name="The example")).to_be_visible()
    following = Focus.objects.get(agent__key="lea", closed_at=None)
    assert Focus.objects.filter(agent__key="lea").count() == 2
    assert following.sessions.get().status == "planned"
    agent.goto("/me")
    expect(agent.locator("#focus")).to_have_text(leader.get_by_role("heading", level=1).inner_text())
    all_.open(back)
    _in_the_log(all_)


def _scored(all_: Everybody) -> None:
    """Calls are scored: the agent has no focus yet, their own leader is shown one, nobody else is."""
    agent, leader = all_.page["agent"], all_.page["leader"]
    agent.goto("/me")
    expect(agent.get_by_role("heading", name="No open focus")).to_be_visible()
    status, other = all_.get("other_leader", "/week")
    assert (status, COACH in other) == (200, False)
    for page, count in ((all_.page["qa_lead"], 0), (leader, 1)):
        page.goto("/week")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("button", has_text=COACH)).to_have_count(count)
    assert all_.get("operations", "/week")[0] == 403
    assert all_.get("evaluator", "/conversations/lea-1")[0] == 403
    assert all_.get("admin", "/conversations/lea-1")[0] == 403


def _chosen(all_: Everybody) -> tuple[str, str]:
    """The leader takes the focus: a session is there, with its example for whoever may see the call."""
    leader, agent = all_.page["leader"], all_.page["agent"]
    with leader.expect_navigation():
        leader.get_by_role("button", name=COACH).click()
    session = Session.objects.get(agent__key="lea")
    path = f"/sessions/{session.pk}"
    expect(leader).to_have_url(leader.url.split("/sessions/")[0] + path)
    title = leader.get_by_role("heading", level=1).inner_text()
    all_.open(path)
    all_.see(title, "agent", "leader", "qa_lead")
    all_.see("In their own words", "leader")
    all_.see("As an adviser you see its focus and its status", "qa_lead")
    agent.goto("/me")
    expect(agent.locator("#focus")).to_have_text(title)
    leader.goto("/week")
    expect(leader.locator("button", has_text=COACH)).to_have_count(0)
    return path, title


def _planned(all_: Everybody, path: str) -> None:
    """It gets its time: both sides see when."""
    leader, agent = all_.page["leader"], all_.page["agent"]
    leader.goto(path)
    leader.get_by_label("When do you sit down?").fill("2026-06-10T14:00")
    with leader.expect_navigation():
        leader.get_by_role("button", name="Plan it").click()
    expect(leader.get_by_role("status").first).to_contain_text("It is planned.")
    all_.open(path)
    all_.see("14:00", "agent", "leader", "qa_lead")
    agent.goto("/me")
    expect(agent.get_by_text("You sit down on")).to_be_visible()


def _held(all_: Everybody, path: str) -> None:
    """It is held: what was agreed stays between the two, what is private with the leader."""
    leader, today = all_.page["leader"], timezone.localdate()
    leader.goto(path)
    for label, words in {
        "In their own words": OWN_WORDS,
        "One action": ACTION,
        "By when?": str(today + timedelta(days=3)),
        "How will you both see it?": "Three calls, read together",
        "When do you look back together?": str(today + timedelta(days=7)),
    }.items():
        leader.get_by_label(label).fill(words)
    leader.locator("[name=shared_notes]").fill(SHARED)
    leader.locator("[name=private_notes]").fill(PRIVATE)
    with leader.expect_navigation():
        leader.get_by_role("button", name="Held: save what we agreed").click()
    expect(leader.get_by_role("heading", name="What was agreed")).to_be_visible()
    all_.open(path)
    all_.see(PRIVATE, "leader")
    for words in (OWN_WORDS, ACTION, SHARED):
        all_.see(words, "agent", "leader")
    all_.see("What was agreed stays between", "qa_lead")


def _confirmed(all_: Everybody, path: str) -> None:
    """The agent says that this is what was agreed, and the leader reads it."""
    agent = all_.page["agent"]
    with agent.expect_navigation():
        agent.get_by_role("button", name="Yes, this is what we agreed").click()
    all_.open(path)
    all_.see("You confirmed this on", "agent")
    all_.see("Lea Rossi confirmed this on", "leader")


def _looked_back(all_: Everybody, centre: Cast) -> str:
    """A week later the follow-up is open by itself, with new numbers; until three answers close it there is no next focus."""
    leader, now = all_.page["leader"], timezone.now()
    did = (True, True, True, False, True)
    take_in(
        [call("lea", NORTH["lea"], "north", number=n, did=did, now=now) | {"id": f"since-{n}"} for n in range(30)], now
    )
    leader.goto("/week")
    expect(leader.locator("button", has_text=COACH)).to_have_count(0)
    coaching.open_due_follow_ups(now=now)
    back = f"/follow-ups/{FollowUp.objects.get(session__agent__key='lea').pk}"
    all_.open(back)
    all_.see("Three answers close it", "leader")
    all_.see(ACTION, "agent", "leader")
    all_.see(PRIVATE)
    _no_next_focus(centre)
    for question, answer in (
        ("Did it happen?", "Yes"),
        ("Did it work?", "Yes"),
        ("What next?", "Done: on to the next"),
    ):
        leader.get_by_role("group", name=question).get_by_label(answer).check()
    with leader.expect_navigation():
        leader.get_by_role("button", name="Close the follow-up").click()
    all_.open(back)
    all_.see("The answers", "agent", "leader", "qa_lead")
    return back


def _no_next_focus(centre: Cast) -> None:
    """Not even for who sends the form without the button."""
    signed_in(centre.leader).post("/agents/lea/focus")
    assert Focus.objects.filter(agent__key="lea").count() == 1


def _in_the_log(all_: Everybody) -> None:
    """Every step of it has its line, and none of the words."""
    status, lines = all_.get("admin", "/audit")
    assert status == 200
    steps = {"focus.accept", "session.plan", "session.hold", "session.confirm", "follow_up.close"}
    assert steps <= set(AuditEntry.objects.values_list("action", flat=True))
    assert not [words for words in (PRIVATE, OWN_WORDS, ACTION, SHARED) if words in unescape(lines)]
