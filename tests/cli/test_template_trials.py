"""Versions compared and tried on stored calls, as a person types it."""

import pytest

from builders import MANNERS, calls
from coachloop.app.models import Attempt, AuditEntry

WARMER = MANNERS.replace("[good morning]", "[good morning, 'yes']").replace("target: 0.7", "target: 0.6")


@pytest.fixture
def two_versions(house, written):
    """Twenty calls scored with version 1, and a warmer draft."""
    house("ingest", written("lea.jsonl", calls("lea", 4, 10) + calls("tom", 7, 10)))
    house("score")
    house("template", "add", written("warmer.yaml", WARMER))
    return house


def test_a_difference_is_said_by_behaviour(two_versions):
    out = two_versions("template", "diff", "manners", 1, 2).out
    assert "~ greets: Greets\n    score_with\n" in out
    assert "~ value_first: Value first (no verdict changes)\n    target\n      old: 0.7\n      new: 0.6" in out
    found = two_versions("template", "diff", "manners", 1, 2, "--json").json
    assert found["changed"][1] == {
        "behaviour": "value_first",
        "changes_verdicts": False,
        "fields": [{"field": "target", "old": 0.7, "new": 0.6}],
    }
    assert "+    score_with: [{phrases: {any: [good morning, 'yes']}}]" in found["diff"]
    assert two_versions("template", "diff", "manners", 1, 1).out == "Both say the same.\n"


def test_a_difference_of_whole_behaviours(house, written):
    text = MANNERS[: MANNERS.index("  - key: warmth")].replace("title: Manners", "title: Good manners")
    house("template", "add", written("short.yaml", text.replace("key: value_first", "key: value")))
    assert house("template", "diff", "manners", 1, 2).out.splitlines() == [
        "title",
        '  old: "Manners"',
        '  new: "Good manners"',
        "+ value: Value first",
        "- value_first: Value first",
        "- warmth: Warmth",
    ]
    first = MANNERS.index("  - key: greets")
    last = MANNERS.index("  - key: value_first")
    house("template", "add", written("turned.yaml", MANNERS[:first] + MANNERS[last:] + MANNERS[first:last]))
    assert house("template", "diff", "manners", 1, 2).out == "The order of the behaviours changed.\n"


def test_a_period_is_scored_with_a_draft_and_nothing_is_stored(two_versions, written):
    labels = [{"conversation_id": f"lea-{n}", "behaviour": "greets", "verdict": ("not_met", "met")[n < 5]} for n in range(10)]  # fmt: skip
    two_versions("labels", "add", written("labels.jsonl", labels))
    before = Attempt.objects.count(), AuditEntry.objects.count()
    found = two_versions("template", "backtest", "manners@1", "--since", "2026-05-01", "--json").json
    assert {k: found[k] for k in ("key", "version", "since", "until", "fitting", "conversations", "seed")} == {
        "key": "manners", "version": 1, "since": "2026-05-01", "until": None, "fitting": 20, "conversations": 20, "seed": None,
    }  # fmt: skip
    greets, _, warmth = found["behaviours"]
    assert (greets["n"], greets["met"], greets["not_met"], greets["rate"]) == (20, 11, 9, 0.55)
    assert greets["low"] < 0.55 < greets["high"]
    assert greets["decided_by"] == {"phrases": 20}
    assert (greets["labels"], greets["kappa"]) == (10, 0.8)
    assert (warmth["n"], warmth["rate"], warmth["unscored"], warmth["decided_by"]) == (0, None, 20, {"nobody": 20})
    draft = two_versions("template", "backtest", "manners", "--sample", 8, "--json").json
    assert (draft["version"], draft["fitting"], draft["conversations"]) == (2, 20, 8)
    assert draft["behaviours"][0]["met"] == 8
    assert two_versions("template", "backtest", "manners", "--until", "2020-01-01", "--json").json["fitting"] == 0
    assert "manners@2 on 20 of 20 conversations" in two_versions("template", "backtest", "manners").out
    assert (Attempt.objects.count(), AuditEntry.objects.count()) == before
    assert two_versions("template", "backtest", "manners@9").code == 2


def test_a_bridge_says_what_becomes_of_the_baselines(two_versions):
    found = two_versions("template", "bridge", "manners", 1, 2, "--json").json
    assert (found["sample"]["n"], found["sample"]["fitting"], len(found["sample"]["conversation_ids"])) == (20, 20, 20)
    greets = found["behaviours"][0]
    assert (greets["decision"], greets["old_rate"], greets["new_rate"]) == ("restarts", 0.55, 1)
    [change] = greets["changes"]
    assert (change["from"], change["to"], change["conversations"], len(change["examples"])) == ("not_met", "met", 9, 5)
    assert change["examples"][0]["new"]["evidence"] == [{"turn": 0, "quote": "Yes?"}]
    again = two_versions("template", "bridge", "manners", 1, 2, "--sample", 6, "--seed", 4, "--json").json
    assert again == two_versions("template", "bridge", "manners", 1, 2, "--sample", 6, "--seed", 4, "--json").json
    assert again["sample"]["n"] == 6
    models = two_versions("template", "bridge", "manners", 1, 1, "--candidate", "--json").json
    assert (models["candidate"], models["behaviours"][0]["changes"]) == (True, [])
    said = two_versions("template", "bridge", "manners", 1, 2).out
    assert "manners@1 and manners@2 on 20 of 20 conversations, drawn with seed" in said
    assert "baseline restarts" in said
    nothing = two_versions("template", "bridge", "manners", 1, 2, "--since", "2030-01-01")
    assert "No stored conversation fits" in nothing.out
