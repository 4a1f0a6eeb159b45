"""Who may change what.

Bodies are as small as they may be: where one is refused for what it says (409, 422) whoever does it got past everything that
guards the operation.
"""

from typing import Any

from web.api.rules import HIDDEN_LEA, LEADERS, PEOPLE, Rule


class Once(Rule):
    """What is done once: whoever comes after the first is told that it is done."""

    def expected(self, who: str, well: int) -> int:
        """The status for this person."""
        return 409 if who in self.ok[1:] else super().expected(who, well)


LEADER: dict[str, Any] = {"ok": ("leader",), "hidden": ("other_leader",)}
"""Who leads Lea, Tom and Jon."""
LEA: dict[str, Any] = {"ok": ("agent",), "hidden": ("other_agent",)}
LEAS_TWO: dict[str, Any] = {"ok": ("agent", "leader"), "hidden": HIDDEN_LEA}
KEEPERS: dict[str, Any] = {"ok": ("leader", "qa_lead"), "hidden": ("other_leader",)}
EVE: dict[str, Any] = {"ok": ("evaluator",), "hidden": ("qa_lead", *LEADERS)}
LEAD: dict[str, Any] = {"ok": ("qa_lead",)}
ADMIN: dict[str, Any] = {"ok": ("admin",)}
PLANNED, HELD, GOAL, STEP, CLIP = ({name: one} for name, one in (
    ("session_id", "planned"), ("session_id", "held"), ("goal_id", "goal"), ("step_id", "step"), ("clip_id", "clip")
))  # fmt: skip
CHOICE = {"template": "discovery", "behaviour": "why_after_budget", "example": 999_999, "because": "It comes up a lot."}
HOOK = {"webhook_id": "webhook"}
QUESTION = {"room_id": "room_open", "call_id": "room_call", "behaviour_id": "room_behaviour"}
DAYS = {"first": "2026-07-06", "last": "2026-07-10"}
NO_TEXT = {"text": "key: discovery\n"}
WORDS = {"words": "Ask what is behind a number."}

RULES: dict[str, Rule] = {
    "accept_focus": Rule({"key": "lea"}, status=409, **LEADER),
    "choose_focus": Rule({"key": "jon"}, body=CHOICE, status=422, **LEADER),
    "propose_focus": Rule({"key": "jon"}, body=CHOICE, status=422, **LEAD),
    "take_proposal": Rule({"proposal_id": "proposal_free"}, **LEADER),
    "decline_proposal": Rule({"proposal_id": "proposal"}, body={"because": "She is on leave."}, **LEADER),
    "open_developmental": Rule({"key": "jon"}, **LEADER),
    "ask_for_coaching": Rule(body=WORDS, ok=("agent", "other_agent")),
    "answer_request": Rule({"key": "lea"}, status=409, **LEADER),
    "confirm_plan": Rule(body={"team": "north", "lines": []}, ok=("leader",)),
    "acknowledge_drift": Rule({"alert_id": "drift_alert"}, **LEADER),
    "set_drift_budget": Rule(body={"per_hundred": 2, "per_team": 1}, ok=("operations", "admin")),
    "plan_session": Rule(PLANNED, body={"planned_for": "2020-01-01T10:00:00Z"}, status=409, **LEADER),
    "start_session": Rule(PLANNED, **LEADER),
    "draft_session": Rule(PLANNED, body={"fields": {"own_words": "I ask why."}, "writer": "w"}, **LEADER),
    "write_session_questions": Rule(PLANNED, status=409, **LEADER),
    "hold_session": Rule(
        PLANNED,
        body={"held_on": "2026-06-09", "own_words": "", "action": "", "review_on": "2026-06-16"},
        status=422,
        **LEADER,
    ),
    "cancel_session": Rule(PLANNED, **LEADER),
    "confirm_session": Rule(PLANNED, status=409, **LEA),
    "contest_session": Rule(PLANNED, body=WORDS, status=409, **LEA),
    "replace_session_example": Rule(PLANNED, body={"verdict": 999_999}, status=422, **LEADER),
    "close_overturned": Rule(PLANNED, status=409, **LEADER),
    "hand_in_recording": Rule(HELD, body={"notes": "", "both_agreed": False}, status=422, **LEADER),
    "close_follow_up": Rule(
        {"follow_up_id": "follow_up"}, body={"did_happen": "yes", "did_work": "yes", "next_step": "close"}, **LEADER
    ),
    "open_goal": Rule({"key": "lea"}, body=WORDS, **LEAS_TWO),
    "change_goal": Rule(GOAL, body=WORDS, ok=("agent",), hidden=HIDDEN_LEA),
    "close_goal": Once(GOAL, body={"reached": True}, **LEAS_TWO),
    "add_step": Rule(GOAL, body=WORDS, **LEAS_TWO),
    "tick_step": Rule(STEP, body={"done": True}, **LEAS_TWO),
    "change_step": Rule(STEP, body=WORDS, ok=("agent",), hidden=HIDDEN_LEA),
    "plan_gathering": Rule(
        body={"kind": "huddle", "template": "discovery", "behaviour": "why_after_budget", "agents": ["lea", "tom"]},
        **LEADER,
    ),
    "hold_gathering": Rule(
        {"gathering_id": "gathering"}, body={"held_on": "2026-06-09", "came": [], "minutes": 15}, status=409, **LEADER
    ),
    "cancel_gathering": Rule({"gathering_id": "gathering"}, **LEADER),
    "share_coaching": Rule({"recording_id": "recording"}, **LEADER),
    "unshare_coaching": Rule({"recording_id": "recording"}, **LEADER),
    "take_back_coaching": Rule(
        {"recording_id": "recording"}, ok=("other_agent",), hidden=("agent", "leader", "other_leader")
    ),
    "answer_shared_coaching": Rule(
        {"recording_id": "recording"}, body={"answers": {}}, ok=("other_leader", "qa_lead"), hidden=("leader",), status=422
    ),
    "add_slot": Rule(body={"team": "north", "weekday": 5, "starts": "16:00"}, ok=("leader",)),
    "fill_slots": Rule(body={"team": "north"}, **LEADER),
    "end_slot": Rule({"slot_id": "slot"}, body={"reason": ""}, status=409, **LEADER),
    "move_slot": Rule(
        {"slot_id": "slot", "day": "slot_day"}, body={"day": "2020-01-01", "starts": "10:00", "reason": "A meeting"},
        status=409, **LEADER,
    ),
    "add_leader_absence": Rule(
        body={"leader": 999_999, **DAYS}, status=404, ok=(*LEADERS, "operations", "admin")
    ),
    "end_leader_absence": Rule({"absence_id": "leader_absence"}, ok=("leader", "operations", "admin")),
    "add_absence": Rule(body={"agent": "lea", **DAYS}, **LEADER),
    "end_absence": Rule({"absence_id": "agent_absence"}, **LEADER),
    "open_calendar_feed": Rule(ok=PEOPLE),
    "close_calendar_feed": Rule(ok=PEOPLE),
    "set_busy_calendar": Rule(body={"address": ""}, ok=PEOPLE),
    "save_review": Rule({"assignment_id": "assignment"}, body={"answers": {}, "saves": 0}, **EVE),
    "submit_review": Rule({"assignment_id": "assignment"}, body={"answers": {}, "saves": 0}, status=422, **EVE),
    "pass_review": Rule({"assignment_id": "assignment"}, body={"because": ""}, status=422, **EVE),
    "draw_audit": Rule(
        body={"template": "discovery", "first": "2026-05-01", "last": "2026-06-08", "within": 0.5}, **LEAD
    ),
    "give_out_audit": Rule({"draw_id": "draw"}, **LEAD),
    "make_room": Rule(
        body={"template": "discovery", "title": "June", "contested": False, "size": 5, "people": [], "answer_by": "2026-06-16"},
        status=422,
        **LEAD,
    ),
    "remind_room": Rule({"room_id": "room"}, **LEAD),
    "open_room": Rule({"room_id": "room"}, status=409, **LEAD),
    "close_room": Rule({"room_id": "room"}, status=409, **LEAD),
    "take_up_room": Rule({"room_id": "room_open"}, status=409, **LEAD),
    "agree_question": Rule(QUESTION, body={"outcome": "met"}, **LEAD),
    "word_behaviour": Rule(
        {"room_id": "room_open", "behaviour_id": "room_behaviour"}, body={"question": "Did they ask why?"}, **LEAD
    ),
    "raise_dispute": Rule(body={"verdict": 999_999, "words": "I did ask."}, hidden=("agent", "other_agent")),
    "assign_dispute": Rule({"dispute_id": "dispute"}, body={"to": 1}, status=409, **LEAD),
    "decide_dispute": Rule(
        {"dispute_id": "dispute"}, body={"stands": "met", "reason": ""}, ok=("evaluator",), status=409
    ),
    "withdraw_dispute": Rule({"dispute_id": "dispute"}, **LEA),
    "make_clip": Rule(body={"verdict": 999_999, "title": "A", "why_good": "B"}, ok=(*LEADERS, "qa_lead"), status=409),
    "word_clip": Rule(CLIP, body={"title": "Asks why", "why_good": "It opens her up."}, **KEEPERS),
    "share_clip": Rule(CLIP, body={"with_whom": "team:north"}, status=409, **KEEPERS),
    "consent_clip": Rule(CLIP, body={"voice": False}, **LEA),
    "withdraw_clip": Rule(CLIP, **LEA),
    "confirm_speakers": Rule({"key": "lea-1"}, body={"swapped": False, "revision": 1}, status=409, **KEEPERS),
    "begin_template": Rule(body={"text": "nonsense"}, status=422, **LEAD),
    "check_template": Rule({"key": "discovery"}, body=NO_TEXT, **LEAD),
    "save_template_draft": Rule({"key": "discovery"}, body=NO_TEXT, status=422, **LEAD),
    "try_template": Rule({"key": "discovery"}, body=NO_TEXT, status=422, **LEAD),
    "label_call": Rule(
        {"key": "discovery"}, body={**NO_TEXT, "call": 1, "behaviour": "x", "outcome": "met"}, status=422, **LEAD
    ),
    "backtest_template": Rule({"key": "discovery"}, body={"version": 1, "since": "2026-06-08"}, **LEAD),
    "publish_template": Rule({"key": "discovery"}, body={"sha256": "0"}, status=409, **LEAD),
    "choose_reports": Rule(body={"choices": []}, ok=("agent", "other_agent", *LEADERS, "qa_lead", "operations")),
    "start_roll_out": Rule(
        body={"template": "discovery", "first_day": "2020-01-06", "weeks": 2}, ok=("qa_lead", "operations"), status=409
    ),
    "set_value": Rule(body={"outcome": "appointment", "value": 100, "hour": 30}, ok=("operations",)),
    "change_site": Rule(
        {"site_id": 1},
        body={"working_days": "12345", "session_minutes": 15, "developmental_weeks": 6, "dispute_days": 10, "decide_days": 5},
        ok=("operations", "admin"),
    ),
    "list_events": Rule(**ADMIN),
    "list_retention": Rule(**ADMIN),
    "set_retention": Rule({"kind": "clips"}, body={"days": 3}, status=422, **ADMIN),
    "list_erasures": Rule(**ADMIN),
    "erase_person": Rule(body={"kind": "customer", "key": "nobody"}, status=422, **ADMIN),
    "read_erasure": Rule({"erasure_id": 999}, hidden=("admin",)),
    "list_webhooks": Rule(**ADMIN),
    "add_webhook": Rule(body={"address": "http://a.example"}, status=422, **ADMIN),
    "read_webhook": Rule(HOOK, **ADMIN),
    "change_webhook": Rule(HOOK, body={"address": "https://a.example/hook", "kinds": ["session.held"]}, **ADMIN),
    "rotate_webhook": Rule(HOOK, **ADMIN),
    "switch_webhook": Rule(HOOK, body={"on": False}, **ADMIN),
    "ping_webhook": Rule(HOOK, **ADMIN),
    "replay_webhook": Rule(HOOK, body={"delivery": "delivery"}, **ADMIN),
    "list_deliveries": Rule(HOOK, {"state": "given_up"}, **ADMIN),
}  # fmt: skip
