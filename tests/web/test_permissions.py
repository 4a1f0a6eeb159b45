"""Who gets which page: every route against every person, and no route without a rule."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from coachloop.web import urls
from web.calibrated import calibrated
from web.cast import Cast, asked_blind, clipped, coached, disputed, gathered, proposed, protected, recorded, slipped
from web.heard import clip_heard, hearable, uploading
from web.hooked import hooked
from web.kept import kept
from web.signed_in import again

pytestmark = pytest.mark.django_db

PEOPLE = [
    "agent",
    "other_agent",
    "leader",
    "other_leader",
    "evaluator",
    "qa_lead",
    "operations",
    "admin",
    "nobody",
    "visitor",
]
HERE = 200
FORBIDDEN, HIDDEN, SIGN_IN = 403, 404, 302


@dataclass(frozen=True)
class Rule:
    """What people get from a route; whoever is not named gets 403, and a visitor the sign-in page."""

    args: dict[str, Any] = field(default_factory=dict)
    ok: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    post: bool = False
    status: int = HERE

    def expected(self, who: str) -> int:
        """The status for this person."""
        if who in self.ok:
            return self.status
        if who in self.hidden:
            return HIDDEN
        return SIGN_IN if who == "visitor" else FORBIDDEN


SIGNED_IN = tuple(who for who in PEOPLE if who != "visitor")
WITH_ROLE = tuple(who for who in SIGNED_IN if who != "nobody")
LEADERS = ("leader", "other_leader")
LEAS = {"ok": ("agent", "leader", "qa_lead"), "hidden": ("other_agent", "other_leader")}
LEAS_LEADER = {"ok": ("leader",), "hidden": ("other_leader",), "post": True}
HIDDEN_LEA = ("other_agent", "other_leader")
LEAS_OWN = {"ok": ("agent",), "hidden": ("other_agent",), "post": True}
LEAS_TWO: dict[str, Any] = {"ok": ("agent", "leader"), "hidden": ("other_agent", "other_leader")}
TOMS = {"ok": ("other_agent", "leader", "qa_lead"), "hidden": ("agent", "other_leader")}
KEEPERS: dict[str, Any] = {"ok": ("leader", "qa_lead"), "hidden": ("other_leader",), "post": True}
GONE: dict[str, Any] = {"hidden": ("agent", "leader", "other_leader"), "post": True}
"""What the agent in it took back first is there for nobody, not even its leader."""
BLIND = ("evaluator", "qa_lead", *LEADERS)
EVES: dict[str, Any] = {"ok": ("evaluator",), "hidden": ("qa_lead", *LEADERS)}
"""What Eve is asked to answer blind."""
IN_THE_ROOM: dict[str, Any] = {"ok": ("evaluator", "other_leader", "qa_lead"), "hidden": ("leader",)}
OF_THE_ROOM = {"room_id": "room_open", "call_id": "room_call", "behaviour_id": "room_behaviour"}
ADMINS: dict[str, Any] = {"ok": ("admin",)}
WRITERS = ("qa_lead",)
"""Who writes templates."""

RULES: dict[str, Rule] = {
    "health": Rule(ok=tuple(PEOPLE)),
    "ready": Rule(ok=tuple(PEOPLE)),
    "metrics": Rule(hidden=tuple(PEOPLE)),
    "home": Rule(ok=WITH_ROLE, status=302),
    "sign-in": Rule(ok=SIGNED_IN, status=302),
    "mfa_authenticate": Rule(ok=tuple(PEOPLE), status=302),
    "set-password": Rule({"uidb64": "MQ", "token": "guessed"}, ok=tuple(PEOPLE)),
    "my-account": Rule(ok=SIGNED_IN),
    "change-password": Rule(ok=SIGNED_IN, post=True, status=422),
    "set-up-codes": Rule(ok=SIGNED_IN),
    "turn-off-codes": Rule(ok=SIGNED_IN, post=True, status=422),
    "recovery-codes": Rule(ok=SIGNED_IN, post=True, status=422),
    "sign-out-elsewhere": Rule(ok=SIGNED_IN, post=True, status=302),
    "accounts": Rule(ok=("admin",)),
    "password-link": Rule(ok=("admin",), post=True, status=422),
    "account-codes-off": Rule(ok=("admin",), post=True, status=422),
    "account-sign-out": Rule(ok=("admin",), post=True, status=422),
    "unlock-account": Rule(ok=("admin",), post=True, status=422),
    "sign-in-as": Rule({"role": "admin"}, hidden=tuple(PEOPLE), post=True),
    "choose-programme": Rule(hidden=SIGNED_IN, post=True),
    "sign-out": Rule(ok=tuple(PEOPLE), status=302, post=True),
    "week": Rule(ok=(*LEADERS, "qa_lead")),
    "plan-week": Rule(ok=LEADERS),
    "slots": Rule(ok=LEADERS),
    "add-slot": Rule(ok=LEADERS, post=True, status=422),
    "fill-slots": Rule(ok=LEADERS, post=True, status=302),
    "lost-slots": Rule(ok=("operations",)),
    "end-slot": Rule({"slot_id": "slot"}, ok=("leader",), hidden=("other_leader",)),
    "move-slot": Rule({"slot_id": "slot", "day": "slot_day"}, ok=("leader",), hidden=("other_leader",)),
    "away": Rule(ok=(*LEADERS, "operations", "admin")),
    "leader-away": Rule(ok=(*LEADERS, "operations", "admin"), post=True, status=422),
    "leader-back": Rule({"absence_id": "leader_absence"}, ok=("leader", "operations", "admin"), post=True, status=302),
    "agent-away": Rule(ok=LEADERS, post=True, status=422),
    "agent-back": Rule({"absence_id": "agent_absence"}, status=302, **LEAS_LEADER),
    "my-tokens": Rule(ok=WITH_ROLE),
    "api-operations": Rule(ok=WITH_ROLE),
    "make-token": Rule(ok=WITH_ROLE, post=True, status=422),
    "revoke-token": Rule({"token_id": "0"}, hidden=WITH_ROLE, post=True),
    "my-calendar": Rule(ok=SIGNED_IN),
    "open-feed": Rule(ok=SIGNED_IN, post=True),
    "close-feed": Rule(ok=SIGNED_IN, post=True, status=302),
    "set-busy": Rule(ok=SIGNED_IN, post=True, status=302),
    "calendar-feed": Rule({"token": "guessed"}, hidden=tuple(PEOPLE)),
    "me": Rule(ok=("agent", "other_agent")),
    "ask-for-coaching": Rule(ok=("agent", "other_agent"), post=True, status=422),
    "answer-request": Rule({"key": "lea"}, status=302, **LEAS_LEADER),
    "report-choices": Rule(ok=("agent", "other_agent", *LEADERS, "qa_lead", "operations")),
    "my-report": Rule({"day": "2026-05-04", "template": "discovery"}, ok=("agent", "other_agent")),
    "agent-report": Rule({"key": "lea", "day": "2026-05-04", "template": "discovery"}, **LEAS),
    "digest": Rule({"kind": "plan"}, ok=LEADERS),
    "roll-out": Rule(ok=("qa_lead", "operations")),
    "start-roll-out": Rule(ok=("qa_lead", "operations"), status=302, post=True),
    "agent-trend": Rule({"key": "lea"}, **LEAS),
    "accept-focus": Rule({"key": "jon"}, status=302, **LEAS_LEADER),
    "choose-focus": Rule({"key": "jon"}, ok=("leader",), hidden=("other_leader",)),
    "suggest": Rule({"key": "lea"}, ok=("qa_lead",)),
    "proposals": Rule(ok=("qa_lead",)),
    "take-proposal": Rule({"proposal_id": "proposal"}, status=302, **LEAS_LEADER),
    "decline-proposal": Rule({"proposal_id": "proposal"}, status=302, **LEAS_LEADER),
    "open-developmental": Rule({"key": "jon"}, status=302, **LEAS_LEADER),
    "agent": Rule({"key": "lea"}, **LEAS),
    "conversations": Rule(ok=("agent", "other_agent", *LEADERS, "qa_lead")),
    "conversation": Rule({"key": "lea-1"}, **LEAS),
    "conversation-as-said": Rule({"key": "lea-1"}, hidden=("agent", "other_agent", *LEADERS, "qa_lead"), post=True),
    "confirm-speakers": Rule(
        {"key": "lea-1"}, ok=("leader", "qa_lead"), hidden=("other_leader",), post=True, status=302
    ),
    "add-recordings": Rule(ok=(*LEADERS, "qa_lead")),
    "uploads": Rule(ok=(*LEADERS, "qa_lead"), post=True, status=412),
    "upload": Rule({"key": "upload"}, ok=("leader",), hidden=("other_leader", "qa_lead")),
    "media": Rule({"signed": "heard"}, ok=("leader",), hidden=tuple(who for who in SIGNED_IN if who != "leader")),
    "disputes": Rule(ok=("agent", "other_agent", *LEADERS, "evaluator", "qa_lead")),
    "challenge": Rule(hidden=("agent", "other_agent")),
    "dispute": Rule({"dispute_id": "dispute"}, ok=("agent", "leader", "evaluator", "qa_lead"), hidden=HIDDEN_LEA),
    "assign-dispute": Rule({"dispute_id": "dispute"}, ok=("qa_lead",), post=True, status=302),
    "decide-dispute": Rule({"dispute_id": "dispute"}, ok=("evaluator", "qa_lead"), post=True, status=422),
    "withdraw-dispute": Rule({"dispute_id": "dispute"}, status=302, **LEAS_OWN),
    "reviews": Rule(ok=BLIND),
    "review": Rule({"assignment_id": "assignment"}, **EVES),
    "save-review": Rule({"assignment_id": "assignment"}, post=True, **EVES),
    "submit-review": Rule({"assignment_id": "assignment"}, post=True, status=422, **EVES),
    "pass-review": Rule({"assignment_id": "assignment"}, post=True, status=422, **EVES),
    "audits": Rule(ok=("qa_lead", "operations")),
    "draw-audit": Rule(ok=("qa_lead",), post=True, status=302),
    "audit": Rule({"draw_id": "draw"}, ok=("qa_lead", "operations")),
    "give-out-audit": Rule({"draw_id": "draw"}, ok=("qa_lead",), post=True, status=302),
    "rooms": Rule(ok=BLIND),
    "rooms-chart": Rule(ok=BLIND),
    "new-room": Rule(ok=("qa_lead",)),
    "room": Rule({"room_id": "room_open"}, **IN_THE_ROOM),
    "remind-room": Rule({"room_id": "room"}, ok=("qa_lead",), post=True, status=302),
    "open-room": Rule({"room_id": "room"}, ok=("qa_lead",), post=True, status=302),
    "close-room": Rule({"room_id": "room"}, ok=("qa_lead",), post=True, status=302),
    "take-up-words": Rule({"room_id": "room_open"}, ok=("qa_lead",), post=True, status=302),
    "room-words": Rule({"room_id": "room_open", "behaviour_id": "room_behaviour"}, ok=("qa_lead",)),
    "word-behaviour": Rule(
        {"room_id": "room_open", "behaviour_id": "room_behaviour"}, ok=("qa_lead",), post=True, status=422
    ),
    "room-question": Rule(OF_THE_ROOM, **IN_THE_ROOM),
    "agree-question": Rule(OF_THE_ROOM, ok=("qa_lead",), post=True, status=422),
    "clips": Rule(ok=("agent", "other_agent", *LEADERS, "qa_lead")),
    "clip-candidates": Rule(ok=(*LEADERS, "qa_lead")),
    "make-clip": Rule(ok=(*LEADERS, "qa_lead"), post=True, status=302),
    "clip": Rule({"clip_id": "clip"}, **LEAS),
    "clip-sound": Rule(
        {"signed": "clip_heard"}, ok=("leader",), hidden=("agent", "other_agent", "other_leader", "qa_lead")
    ),
    "word-clip": Rule({"clip_id": "clip"}, status=302, **KEEPERS),
    "share-clip": Rule({"clip_id": "clip"}, status=302, **KEEPERS),
    "consent-clip": Rule({"clip_id": "clip"}, status=302, **LEAS_OWN),
    "withdraw-clip": Rule({"clip_id": "clip"}, status=302, **LEAS_OWN),
    "session": Rule({"session_id": "planned"}, **LEAS),
    "plan-session": Rule({"session_id": "planned"}, status=422, **LEAS_LEADER),
    "hold-session": Rule({"session_id": "planned"}, status=422, **LEAS_LEADER),
    "cancel-session": Rule({"session_id": "planned"}, status=302, **LEAS_LEADER),
    "start-session": Rule({"session_id": "planned"}, status=302, **LEAS_LEADER),
    "session-questions": Rule({"session_id": "planned"}, status=302, **LEAS_LEADER),
    "draft-session": Rule({"session_id": "planned"}, status=302, **LEAS_LEADER),
    "session-example": Rule({"session_id": "planned"}, ok=("leader",), hidden=("other_leader",)),
    "close-overturned": Rule({"session_id": "planned"}, status=302, **LEAS_LEADER),
    "confirm-session": Rule({"session_id": "planned"}, status=302, **LEAS_OWN),
    "contest-session": Rule({"session_id": "planned"}, status=422, **LEAS_OWN),
    "hand-in-recording": Rule({"session_id": "held"}, status=302, **LEAS_LEADER),
    "how-i-coach": Rule(ok=LEADERS),
    "recording": Rule({"recording_id": "recording"}, ok=("leader",), hidden=("other_leader",)),
    "share-recording": Rule({"recording_id": "recording"}, status=302, **LEAS_LEADER),
    "unshare-recording": Rule({"recording_id": "recording"}, status=302, **LEAS_LEADER),
    "take-back-recording": Rule({"recording_id": "recording"}, ok=("other_agent",), status=302, **GONE),
    "shared-coaching": Rule(ok=(*LEADERS, "qa_lead")),
    "shared-answer": Rule({"recording_id": "recording"}, ok=("other_leader", "qa_lead"), hidden=("leader",)),
    "goals": Rule({"key": "lea"}, **LEAS_TWO),
    "open-goal": Rule({"key": "lea"}, post=True, status=422, **LEAS_TWO),
    "change-goal": Rule({"goal_id": "goal"}, ok=("agent",), hidden=HIDDEN_LEA, post=True, status=302),
    "close-goal": Rule({"goal_id": "goal"}, post=True, status=302, **LEAS_TWO),
    "add-step": Rule({"goal_id": "goal"}, post=True, status=302, **LEAS_TWO),
    "tick-step": Rule({"step_id": "step"}, post=True, status=302, **LEAS_TWO),
    "change-step": Rule({"step_id": "step"}, ok=("agent", "leader"), hidden=HIDDEN_LEA, post=True, status=422),
    "rules": Rule(ok=("operations",)),
    "mix": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "follow-up": Rule({"follow_up_id": "follow_up"}, **TOMS),
    "close-follow-up": Rule({"follow_up_id": "follow_up"}, status=422, **LEAS_LEADER),
    "gatherings": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "new-gathering": Rule(ok=LEADERS),
    "gathering": Rule({"gathering_id": "gathering"}, ok=("leader", "qa_lead", "operations"), hidden=("other_leader",)),
    "hold-gathering": Rule({"gathering_id": "gathering"}, status=422, **LEAS_LEADER),
    "cancel-gathering": Rule({"gathering_id": "gathering"}, status=302, **LEAS_LEADER),
    "impact": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "impact-chart": Rule(hidden=(*LEADERS, "qa_lead", "operations")),
    "drift": Rule(ok=(*LEADERS, "qa_lead", "operations", "admin")),
    "drift-budget": Rule(ok=("operations", "admin"), post=True, status=422),
    "acknowledge-drift": Rule({"alert_id": "drift_alert"}, status=302, **LEAS_LEADER),
    "effect": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "effect-chart": Rule(hidden=(*LEADERS, "qa_lead", "operations")),
    "worth": Rule(ok=("qa_lead", "operations")),
    "set-value": Rule(ok=("operations",), post=True, status=422),
    "workshops": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "heatmap": Rule(ok=(*LEADERS, "qa_lead", "operations")),
    "trust-templates": Rule(ok=WITH_ROLE),
    "trust": Rule({"key": "discovery"}, ok=WITH_ROLE),
    "trust-chart": Rule({"key": "discovery"}, ok=WITH_ROLE),
    "trust-calls": Rule({"key": "discovery"}, ok=("agent", "other_agent", *LEADERS, "qa_lead")),
    "how-we-score": Rule(ok=SIGNED_IN),
    "site": Rule(ok=("operations", "admin")),
    "change-site": Rule({"site_id": "1"}, ok=("operations", "admin"), post=True, status=422),
    "people": Rule(**ADMINS),
    "add-person": Rule(post=True, status=422, **ADMINS),
    "import-people": Rule(**ADMINS),
    "export-people": Rule(**ADMINS),
    "person": Rule({"user_id": "kept_leader"}, **ADMINS),
    "change-person": Rule({"user_id": "kept_leader"}, post=True, status=422, **ADMINS),
    "give-role": Rule({"user_id": "kept_leader"}, post=True, status=422, **ADMINS),
    "take-role": Rule({"user_id": "kept_leader"}, post=True, status=422, **ADMINS),
    "switch-person": Rule({"user_id": "kept_person"}, post=True, status=302, **ADMINS),
    "allow-originals": Rule({"user_id": "kept_person"}, post=True, status=302, **ADMINS),
    "people-agents": Rule(**ADMINS),
    "add-agent": Rule(post=True, status=422, **ADMINS),
    "people-agent": Rule({"agent_id": "kept_agent"}, **ADMINS),
    "change-agent": Rule({"agent_id": "kept_agent"}, post=True, status=422, **ADMINS),
    "join-team": Rule({"agent_id": "kept_agent"}, post=True, status=422, **ADMINS),
    "agent-leaves": Rule({"agent_id": "kept_agent"}, post=True, status=422, **ADMINS),
    "agent-comes-back": Rule({"agent_id": "kept_agent"}, post=True, status=422, **ADMINS),
    "merge-agent": Rule({"agent_id": "met_agent"}, post=True, status=422, **ADMINS),
    "remove-stay": Rule({"membership_id": "kept_stay"}, post=True, status=302, **ADMINS),
    "met": Rule(**ADMINS),
    "confirm-met": Rule(post=True, status=302, **ADMINS),
    "teams": Rule(ok=("admin", "operations")),
    "add-team": Rule(post=True, status=422, **ADMINS),
    "team": Rule({"team_id": "kept_team"}, ok=("admin", "operations")),
    "change-team": Rule({"team_id": "kept_team"}, post=True, status=422, **ADMINS),
    "sites": Rule(**ADMINS),
    "add-site": Rule(post=True, status=422, **ADMINS),
    "move-site": Rule({"site_id": "kept_site"}, post=True, status=422, **ADMINS),
    "add-closure": Rule({"site_id": "kept_site"}, post=True, status=422, **ADMINS),
    "remove-closure": Rule({"closure_id": "kept_closure"}, post=True, status=302, **ADMINS),
    "templates": Rule(ok=WITH_ROLE),
    "template": Rule({"key": "discovery"}, ok=WITH_ROLE),
    "new-template": Rule(ok=WRITERS),
    "studio": Rule({"key": "discovery"}, ok=WRITERS),
    "studio-check": Rule({"key": "discovery"}, ok=WRITERS, post=True),
    "studio-draft": Rule({"key": "discovery"}, ok=WRITERS, post=True, status=422),
    "studio-try": Rule({"key": "discovery"}, ok=WRITERS, post=True, status=422),
    "studio-label": Rule({"key": "discovery"}, ok=WRITERS, post=True, status=422),
    "studio-backtest": Rule({"key": "discovery"}, ok=WRITERS, post=True, status=422),
    "studio-publish": Rule({"key": "discovery"}, ok=WRITERS, status=302),
    "publish-template": Rule({"key": "discovery"}, ok=WRITERS, post=True, status=302),
    "template-history": Rule({"key": "discovery"}, ok=WITH_ROLE),
    "template-bridge": Rule({"key": "discovery"}, ok=WRITERS),
    "audit-log": Rule(ok=("admin",)),
    "export-audit-log": Rule({"kind": "csv"}, ok=("admin",)),
    "privacy": Rule(ok=("admin",)),
    "set-retention": Rule(ok=("admin",), post=True),
    "erase-person": Rule(ok=("admin",), post=True, status=422),
    "export-person": Rule(ok=("admin",), post=True, status=422),
    "erasure": Rule({"erasure_id": 999}, hidden=("admin",)),
    "erasure-certificate": Rule({"erasure_id": 999}, hidden=("admin",)),
    "parts": Rule(ok=SIGNED_IN),
    "webhooks": Rule(ok=("admin",)),
    "add-webhook": Rule(ok=("admin",), post=True, status=422),
    "webhook": Rule({"webhook_id": "webhook"}, ok=("admin",)),
    "change-webhook": Rule({"webhook_id": "webhook"}, ok=("admin",), post=True, status=422),
    "rotate-webhook": Rule({"webhook_id": "webhook"}, ok=("admin",), post=True),
    "switch-webhook": Rule({"webhook_id": "webhook"}, ok=("admin",), post=True, status=302),
    "ping-webhook": Rule({"webhook_id": "webhook"}, ok=("admin",), post=True, status=302),
    "replay-webhook": Rule({"webhook_id": "webhook"}, ok=("admin",), post=True, status=302),
}
EXCEPTIONS = {("home", "nobody"): 200, ("sign-in", "visitor"): 200}
TOKEN = re.compile(rb'csrfmiddlewaretoken" value="[^"]*"')
QUERY = {
    "trust-calls": "?behaviour=open_questions&said=met&true=not_met",
    "rooms-chart": "?template=discovery",
    "choose-focus": "?behaviour=discovery/why_after_budget",
    "suggest": "?behaviour=discovery/why_after_budget",
    "agent-trend": "?template=discovery&behaviour=open_questions",
    "template-bridge": "?old=1&new=1",
}


def under_way(cast: Cast) -> dict[str, Any]:
    """Something of everything, by name: what routes with an id are asked for, here and in the browser."""
    made = coached(cast) | gathered(cast) | slipped(cast) | protected(cast) | clipped(cast) | proposed(cast)
    made |= asked_blind(cast) | recorded(cast, made["held"]) | disputed(cast)
    return (
        made
        | uploading(cast)
        | calibrated(cast)
        | hearable(cast)
        | clip_heard(cast, made["clip_shared"])
        | hooked(cast)
        | kept(cast)
    )


@pytest.fixture(scope="module")
def cast(settled: tuple[Cast, dict[str, Any]]) -> Cast:
    """Everybody."""
    return settled[0]


@pytest.fixture(scope="module")
def ids(settled: tuple[Cast, dict[str, Any]]) -> dict[str, Any]:
    """Something of everything, by name."""
    return settled[1]


def test_no_route_without_a_rule() -> None:
    """A new route has to say here who may open it."""
    assert {route.name for route in urls.urlpatterns if isinstance(route, URLPattern)} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_everybody_gets_what_is_theirs(ids: dict[str, int], sessions: dict[str, str], name: str) -> None:
    """One route, every person, nobody by accident."""
    rule = RULES[name]
    address = reverse(name, kwargs={key: ids.get(value, value) for key, value in rule.args.items()})
    got = {}
    for who in PEOPLE:
        client = again(sessions.get(who))
        response = client.post(address) if rule.post else client.get(address + QUERY.get(name, ""))
        got[who] = response.status_code
    assert got == {who: EXCEPTIONS.get((name, who), rule.expected(who)) for who in PEOPLE}


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if rule.post and name != "sign-in-as"))
def test_nothing_changes_by_following_a_link(ids: dict[str, int], sessions: dict[str, str], name: str) -> None:
    """What changes something wants POST."""
    address = reverse(name, kwargs={key: ids.get(value, value) for key, value in RULES[name].args.items()})
    assert again(sessions["leader"]).get(address).status_code == 405


@pytest.mark.parametrize("who", WITH_ROLE)
def test_what_is_hidden_looks_like_what_is_not_there(cast: Cast, client: Client, who: str) -> None:
    """A 404 for somebody else's call says the same as one for no call at all."""
    client.force_login(cast.who(who))
    hidden, missing = client.get("/conversations/sam-1"), client.get("/conversations/none-such")
    if hidden.status_code != 200:
        assert hidden.status_code == missing.status_code
        assert TOKEN.sub(b"", hidden.content) == TOKEN.sub(b"", missing.content)


def test_a_refusal_says_the_way_out(cast: Cast, client: Client) -> None:
    """In plain words, with a link to the first page."""
    client.force_login(cast.agent)
    page = client.get("/audit").content.decode()
    assert "not a page for your role" in page
    assert "You are signed in as agent." in page
    assert 'href="/"' in page


def test_every_page_forbids_what_is_inline(cast: Cast, client: Client) -> None:
    """The policy allows nothing inline, and no page needs it."""
    client.force_login(cast.leader)
    for path in ("/week", "/agents/lea", "/conversations/lea-1", "/heatmap", "/parts"):
        response = client.get(path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        page = response.content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
