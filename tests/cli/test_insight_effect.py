"""Effect, worth and workshops as commands: the keys that scripts rely on."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

KEYS = {"agent_id", "behaviour", "held_on", "before", "after", "effect", "low", "high", "verdict"}
FIRST, HELD, DAYS = date(2026, 3, 2), 40, 70


@pytest.fixture
def imported(run: Callable[..., Any], written: Callable[..., Path]) -> Callable[..., Any]:
    """Eight agents with two calls a day, alternately met; a0 is coached on day 40 and meets it always from then on."""
    rows = ["call_id,agent_id,team,started_at,queue,behaviour,verdict,outcome_converted"]
    for agent in range(8):
        for day in range(DAYS):
            at = (FIRST + timedelta(days=day)).isoformat()
            for call, verdict in enumerate(("met", "met" if agent == 0 and day > HELD else "not_met")):
                rows.append(f"c{agent}-{day}-{call},a{agent},north,{at}T10:00:00+00:00,q,greets,{verdict},{call}")
    assert run("init").code == 0
    assert run("import", "scores", written("scores.csv", "\n".join(rows))).code == 0
    sessions = f"agent_id,behaviour,held_on\na0,greets,{FIRST + timedelta(days=HELD)}\n"
    assert run("import", "coaching", written("coaching.csv", sessions)).code == 0
    return run


def test_effect_has_the_keys_of_the_contract(imported: Callable[..., Any]) -> None:
    found = imported("insight", "effect", "--json").json
    assert {"effect", "low", "high", "sessions"} <= set(found["pooled"])
    assert found["pooled"]["effect"] == pytest.approx(0.5, abs=0.05)
    assert [set(row) >= KEYS for row in found["sessions"]] == [True]
    assert found["sessions"][0]["verdict"] == "worked"
    said = imported("insight", "effect", "--behaviour", "greets")
    assert "Together: +5" in said.out
    early = imported("insight", "effect", "--as-of", str(FIRST + timedelta(days=HELD)))
    assert "nothing can be said yet" in early.out


def test_worth_asks_for_a_value_and_gives_an_interval(imported: Callable[..., Any]) -> None:
    assert imported("insight", "roi", "--outcome", "converted").code == 2
    assert imported("insight", "roi", "--outcome", "converted", "--value", "100").code == 2
    valued = ("--outcome", "converted", "--value", "100", "--hour", "40")
    found = imported("insight", "roi", *valued, "--json").json
    assert set(found["net"]) == {"mean", "low", "high"}
    assert found["assumptions"]
    assert imported("insight", "roi", "--outcome", "converted").code == 0
    assert imported("insight", "roi", "--outcome", "converted", "--what-if", "nothing").code == 2


def test_workshops_without_a_gap_say_so(imported: Callable[..., Any]) -> None:
    assert isinstance(imported("insight", "workshops", "--json").json, list)
    assert imported("insight", "workshops").code == 0


def test_before_anything_is_there(run: Callable[..., Any]) -> None:
    assert run("init").code == 0
    assert run("insight", "effect", "--json").json["sessions"] == []
    assert "No session" in run("insight", "effect").out
    assert run("insight", "roi").code == 2
    assert run("insight", "roi", "--outcome", "converted").code == 2
    assert "No workshop" in run("insight", "workshops").out
