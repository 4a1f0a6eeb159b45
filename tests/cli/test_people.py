"""The commands for people, teams and agents, as an operator without a browser uses them."""

import pytest

from builders import call
from coachloop.app.models import Agent, Membership, Site, Team

PEOPLE = """\
name,email,role,team,agent_id,team_from,left_on
Ada,ada@example.org,team_leader,north,,,
Ines,ines@example.org,admin,,,,
Lea,lea@example.org,agent,north,lea,2026-01-01,
"""


@pytest.fixture
def staffed(house, written):
    """A site with a team, its leader and an agent; two more were met in calls."""
    assert house("people", "add", written("people.csv", PEOPLE)).code == 0
    calls = [call("c-1", agent="4711", team=None), call("c-2", agent="4712", team=None)]
    assert house("ingest", written("calls.jsonl", calls)).code == 0
    return house


def test_who_was_met_in_calls_is_said_to_be_somebody(staffed):
    assert {row["key"] for row in staffed("people", "met", "--json").json} == {"4711", "4712"}
    assert "4711 is lea; conversations moved: 1" in staffed("people", "merge", "4711", "lea").out
    assert "1 is a colleague now" in staffed("people", "confirm", "--all").out
    assert "every agent is known" in staffed("people", "met").out
    assert "0 are colleagues" in staffed("people", "confirm", "4712").out
    assert "there is no agent 'nobody' here" in staffed("people", "merge", "4712", "nobody").err
    assert "there is no such api token here" in staffed("token", "revoke", "999").err


def test_agents_move_leave_and_come_back(staffed, written):
    assert staffed("import", "sites", written("s.csv", "name,timezone\nLyon,Europe/Paris\n")).code == 0
    assert staffed("import", "teams", written("t.csv", "team,name,site\nsouth,South,Lyon\n")).code == 0
    assert Team.objects.get(key="south").site == Site.objects.get(name="Lyon")
    assert "lea is in south" in staffed("people", "join", "lea", "south", "--from", "2026-04-01").out
    assert "was in south already" in staffed("people", "join", "lea", "south", "--from", "2026-04-01").out
    left = staffed("people", "leave", "lea", "--last-day", "2026-05-01", "--json").json
    assert left == {"last_day": "2026-05-01", "ended": {"sign_ins": 1}}
    assert staffed("people", "leave", "lea").code == 2
    assert "lea is back" in staffed("people", "back", "lea", "south", "--from", "2026-06-01").out
    assert Membership.objects.filter(agent__key="lea").count() == 3
    assert Agent.objects.get(key="lea").left_on is None


def test_everybody_is_written_as_the_file_that_is_read(staffed, tmp_path):
    staffed("people", "list", "--out", tmp_path / "all.csv")
    again = staffed("people", "add", tmp_path / "all.csv", "--json").json
    assert (again["accepted"], again["duplicates"], again["refused"]) == (0, 3, [])
    assert "lea@example.org" in staffed("people", "list").out
