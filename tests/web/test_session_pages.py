"""The guided session on its page: what comes first, what is kept, who reads what, and the agent's answer."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from coachloop import wiring
from coachloop.app.models import Focus, Goal, GoalStep, Session, SessionDraft, StandIn, Team
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import coaching, confirming
from coachloop.app.services.judge import KeptReplies
from coachloop.core.model.people import Role
from coachloop.core.scoring.judge.exchange import Clock, Exchange
from coachloop.core.scoring.judge.ports import ChatReply, ChatRequest, Limits, Prices
from web.cast import HOSTILE, Cast, person
from web.signed_in import signed_in

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def page(client: Client, path: str) -> str:
    """A page's source."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_questions_and_the_agents_words_come_before_what_the_leader_thinks(leader: Client, ids: dict[str, int]) -> None:
    """The better move and the reasons are folded away, after the field for the agent's own words."""
    shown = page(leader, f"/sessions/{ids['planned']}")
    places = [
        shown.index(words)
        for words in (
            "The example",
            "What went well for you in this call?",
            'name="own_words"',
            "When you have heard them: what the call shows",
            "A better move",
            "Why it matters",
            "Why now",
            'name="action"',
            'name="by_when"',
            'name="how_reviewed"',
            'name="private_notes"',
        )
    ]
    assert places == sorted(places)
    assert shown.count("A better move") == 1
    assert "What we listen for: “Did the agent" in shown


def test_the_agent_prepares_with_the_same_questions_and_no_answer(cast: Cast, ids: dict[str, int]) -> None:
    shown = page(signed_in(cast.agent), f"/sessions/{ids['planned']}")
    assert "If that moment came again tomorrow" in shown
    assert "A better move" not in shown
    assert "What good sounds like" not in shown


def test_an_adviser_reads_neither_questions_nor_draft(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    leader.post(f"/sessions/{ids['planned']}/draft", {"own_words": "DRAFTED words"})
    for user in (cast.qa_lead, cast.agent):
        assert "DRAFTED" not in page(signed_in(user), f"/sessions/{ids['planned']}")


def test_without_javascript_a_draft_is_a_button(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['planned']}"
    sent = {"own_words": f"I rush. {HOSTILE}", "private_notes": "PRIVATE", "by_when": "no day", "basis": ""}
    shown = leader.post(f"{path}/draft", sent, follow=True).content.decode()
    assert "Kept for later, at" in shown
    assert "I rush. &lt;script&gt;" in shown
    assert "<script>alert" not in shown
    assert "PRIVATE" in shown


def test_a_script_is_told_when_it_was_saved(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['planned']}/draft"
    told = leader.post(path, {"own_words": "One", "writer": "a"}, headers=JSON).json()
    saved_at = SessionDraft.objects.get().saved_at
    with timezone.override("Europe/Berlin"):
        assert told == {"saved_at": saved_at.isoformat(), "saved": f"{timezone.localtime(saved_at):%H:%M}"}
    again = leader.post(path, {"own_words": "Two", "writer": "b", "basis": told["saved_at"]}, headers=JSON)
    assert again.status_code == 200


def test_a_script_is_asked_before_newer_words_go(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['planned']}/draft"
    leader.post(path, {"own_words": "Newer", "writer": "a"}, headers=JSON)
    response = leader.post(path, {"own_words": "Older", "writer": "b"}, headers=JSON)
    assert response.status_code == 409
    told = response.json()
    assert (told["fields"]["own_words"], told["by"]) == ("Newer", "Ada Lindholm")
    assert SessionDraft.objects.get().fields["shared"]["own_words"] == "Newer"


def test_without_javascript_the_page_says_so_and_keeps_what_was_sent(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['planned']}/draft"
    leader.post(path, {"own_words": "Newer"})
    response = leader.post(path, {"own_words": "Older"})
    shown = response.content.decode()
    assert response.status_code == 409
    assert "wrote newer words at" in shown
    assert "Older</textarea>" in shown
    basis = SessionDraft.objects.get().saved_at.isoformat()
    assert leader.post(path, {"own_words": "Older", "basis": basis}).status_code == 302


def test_after_it_is_held_a_late_script_is_told(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    coaching.cancel_session(viewer=viewer(cast.leader), session_id=ids["planned"], now=cast.now)
    for act in ("draft", "start"):
        response = leader.post(f"/sessions/{ids['planned']}/{act}", headers=JSON)
        assert response.status_code == 422
        assert response.json() == {"refused": "This session is cancelled already."}
        assert "cancelled already" in leader.post(f"/sessions/{ids['planned']}/{act}", follow=True).content.decode()


def test_the_minutes_start_with_a_button_and_a_reload_keeps_them(leader: Client, ids: dict[str, int]) -> None:
    path = f"/sessions/{ids['planned']}"
    assert "Start the 15 minutes" in page(leader, path)
    told = leader.post(f"{path}/start", headers=JSON).json()
    started = Session.objects.get(pk=ids["planned"]).started_at
    assert started is not None
    assert told == {"started_at": started.isoformat()}
    assert f'data-started="{started.isoformat()}"' in page(leader, path)
    assert leader.post(f"{path}/start", follow=True).redirect_chain == [(path, 302)]


def test_who_stands_in_does_not_read_the_leaders_private_notes(leader: Client, ids: dict[str, int]) -> None:
    """Shared words are there for both, private ones for whoever wrote them, before and after it is held."""
    path, today = f"/sessions/{ids['planned']}", timezone.localdate()
    leader.post(f"{path}/draft", {"own_words": "SHARED", "private_notes": "ADAS OWN"})
    rui = person("Rui Costa", Role.TEAM_LEADER)
    north = Team.objects.get(key="north")
    StandIn.objects.create(team=north, user=rui, first_day=today - timedelta(2), last_day=today + timedelta(2))
    shown = page(signed_in(rui), path)
    assert "SHARED" in shown
    assert "ADAS OWN" not in shown
    agreed = {
        "own_words": "x", "action": "y", "how_reviewed": "z", "held_on": str(today - timedelta(1)),
        "by_when": str(today), "review_on": str(today + timedelta(days=7)), "private_notes": "RUIS OWN",
    }  # fmt: skip
    assert "What was agreed" in signed_in(rui).post(f"{path}/hold", agreed, follow=True).content.decode()
    assert "RUIS OWN" in page(signed_in(rui), path)
    assert "ADAS OWN" not in page(signed_in(rui), path)
    assert "RUIS OWN" not in page(leader, path)
    assert "ADAS OWN" in page(leader, path)


def test_the_agent_confirms_from_their_own_page(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    path, agent = f"/sessions/{ids['held']}", signed_in(cast.other_agent)
    assert "has not confirmed this yet" in page(leader, path)
    assert f'action="{path}/confirm"' in page(agent, "/me")
    assert "Confirmed. Thank you." in agent.post(f"{path}/confirm", follow=True).content.decode()
    assert "Tom Okafor confirmed this on" in page(leader, path)
    assert f'action="{path}/confirm"' not in page(agent, "/me")
    assert "answered this already" in agent.post(f"{path}/confirm", follow=True).content.decode()


def test_what_the_agent_contests_reaches_the_leader(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    path, agent = f"/sessions/{ids['held']}", signed_in(cast.other_agent)
    empty = agent.post(f"{path}/contest", {"words": " "})
    assert empty.status_code == 422
    assert 'id="id_words_error"' in empty.content.decode()
    agent.post(f"{path}/contest", {"words": f"TWO calls {HOSTILE}"})
    assert "Tom Okafor says something else was agreed" in page(leader, "/week")
    shown = page(leader, path)
    assert "TWO calls &lt;script&gt;" in shown
    assert "TWO calls" not in page(signed_in(cast.qa_lead), path)
    again = agent.post(f"{path}/contest", {"words": "More"}, follow=True)
    assert "answered this already" in again.content.decode()


def test_nobody_else_confirms(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    assert leader.post(f"/sessions/{ids['held']}/confirm").status_code == 403
    assert signed_in(cast.agent).post(f"/sessions/{ids['held']}/confirm").status_code == 404
    assert Session.objects.get(pk=ids["held"]).confirmed_at is None


def test_a_developmental_session_begins_with_what_goes_well(leader: Client, ids: dict[str, int]) -> None:
    shown = page(leader, f"/sessions/{ids['developmental']}")
    for words in (
        "What Mia Novak does well",
        "Where do you want to be",
        "How can I help",
        "No goal is written down yet",
    ):
        assert words in shown
    assert shown.index("Where do you want to be") < shown.index('name="goal"')


def test_a_goal_that_is_there_is_carried_on(cast: Cast, leader: Client, ids: dict[str, int]) -> None:
    today = timezone.localdate()
    leader.post("/agents/mia/goals/open", {"words": "Lead a team"})
    goal = Goal.objects.get(agent__key="mia")
    agreed = {
        "own_words": "x",
        "action": "Ask Ben",
        "held_on": str(today),
        "review_on": str(today + timedelta(9)),
    }
    path = f"/sessions/{ids['developmental']}/hold"
    missing = leader.post(path, {**agreed, "aim": ""}).content.decode()
    assert "Write the new goal down, or choose one above." in missing
    leader.post(path, {**agreed, "aim": str(goal.pk)})
    held = Session.objects.get(pk=ids["developmental"])
    assert (held.aim, held.goal, held.leader) == (goal, "Lead a team", cast.leader)
    assert goal.steps.get().words == "Ask Ben"


def test_goals_are_ticked_changed_and_closed_on_their_page(cast: Cast, ids: dict[str, int]) -> None:
    agent, goal, step = signed_in(cast.agent), ids["goal"], ids["step"]
    agent.post(f"/goals/{goal}/steps", {"words": "Write an outline", "by_when": "2030-01-07"})
    agent.post(f"/steps/{step}/tick", {"done": "yes"})
    shown = page(agent, "/agents/lea/goals")
    assert "1 of 2 steps done" in shown
    agent.post(f"/goals/{goal}/change", {"words": "Train them all", "target_day": "2030-02-01"})
    agent.post(f"/steps/{step}/change", {"words": ""})
    assert not GoalStep.objects.filter(pk=step).exists()
    assert "Train them all" in page(agent, "/agents/lea/goals")
    assert "few words" in agent.post(f"/goals/{goal}/steps", {"words": ""}, follow=True).content.decode()
    closed = agent.post(f"/goals/{goal}/close", {"reached": "yes"}, follow=True).content.decode()
    assert "Reached: well done." in closed
    assert "No open goal" in closed
    assert "closed already" in agent.post(f"/goals/{goal}/close", follow=True).content.decode()


def test_a_tick_in_a_session_comes_back_to_it_and_nowhere_else(leader: Client, ids: dict[str, int]) -> None:
    path = f"/steps/{ids['step']}/tick"
    back = {"done": "yes", "back": "/sessions/1"}
    assert leader.post(path, back).headers["Location"] == "/sessions/1"
    for bad in ("//evil.example", "https://evil.example/sessions/1", "/audit"):
        assert leader.post(path, {"done": "yes", "back": bad}).headers["Location"] == "/agents/lea/goals"


def test_a_goals_day_is_still_to_come(cast: Cast) -> None:
    response = signed_in(cast.agent).post("/agents/lea/goals/open", {"words": "x", "target_day": "2020-01-01"})
    assert response.status_code == 422
    assert "still to come" in response.content.decode()


def test_an_account_in_the_draft_comes_back(leader: Client, ids: dict[str, int]) -> None:
    Focus.objects.filter(agent__key="lea").update(example=None)
    leader.post(f"/sessions/{ids['planned']}/draft", {"account": "She said X."})
    assert "She said X.</textarea>" in page(leader, f"/sessions/{ids['planned']}")


def test_the_agents_page_offers_no_button_once_answered(cast: Cast, ids: dict[str, int]) -> None:
    confirming.contest_session(viewer=viewer(cast.other_agent), session_id=ids["held"], words="No.", now=cast.now)
    shown = page(signed_in(cast.other_agent), f"/sessions/{ids['held']}")
    assert "Is this what you agreed?" not in shown
    assert "You say what is different" in shown


class Model:
    """Writes what it is told to."""

    name = "written"

    def __init__(self, text: str) -> None:
        self.text = text

    def complete(self, request: ChatRequest) -> ChatReply:
        """The same to everybody."""
        del request
        return ChatReply(self.text, 1, 1)


def exchange(text: str) -> Exchange:
    """One model that replies this."""
    clock = Clock(time.monotonic, time.sleep)
    return Exchange(Model(text), KeptReplies(timezone.now), limits=Limits(), prices=Prices(), clock=clock)


def test_a_model_may_write_three_of_the_questions(
    leader: Client, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are text and nothing else, and the first two and the last one stay."""
    path, asked = f"/sessions/{ids['planned']}", ["What for?", "For <b>whom</b>?", "And you?"]
    assert "No judge is set up here" in leader.post(f"{path}/questions", follow=True).content.decode()
    made = exchange(json.dumps({"questions": asked}))
    monkeypatch.setattr(wiring, "page_exchange", lambda: made)
    assert "Let the model write" in page(leader, path)
    leader.post(f"{path}/questions")
    shown = page(leader, path)
    assert "For &lt;b&gt;whom&lt;/b&gt;?" in shown
    assert "Let the model write" not in shown
    assert Session.objects.get(pk=ids["planned"]).questions[2:5] == asked
    assert len(Session.objects.get(pk=ids["planned"]).questions) == 6


def test_without_a_usable_reply_the_questions_stay(
    leader: Client, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = exchange("Sure! Tell the agent to do better.")
    monkeypatch.setattr(wiring, "page_exchange", lambda: made)
    for name in ("planned", "developmental"):
        said = leader.post(f"/sessions/{ids[name]}/questions", follow=True).content.decode()
        assert "serve as well" in said or "keeps its own questions" in said
        assert Session.objects.get(pk=ids[name]).questions == []
