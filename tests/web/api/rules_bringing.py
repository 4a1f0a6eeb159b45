"""Who may bring what in."""

from web.api.rules import LEADERS, Rule

FEEDERS = ("qa_lead", "admin")
BRINGERS = (*LEADERS, "qa_lead")
CALL = {"id": "brought", "agent_id": "lea", "turns": [{"speaker": "agent", "text": "Good morning."}]}

RULES: dict[str, Rule] = {
    "add_conversations": Rule(body=CALL, ok=FEEDERS, kind="application/json"),
    "import_labels": Rule(body=b"conversation_id,behaviour,verdict\n", ok=FEEDERS),
    "import_scores": Rule(body=b"conversation_id,behaviour,verdict\n", ok=FEEDERS),
    "import_coaching": Rule(body=b"agent_id,held_on\n", ok=("operations", "admin")),
    "import_absences": Rule(body=b"agent_id,first_day,last_day\n", ok=("operations", "admin")),
    "upload_recording": Rule(
        query={"name": "call.txt", "agent": "lea"},
        body=b"Agent: Good morning.\nCustomer: Hello.\n",
        ok=("leader", "qa_lead"),
        refused=("other_leader",),
    ),
    "begin_upload": Rule(
        body={"name": "call.wav", "size": 10, "agent": "lea"}, ok=("leader", "qa_lead"), refused=("other_leader",)
    ),
    "read_upload": Rule({"key": "upload"}, ok=("leader",), hidden=("other_leader", "qa_lead")),
    "append_upload": Rule(
        {"key": "upload"}, {"at": "99999"}, body=b"x", ok=("leader",), hidden=("other_leader", "qa_lead"), status=409
    ),
    "drop_upload": Rule({"key": "upload"}, ok=("leader",), hidden=("other_leader", "qa_lead")),
}
