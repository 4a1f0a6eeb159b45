"""Who keeps people, agents, teams and sites: admins; operations read the teams."""

from typing import Any

from web.api.rules import Rule

ADMIN: dict[str, Any] = {"ok": ("admin",)}
PERSON, LEADER = {"user_id": "kept_person"}, {"user_id": "kept_leader"}
KIT = {"key": "kept"}
PLACE = {"name": "Main site", "timezone": "Nowhere/Land"}

RULES: dict[str, Rule] = {
    "list_people": Rule(query={"words": "ada", "role": "team_leader"}, **ADMIN),
    "export_people": Rule(**ADMIN),
    "add_person": Rule(body={"email": "ada@example.org", "name": "Ada"}, status=422, **ADMIN),
    "read_person": Rule(LEADER, **ADMIN),
    "change_person": Rule(PERSON, body={"name": "Sparrow Person"}, **ADMIN),
    "give_role": Rule({**PERSON, "role": "evaluator"}, **ADMIN),
    "take_role": Rule({**PERSON, "role": "qa_lead"}, **ADMIN),
    "switch_person": Rule(PERSON, body={"active": True}, **ADMIN),
    "allow_originals": Rule(PERSON, body={"allowed": False}, **ADMIN),
    "sign_person_out": Rule(PERSON, **ADMIN),
    "unlock_person": Rule(PERSON, **ADMIN),
    "list_kept_agents": Rule(query={"words": "kit"}, **ADMIN),
    "add_agent": Rule(body={"key": "lea", "name": "Lea"}, status=422, **ADMIN),
    "read_kept_agent": Rule(KIT, **ADMIN),
    "change_agent": Rule(KIT, body={"name": "Kit Moore", "joined_on": None, "person": None}, **ADMIN),
    "join_team": Rule(KIT, body={"team": "north", "first_day": "2036-01-01"}, status=409, **ADMIN),
    "remove_stay": Rule({"stay_id": 999_999}, hidden=("admin",)),
    "note_leaving": Rule(KIT, body={"last_day": "2036-01-01"}, status=409, **ADMIN),
    "note_return": Rule(KIT, body={}, status=409, **ADMIN),
    "merge_agent": Rule({"key": "4711"}, body={"into": "nobody"}, status=422, **ADMIN),
    "list_met_agents": Rule(**ADMIN),
    "confirm_met_agents": Rule(body={"agents": []}, **ADMIN),
    "add_team": Rule(body={"key": "north", "name": "North"}, status=422, **ADMIN),
    "read_team": Rule({"key": "north"}, ok=("operations", "admin")),
    "change_team": Rule(
        {"key": "north"}, body={"name": "North", "site": "kept_site", "leader": "kept_leader"}, **ADMIN
    ),
    "list_closures": Rule(**ADMIN),
    "add_site": Rule(body=PLACE, status=422, **ADMIN),
    "move_site": Rule({"site_id": "kept_site"}, body=PLACE, status=422, **ADMIN),
    "add_closure": Rule({"site_id": "kept_site"}, body={"day": "2046-01-01"}, status=409, **ADMIN),
    "remove_closure": Rule({"closure_id": 999_999}, hidden=("admin",)),
    "import_people": Rule(body=b"name,email,role\n", **ADMIN),
    "import_teams": Rule(body=b"team,name\n", **ADMIN),
    "import_sites": Rule(body=b"name,timezone\n", **ADMIN),
    "import_closures": Rule(body=b"day,name\n", **ADMIN),
}
