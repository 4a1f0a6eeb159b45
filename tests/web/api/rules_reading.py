"""Who may read what."""

from typing import Any

from web.api.rules import EVERYBODY, HIDDEN_LEA, LEADERS, NUMBERS, READERS, Rule

LEAS = {"ok": ("agent", "leader", "qa_lead"), "hidden": HIDDEN_LEA}
"""What is about Lea, for those who see her calls."""

LEAS_TWO: dict[str, Any] = {"ok": ("agent", "leader"), "hidden": HIDDEN_LEA}
TOMS = {"ok": ("other_agent", "leader", "qa_lead"), "hidden": ("agent", "other_leader")}
BLIND = ("evaluator", "qa_lead", *LEADERS)
IN_THE_ROOM: dict[str, Any] = {"ok": ("evaluator", "other_leader", "qa_lead"), "hidden": ("leader",)}
OF_THE_ROOM = {"room_id": "room_open", "call_id": "room_call", "behaviour_id": "room_behaviour"}

RULES: dict[str, Rule] = {
    "read_me": Rule(ok=EVERYBODY),
    "list_tokens": Rule(ok=EVERYBODY),
    "list_conversations": Rule(ok=READERS),
    "read_conversation": Rule({"key": "lea-1"}, **LEAS),
    "read_as_said": Rule({"key": "lea-1"}, hidden=READERS),
    "read_recording": Rule({"key": "lea-heard"}, hidden=READERS),
    "list_uploads": Rule(ok=(*LEADERS, "qa_lead")),
    "list_verdicts": Rule(ok=READERS),
    "list_trust": Rule(ok=EVERYBODY),
    "read_trust": Rule({"template": "discovery"}, ok=EVERYBODY),
    "list_calls_behind": Rule(
        {"template": "discovery"}, {"behaviour": "open_questions", "said": "met", "true": "not_met"}, ok=READERS
    ),
    "read_how_we_score": Rule(ok=EVERYBODY),
    "list_rates": Rule(ok=(*READERS, "operations")),
    "list_suggestions": Rule(ok=(*LEADERS, "qa_lead")),
    "read_drift": Rule(ok=(*NUMBERS, "admin")),
    "list_impact": Rule(ok=NUMBERS),
    "read_effect": Rule(ok=NUMBERS),
    "read_worth": Rule(ok=("qa_lead", "operations")),
    "read_workshops": Rule(ok=NUMBERS),
    "read_heatmap": Rule(ok=NUMBERS),
    "read_trend": Rule(query={"agent": "lea", "template": "discovery", "behaviour": "open_questions"}, **LEAS),
    "read_coverage": Rule(ok=("operations",)),
    "read_mix": Rule(ok=NUMBERS),
    "read_lost_slots": Rule(ok=("operations",)),
    "read_week": Rule(ok=(*LEADERS, "qa_lead")),
    "read_plan": Rule(ok=LEADERS),
    "read_agent": Rule({"key": "lea"}, **LEAS),
    "read_choices": Rule({"key": "jon"}, ok=("leader", "qa_lead"), hidden=("other_leader",)),
    "read_goals": Rule({"key": "lea"}, **LEAS_TWO),
    "read_report": Rule({"key": "lea", "day": "2026-05-04", "template": "discovery"}, **LEAS),
    "read_digest": Rule({"kind": "plan"}, ok=LEADERS),
    "read_report_choices": Rule(ok=("agent", "other_agent", *NUMBERS)),
    "read_roll_outs": Rule(ok=("qa_lead", "operations")),
    "list_sessions": Rule(ok=READERS),
    "read_session": Rule({"session_id": "planned"}, **LEAS),
    "list_session_examples": Rule({"session_id": "planned"}, ok=("leader",), hidden=("other_leader",)),
    "list_follow_ups": Rule(ok=READERS),
    "read_follow_up": Rule({"follow_up_id": "follow_up"}, **TOMS),
    "list_gatherings": Rule(ok=NUMBERS),
    "read_gathering": Rule(
        {"gathering_id": "gathering"}, ok=("leader", "qa_lead", "operations"), hidden=("other_leader",)
    ),
    "list_proposals": Rule(ok=("qa_lead",)),
    "list_clips": Rule(ok=READERS),
    "read_clip": Rule({"clip_id": "clip"}, **LEAS),
    "list_clip_candidates": Rule(ok=(*LEADERS, "qa_lead")),
    "read_slots": Rule(ok=LEADERS),
    "read_away": Rule(ok=(*LEADERS, "operations", "admin")),
    "read_calendar": Rule(ok=EVERYBODY),
    "read_how_i_coach": Rule(ok=LEADERS),
    "read_coaching": Rule({"recording_id": "recording"}, ok=("leader",), hidden=("other_leader",)),
    "read_shared_coaching": Rule(ok=(*LEADERS, "qa_lead")),
    "read_shared_answers": Rule({"recording_id": "recording"}, ok=("other_leader", "qa_lead"), hidden=("leader",)),
    "list_disputes": Rule(ok=(*READERS, "evaluator")),
    "read_dispute": Rule({"dispute_id": "dispute"}, ok=("agent", "leader", "evaluator", "qa_lead"), hidden=HIDDEN_LEA),
    "list_reviews": Rule(ok=BLIND),
    "read_review": Rule({"assignment_id": "assignment"}, ok=("evaluator",), hidden=("qa_lead", *LEADERS)),
    "list_audits": Rule(ok=("qa_lead", "operations")),
    "read_audit": Rule({"draw_id": "draw"}, {"verify": "true"}, ok=("qa_lead", "operations")),
    "read_audit_coverage": Rule(query={"template": "discovery"}, ok=("qa_lead", "operations")),
    "plan_audit": Rule(query={"template": "discovery"}, ok=("qa_lead",)),
    "list_rooms": Rule(ok=BLIND),
    "read_room": Rule({"room_id": "room_open"}, **IN_THE_ROOM),
    "read_room_question": Rule(OF_THE_ROOM, **IN_THE_ROOM),
    "read_room_wording": Rule({"room_id": "room_open", "behaviour_id": "room_behaviour"}, ok=("qa_lead",)),
    "list_templates": Rule(ok=EVERYBODY),
    "read_template": Rule({"key": "discovery"}, ok=EVERYBODY),
    "read_template_history": Rule({"key": "discovery"}, ok=EVERYBODY),
    "read_studio": Rule({"key": "discovery"}, ok=("qa_lead",)),
    "read_template_bridge": Rule({"key": "discovery"}, {"old": "1", "new": "1"}, ok=("qa_lead",)),
    "list_agents": Rule(ok=READERS),
    "list_teams": Rule(ok=(*NUMBERS, "admin")),
    "list_sites": Rule(ok=("operations", "admin")),
    "list_audit_entries": Rule(ok=("admin",)),
}
