"""Audits as commands: drawn, listed, verified."""

import json

import pytest

from builders import calls, person
from coachloop.app.models import Assignment
from coachloop.core.model.people import Role


@pytest.fixture
def scored(house, written):
    """Twenty scored calls of two agents, and somebody to answer."""
    both = [*calls("lea", 4, 10), *calls("tom", 7, 10)]
    assert house("ingest", written("calls.jsonl", both)).code == 0
    assert house("score").code == 0
    person("Eve Tanaka", Role.EVALUATOR)
    return house


def test_calls_are_drawn_listed_and_drawn_again(scored):
    """By chance that anybody can repeat; a call taken out is found out."""
    assert "Nothing is drawn yet" in scored("audit", "list").out
    given = ("--size", "8", "--seed", "May", "--as-of", "2026-05-11", "--due", "2026-06-01", "--json")
    row = json.loads(scored("audit", "draw", "manners", *given).out)
    assert row["frame"] == 20
    assert row["assignments"] == Assignment.objects.count() >= row["calls"]
    assert (row["seed"], row["due_on"], row["unassigned"], row["size"]) == ("May", "2026-06-01", 0, 8)
    assert {"template", "behaviour", "first_day", "last_day", "sha256", "submitted", "overdue"} < set(row)
    (listed,) = json.loads(scored("audit", "list", "--json").out)
    assert listed["calls"] == row["calls"]
    assert "draws the same" in scored("audit", "verify", str(row["id"])).out
    assert json.loads(scored("audit", "verify", str(row["id"]), "--json").out)["holds"] is True
    assert len(json.loads(scored("audit", "frame", str(row["id"])).out)) == 20
    Assignment.objects.order_by("id")[0].delete()
    found = scored("audit", "verify", str(row["id"]))
    assert found.code == 1
    assert "does not hold" in found.out


def test_what_cannot_be_drawn_says_the_way_out(scored):
    """Wrong use ends with 2."""
    assert scored("audit", "draw", "other").code == 2
    found = scored("audit", "draw", "manners", "--as-of", "2020-01-01")
    assert found.code == 2
    assert "choose other days" in found.err
    assert scored("audit", "verify", "99").code == 2
