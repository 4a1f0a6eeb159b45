from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from coachloop.core.model.receipt import Line, Record, Refusal
from coachloop.core.model.scores import Call, Score, scores

ROW = {"call_id": "c-1", "agent_id": "lea", "team": "north", "started_at": "2026-05-04T23:30:00Z", "queue": "sales",
       "behaviour": "greets_politely", "verdict": "met", "outcome_sold": "true", "task": "refund"}  # fmt: skip
BARE = {"call_id": "c-1", "behaviour": "greets", "verdict": "na"}


def read(*rows, zone=UTC):
    return list(scores([Record("s.csv", n, row) for n, row in enumerate(rows, 2)], zone))


def test_a_row_says_something_of_its_call_and_of_a_behaviour():
    call = Call("c-1", "lea", "north", "sales", datetime(2026, 5, 4, 23, 30, tzinfo=UTC), date(2026, 5, 5),
                {"sold": True}, "refund")  # fmt: skip
    evidence = [{"turn": None, "start": None, "end": None, "quote": "Good morning", "at": 3.5}]
    row = {**ROW, "score_id": "s-7", "evidence_text": "Good morning", "evidence_start": "3.5"}
    assert read(row, zone=ZoneInfo("Europe/Berlin")) == [
        Score("s.csv", 2, call, "imported", "greets_politely", "met", "score s-7 of another tool", evidence)
    ]
    call = Call("c-1", "", "", "", None, None, None, "")
    assert read({**BARE, "template": "Ours"}) == [Score("s.csv", 2, call, "Ours", "greets", "not_applicable", "", [])]


def test_rows_of_one_call_share_it_until_they_say_something_else():
    first, second, third = read(ROW, {**ROW, "behaviour": "closes"}, {**ROW, "queue": "service"})
    assert first.call is second.call
    assert third.call == first.call._replace(queue="service")


def test_what_is_refused_keeps_its_place_and_the_rest_goes_on():
    rows = [Refusal("s.csv", 2, "not CSV"), Line("s.csv", 3, b"{"), Record("s.csv", 4, BARE)]
    assert [row[1] if isinstance(row, Score) else row.line for row in scores(rows, UTC)] == [2, 3, 4]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "yes"}, "verdict"),
        ({"started_at": "04.05.2026"}, "04.05.2026"),
        ({"started_at": "9999-12-31T23:00:00-05:00"}, "year must be in [1900, 2200], got 9999"),
        ({"behaviour": "Greets, politely & warmly"}, "such as 'greets_politely_warmly', got"),
        ({"behaviour": "???"}, "such as 'states_purpose'"),
        ({"behaviour": "x" * 200}, "a key is up to 80 lower-case letters"),
        ({"behaviour": "X", "template": "imported"}, "such as 'x'"),
    ],
)
def test_the_reason_names_what_is_wrong(change, reason):
    """A call that can't be, twice: the second row is refused as the first."""
    once, again = read({**ROW, **change}, {**ROW, **change})
    assert reason in once.reason
    assert (once.line, again.line, again.reason) == (2, 3, once.reason)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12.5", 12.5), ("won", "won"), (3, 3), ("NaN", "NaN"), ("1e999", "1e999"), ('{"a": 1}', {"a": 1})],
)
def test_outcomes_are_numbers_where_they_are(cell, value):
    assert read({**BARE, "outcome_sold": cell})[0].call.outcome == {"sold": value}
