import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.adapters.readers.conversations import lines
from coachloop.adapters.vcon_out import vcon, vcons
from coachloop.core.model.wire import read_conversation

NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
CALL = {
    "id": "c-1",
    "channel": "voice",
    "agent_id": "a-7",
    "agent_name": "Lea Rossi",
    "team": "north",
    "customer_name": "Ms Berg",
    "queue": "leads",
    "direction": "inbound",
    "started_at": "2026-05-04T09:38:00",
    "turns": [
        {"speaker": "agent", "text": "Hello", "start": 0.5, "end": 1.25, "words": [{"text": "Hello", "start": 0.5}]},
        {"speaker": "customer", "text": "Hi", "start": 2.0, "end": None},
    ],
    "crm": {"ticket": None},
}


def made(row):
    return vcon(row, now=NOW, zone=ZONE)


def back(rows, tmp_path):
    """What is read from a file of these vCons."""
    path = tmp_path / "out.jsonl"
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in vcons(rows, now=NOW, zone=ZONE)), "utf-8"
    )
    return [json.loads(line.raw) for line in lines(path)]


def test_a_call_has_its_parties_its_time_and_a_transcript():
    """Where the draft has them, for whoever reads it; no recording goes out."""
    out = made(CALL)
    assert (out["vcon"], out["created_at"], out["extensions"]) == ("0.4.0", "2026-05-05T10:00:00.000Z", ["CC"])
    assert out["parties"] == [
        {"role": "agent", "name": "Lea Rossi", "uuid": "a-7", "dept": "north"},
        {"role": "customer", "name": "Ms Berg"},
        {"type": "organization", "name": "coachloop"},
    ]
    (dialog,) = out["dialog"]
    assert dialog == {
        "type": "recording",
        "parties": [0, 1],
        "start": "2026-05-04T07:38:00.000Z",
        "duration": 2.0,
        "skill": "leads",
        "originator": 1,
    }
    (analysis,) = out["analysis"]
    assert (analysis["type"], analysis["dialog"], analysis["encoding"]) == ("transcript", 0, "json")
    assert analysis["body"]["turns"] == CALL["turns"]
    assert out["attachments"][0]["party"] == 2


def test_the_same_content_has_the_same_uuid():
    assert made(CALL)["uuid"] == made(dict(reversed(CALL.items())))["uuid"] != made(CALL | {"team": "south"})["uuid"]


def test_a_chat_is_a_dialog_a_message():
    turns = [{"speaker": "customer", "text": "Hi", "start": 1.5}, {"speaker": "other", "text": "You are number 1"}]
    out = made(CALL | {"channel": "Chat", "turns": turns})
    assert out["analysis"] == []
    first, second = out["dialog"]
    assert (first["start"], first["parties"], first["body"]) == ("2026-05-04T07:38:01.500Z", [1, 0, 2], "Hi")
    assert (second["start"], second["parties"]) == ("2026-05-04T07:38:00.000Z", [2, 0, 1])
    assert "start" not in made(CALL | {"started_at": None, "channel": "sms"})["dialog"][0]


@pytest.mark.parametrize(
    "row",
    [
        CALL,
        CALL | {"channel": "email"},
        CALL | {"channel": "chat", "turns": []},
        CALL | {"turns": [], "language": "en-US", "team": None},
        {"id": "c-2", "audio": "c-2.wav"},
        {"id": "c-3", "audio": "c-3.wav", "channel": "chat", "started_at": ""},
    ],
)
def test_it_comes_back_as_it_was(row, tmp_path):
    """So the same conversation again is a duplicate, not another."""
    assert back([row], tmp_path) == [row]


def test_one_that_others_changed_is_read_as_anybodys(tmp_path):
    """Messages that were added are there; ours are not put in their place."""
    out = made(CALL | {"channel": "chat"})
    out["dialog"].append(dict(out["dialog"][0], body="And another thing"))
    path = tmp_path / "out.json"
    path.write_text(json.dumps(out))
    (line,) = lines(path)
    assert [turn["text"] for turn in json.loads(line.raw)["turns"]] == ["Hello", "And another thing", "Hi"]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
TIME = st.none() | st.floats(0, 1e6)
TURN = st.fixed_dictionaries(
    {"speaker": st.sampled_from(["agent", "customer", "other"]), "text": TEXT},
    optional={"start": TIME, "end": TIME, "mood": TEXT},
)
ROW = st.fixed_dictionaries(
    {"id": TEXT.filter(bool), "turns": st.lists(TURN, max_size=3)},
    optional={
        "channel": st.sampled_from(["voice", "chat", "email", None]),
        "agent_id": TEXT,
        "customer_name": TEXT,
        "direction": st.sampled_from(["inbound", "outbound"]),
        "started_at": st.sampled_from(["2026-05-04", "2026-05-04T09:38:00Z", None]),
        "outcome": st.dictionaries(TEXT, st.integers() | TEXT | st.none(), max_size=2),
        "speakers": st.just({"from": "said", "confidence": 0.7, "confirmed": True}),
        "more": st.lists(TEXT, max_size=2),
    },
)


@settings(max_examples=80)
@given(rows=st.lists(ROW, max_size=2))
def test_whatever_is_in_it_comes_back(rows, tmp_path_factory):
    found = back(rows, tmp_path_factory.getbasetemp())
    assert found == rows
    assert all(read_conversation(json.dumps(row).encode()).line.id == row["id"] for row in found)
