"""Who may read what."""

from web.api.rules import EVERYBODY, HIDDEN_LEA, LEADERS, NUMBERS, READERS, Rule

LEAS = {"ok": ("agent", "leader", "qa_lead"), "hidden": HIDDEN_LEA}
"""What is about Lea, for those who see her calls."""

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
}
