import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.readers.told import said
from coachloop.adapters.readers import turns_csv
from coachloop.adapters.readers.conversations import lines
from coachloop.adapters.readers.said import Given, as_native
from coachloop.core.model.receipt import Refusal

HEADER = "conversation_id,speaker,text,start,end,agent_id,started_at,outcome_sold,crm\n"


def test_a_turn_a_row(read):
    text = (
        HEADER
        + 'c-1,Agent,"Good morning, Ms Berg",0.5,2,007,2026-05-04,true,"{""id"": 3}"\n'
        + "c-1,customer,Hi,0:03.5,00:00:04,ignored,,,\n"
        + "c-2,agent,Hello,,,,,,\n"
    )
    (first, second), refused = read(text, "turns.csv")
    assert not refused
    assert said(first) == [("agent", 0.5, 2, "Good morning, Ms Berg"), ("customer", 3.5, 4, "Hi")]
    assert {name: first[name] for name in ("id", "agent_id", "started_at", "outcome", "crm")} == {
        "id": "c-1",
        "agent_id": "007",
        "started_at": "2026-05-04",
        "outcome": {"sold": True},
        "crm": {"id": 3},
    }
    assert said(second) == [("agent", None, None, "Hello")]


def test_the_example_of_the_docs_is_taken(one):
    page = (Path(__file__).parents[3] / "docs" / "integrations.md").read_text("utf-8")
    call = one(page.partition("```csv\n")[2].partition("```")[0], "turns.csv")
    assert said(call)[1] == ("customer", 5.6, 7, "Oh yes, that was me.")
    assert call["outcome"] == {"converted": True}


def test_it_is_known_by_its_header_and_gzip_by_its_content(read):
    taken, refused = read(gzip.compress(f"{HEADER}c-1,agent,Hi,,,,,,\n".encode()), "export", agent_id="a-1")
    assert not refused
    assert taken[0]["agent_id"] == "a-1"


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("c-1,agent,Hi,soon,,,,,\n", 3, "conversation 'c-1' is left out: start"),
        ("c-1,agent,Hi,-1,,,,,\n", 3, "start"),
        ("c-1,agent,Hi,1e999,,,,,\n", 3, "start"),
        (f"{'c' * 201},agent,Hi,,,,,,\n", 3, "conversation_id"),
        (f"c-1,{'x' * 201},Hi,,,,,,\n", 3, "speaker"),
        ("c-1,agent,,,,,,,\n", 3, "holds no words"),
    ],
)
def test_a_row_takes_its_conversation_with_it_and_nothing_else(read, *, rows, line, reason):
    """What is not all there is not scored."""
    taken, refused = read(f"{HEADER}c-0,agent,Hi,,,,,,\n{rows}c-2,agent,Hi,,,,,,\n", "turns.csv")
    assert [call["id"] for call in taken] == ["c-0", "c-2"]
    ((at, why),) = refused
    assert at == line
    assert reason in why


def test_a_row_that_cant_be_read_leaves_out_whatever_stands_beside_it(read):
    """It may have been the last of the one before, or the first of the one after."""
    rows = "c-1,agent,Hi,,,,,,\nc-1,agent,Hi,,,,,,,more\nc-2,agent,Hi,,,,,,\nc-3,agent,Hi,,,,,,\n,agent,Hi,,,,,,\n"
    taken, refused = read(f"{HEADER}{rows}c-4,agent,Hi,,,,,,\nc-5,agent,Hi,,,,,,\n", "turns.csv")
    assert [call["id"] for call in taken] == ["c-5"]
    assert [line for line, _ in refused] == [3, 3, 3, 6, 6, 6]
    assert refused[4][1] == "conversation 'c-3' is left out: line 6 can't be read and may belong to it"


def test_rows_of_a_conversation_stand_side_by_side(read):
    taken, refused = read(f"{HEADER}c-1,agent,a,,,,,,\nc-2,agent,b,,,,,,\nc-1,agent,c,,,,,,\n", "turns.csv")
    assert [call["id"] for call in taken] == ["c-1", "c-2"]
    assert refused[0][0] == 4
    assert "side by side" in refused[0][1]


def test_no_conversation_is_endless(read, monkeypatch):
    monkeypatch.setattr(turns_csv, "MOST_TURNS", 2)
    assert "more than 2 rows" in read(HEADER + 3 * "c-1,agent,Hi,,,,,,\n", "turns.csv")[1][0][1]


def test_columns_of_ours_are_not_overwritten(one):
    call = one("conversation_id,speaker,text,turns,id,speakers\nc-1,agent,Hi,[],x,y\n", "turns.csv")
    assert call["id"] == "c-1"
    assert said(call) == [("agent", None, None, "Hi")]
    assert call["speakers"]["from"] == "given"


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
TIME = st.none() | st.floats(0, 1e6).map(lambda value: round(value, 3))
CALLS = st.dictionaries(
    TEXT.filter(str.strip).map(str.strip),
    st.lists(
        st.tuples(st.sampled_from(["agent", "customer", "other"]), TEXT.filter(str.strip), TIME), min_size=1, max_size=4
    ),
    max_size=4,
)


@given(calls=CALLS)
def test_what_is_written_comes_back(calls, tmp_path_factory):
    """Ids, speakers, words and times, whatever characters are in them."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["conversation_id", "speaker", "text", "start"])
    writer.writerows([key, who, text, at] for key, turns in calls.items() for who, text, at in turns)
    path = tmp_path_factory.getbasetemp() / "turns.csv"
    path.write_text(file.getvalue(), encoding="utf-8", newline="")
    found = list(turns_csv.transcripts(path))
    assert not any(isinstance(item, Refusal) for item in found)
    native = [as_native(transcript, Given()) for _, transcript in found]
    assert {call["id"]: [(who, start, text) for who, start, _, text in said(call)] for call in native} == {
        key: [(who, at, text.strip()) for who, text, at in turns] for key, turns in calls.items()
    }


@given(raw=st.binary(max_size=200))
def test_whatever_follows_the_header_nothing_is_raised(raw, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(HEADER.encode() + b"c-1,agent,Hi,,,,,,\n" + raw)
    assert list(lines(path))
