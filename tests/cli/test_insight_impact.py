"""`insight impact`: its keys, its remarks, its exit codes."""

from datetime import date, timedelta

import numpy as np
import pytest

KEYS = {"template", "behaviour", "effect", "low", "high", "n", "p_value", "q_value", "survives", "naive", "agents"}
START = date(2026, 5, 4)


def scores(effect: float) -> str:
    """Scores of six agents as another tool exports them; `recap` moves the outcome by `effect`, nobody ever sings."""
    rng = np.random.default_rng(1)
    lines = ["call_id,agent_id,team,started_at,queue,behaviour,verdict,outcome_sold"]
    for call in range(360):
        day = START + timedelta(days=call % 10)
        recap = rng.random() < 0.5
        sold = int(rng.random() < 0.2 + effect * recap)
        start = f"c-{call},a-{call % 6},north,{day}T10:00:00+00:00,sales"
        lines += [f"{start},recap,{'met' if recap else 'not_met'},{sold}", f"{start},sings,not_met,{sold}"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def brought(house, tmp_path):
    def bring(effect: float):
        file = tmp_path / "scores.csv"
        file.write_text(scores(effect))
        assert house("import", "scores", file).code == 0
        return house

    return bring


def test_what_moves_the_outcome(brought):
    house = brought(0.5)
    ran = house("insight", "impact", "--outcome", "sold", "--json")
    [row] = ran.json
    assert set(row) >= KEYS
    assert (row["template"], row["behaviour"], row["n"], row["survives"]) == ("imported", "recap", 360, True)
    assert row["low"] < 0.5 < row["high"]
    assert "sings: no estimate, it was met always, or never" in ran.err
    focus = house("insight", "focus", "--json").json
    assert {"expected_gain", "reason", "runner_up"} <= set(focus[0])
    assert len(focus) == 6
    before = house("insight", "focus", "--as-of", "2026-05-08", "--json")
    assert len(before.json) == 6


def test_where_nothing_survives_it_says_so(brought):
    ran = brought(0.0)("insight", "impact", "--outcome", "sold")
    assert ran.code == 0
    assert "nothing survives multiple testing" in ran.err


def test_an_outcome_that_nobody_named(house):
    ran = house("insight", "impact", "--outcome", "sold")
    assert ran.code == 2
    assert "no outcome 'sold'; conversations name: none" in ran.err
