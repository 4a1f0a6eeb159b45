import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachloop.core.model import wire
from coachloop.core.model.conversation import Masked, Speaker, Word
from coachloop.core.model.receipt import Line, Receipt, Record, Refusal
from coachloop.core.model.staff_lines import PersonLine
from coachloop.core.model.wire import (
    FORMATS,
    LINE_LIMIT,
    AbsenceLine,
    BadLineError,
    CoachingLine,
    ConversationLine,
    LabelLine,
    ScoreLine,
    checked,
    json_object,
    read_conversation,
    row,
    taken,
)

CALL = {
    "id": "c-123", "channel": "voice", "agent_id": "a-7", "agent_name": "Lea Rossi", "team": "north",
    "customer_id": "k-9", "customer_name": "Ms Berg", "queue": "seller-leads", "language": "en",
    "direction": "outbound", "started_at": "2026-05-04T09:38:00+00:00", "audio": "recordings/c-123.wav",
    "outcome": {"converted": True, "amount": 12.5},
    "turns": [{"speaker": "agent", "start": 0.0, "end": 2.4, "text": "Hello there"}],
}  # fmt: skip


def line(**change):
    """The call with something changed, as bytes; what is None is left out."""
    return json.dumps({key: value for key, value in {**CALL, **change}.items() if value is not None}).encode()


def turn(**change):
    return {"turns": [{**CALL["turns"][0], **change}]}


def refusal(raw):
    with pytest.raises(BadLineError) as caught:
        read_conversation(raw)
    return str(caught.value)


def test_the_whole_line_is_read_and_kept_as_given():
    read = read_conversation(line(more={"crm": [1, 2]}))
    assert read.line.agent_id == "a-7"
    assert json.loads(read.document) == {**CALL, "more": {"crm": [1, 2]}}
    said = read.line.conversation()
    assert (said.id, said.queue, said.agent_name, said.customer_name) == (
        "c-123",
        "seller-leads",
        "Lea Rossi",
        "Ms Berg",
    )
    assert (said.turns[0].speaker, said.turns[0].text, said.turns[0].end) == (Speaker.AGENT, "Hello there", 2.4)


def test_only_an_id_and_turns_or_audio_are_needed():
    assert read_conversation(b'{"id": "c", "turns": []}').line.conversation().turns == ()
    assert read_conversation(b'{"id": "c", "audio": "c.wav"}').line.conversation().turns == ()
    assert refusal(b'{"id": "c"}') == "needs `turns` or `audio`"


def test_the_content_is_the_same_whatever_the_order_and_the_white_space():
    """What is hashed is what is said, not how the exporter wrote it down."""
    one = read_conversation(line())
    other = read_conversation(b"  " + json.dumps(dict(reversed(CALL.items())), indent=1).encode() + b"\n")
    assert one.content_hash == other.content_hash
    assert read_conversation(line(queue="other")).content_hash != one.content_hash
    assert read_conversation(line(more=1)).content_hash != one.content_hash


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (line(id=""), "id: should have at least 1 character, got ''"),
        (line(id="x" * 201), "id: should have at most 200 characters, got 'xxx"),
        (line(id=7), "id: should be a valid string, got 7"),
        (line(queue="q" * 201), "queue: should have at most 200"),
        (line(started_at="yesterday"), "started_at: Invalid isoformat string: 'yesterday'"),
        (line(started_at="0001-01-01T00:00:00+14:00"), "year must be in [1900, 2200], got 1"),
        (line(started_at="9999-12-31T23:59:59-12:00"), "year must be in [1900, 2200], got 9999"),
        (line(outcome=[1]), "outcome: should be a valid dictionary"),
        (line(**turn(speaker="robot")), "turns.0.speaker: should be 'agent', 'customer' or 'other', got 'robot'"),
        (line(**turn(start=-0.5)), "turns.0.start: should be greater than or equal to 0, got -0.5"),
        (line(**turn(end=-3)), "turns.0.end: should be greater than or equal to 0, got -3"),
        (line(**turn(start=1e9)), "turns.0.start: should be less than or equal to 10000000"),
        (line(**turn(text=None)), "turns.0.text: should be a valid string"),
        (line(turns=[{}]), "turns.0.speaker: is missing; turns.0.text: is missing"),
        (line(**turn(words=[{"text": "hi", "start": -1}])), "turns.0.words.0.start: should be greater"),
        (b'{"id": "c", "turns": []', "not JSON: EOF while parsing"),
        (b"\xff\xfe{}", "not UTF-8 at byte 0"),
        (b'["id"]', "expected a JSON object, got list"),
        (b"null", "expected a JSON object, got NoneType"),
        (b'{"id": "c\\u0000", "turns": []}', "holds a NUL character, which no text has"),
        (b'{"id": "c\x00", "turns": []}', "holds a NUL character"),
        (b'{"id": "c", "turns": [], "x": "\\ud800"}', "not JSON: unexpected end of hex escape"),
        (b'{"id": "c", "turns": [], "x": NaN}', "not JSON: expected value"),
        (b'{"id": "c", "turns": [], "x": 1e400}', "holds a number that is too large to keep"),
        (b'{"id": "c", "turns": [], "x": ' + b"9" * 5000 + b"}", "not JSON: number out of range"),
        (b'{"id":' * 5000, "not JSON: recursion limit exceeded"),
        (b'{"id": "c", "turns": [], "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "not JSON: recursion limit exceeded"),
    ],
)
def test_a_wrong_line_is_refused_with_the_field_and_what_would_be_right(raw, said):
    assert said in refusal(raw)


def test_the_first_five_mistakes_are_named_and_the_others_counted():
    said = refusal(line(turns=[{"speaker": "robot", "text": "x"}] * 7))
    assert said.count("turns.") == 5
    assert said.endswith(" (and 2 more)")


def test_what_was_given_is_quoted_shortly():
    """A refusal never repeats a whole document."""
    assert len(refusal(line(**turn(speaker="x" * 5000)))) < 200


def test_a_line_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(wire, "LINE_LIMIT", 10)
    assert refusal(b" " * 11) == "line of 11 bytes; at most 10 are read"
    assert LINE_LIMIT == 32 * 1024 * 1024


def test_an_empty_start_is_none():
    """As exports write what they do not know."""
    assert read_conversation(line(started_at="")).line.started_at is None


def test_words_find_their_place_in_the_text():
    """Repeated words are placed one after the other; a word that is not there is left out."""
    words = [
        {"text": " no ", "start": 0.1}, {"text": "NO", "start": 0.2}, {"text": "no", "start": 0.3, "end": 0.4},
        {"text": "  ", "start": 0.5}, {"text": "way", "start": 0.6},
    ]  # fmt: skip
    said = read_conversation(line(**turn(text="no, no way", words=words))).line.conversation()
    assert said.turns[0].words == (Word(0, 2, 0.1), Word(4, 6, 0.3, 0.4), Word(7, 10, 0.6))


MORE = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.floats(-1, 1), max_size=3)


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=8), MORE, max_size=4))
def test_unknown_keys_come_back_as_they_were(more):
    """Whatever an export adds is in the document, but for the one character that no text has."""
    given = {**more, "id": "c", "turns": [], "audio": None, "started_at": None, "outcome": None}
    given |= {name: None for name in ConversationLine.model_fields if name not in given}
    raw = json.dumps(given, ensure_ascii=False, default=str)
    if "\x00" in raw or "\\u0000" in raw:
        assert "NUL" in refusal(raw.encode("utf-8"))
    else:
        assert json.loads(read_conversation(raw.encode("utf-8")).document) == given


def test_a_label_takes_turns_as_a_list_or_as_a_cell():
    base = {"conversation_id": "c", "behaviour": "b", "verdict": "met"}
    assert checked(LabelLine, base).turns == []
    assert checked(LabelLine, {**base, "turns": None}).turns == []
    assert checked(LabelLine, {**base, "turns": [3, 4]}).turns == [3, 4]
    assert checked(LabelLine, {**base, "turns": "3;4, 5"}).turns == [3, 4, 5]
    assert checked(LabelLine, {**base, "sampling_probability": "0.25"}).sampling_probability == 0.25


@pytest.mark.parametrize(
    ("model", "data", "said"),
    [
        (LabelLine, {"conversation_id": "c", "behaviour": "b", "verdict": "yes"}, "verdict: should be 'met'"),
        (LabelLine, {"conversation_id": "c", "behaviour": "b", "verdict": "met", "turns": "-1"}, "turns.0: "),
        (LabelLine, {"conversation_id": "c", "behaviour": "b", "verdict": "met", "turns": "x"}, "turns.0: "),
        (
            LabelLine,
            {"conversation_id": "c", "behaviour": "b", "verdict": "met", "sampling_probability": 0},
            "sampling_probability: should be greater than 0, got 0",
        ),
        (ScoreLine, {"call_id": "c", "behaviour": "b", "verdict": "not_applicable"}, "verdict: should be 'met'"),
        (CoachingLine, {"agent_id": "a", "behaviour": "b"}, "held_on: is missing"),
        (
            PersonLine,
            {"name": "Lea", "email": "lea", "role": "agent"},
            "email: should be an address such as name@example.org",
        ),
        (PersonLine, {"name": "Lea", "email": "lea@example.org", "role": "boss"}, "role: should be 'agent'"),
        (PersonLine, [], "should be a valid dictionary"),
        (PersonLine, {"name": "Lea", "role": "qa_lead"}, "needs `email`, or of an agent `agent_id`"),
        (PersonLine, {"name": "Lea", "email": "l@x.org"}, "role: is missing"),
        (PersonLine, {"name": "L", "email": "l@x.org", "role": "agent", "left_on": "2026-05-01"}, "are of an agent"),
        (PersonLine, {"name": "Lea", "agent_id": "a", "team_until": "2026-05-01"}, "need `team`"),
        (
            PersonLine,
            {"name": "Lea", "agent_id": "a", "joined_on": "1.5.2026"},
            "joined_on: should be a day such as 2026-01-31",
        ),
    ],
)
def test_other_files_are_checked_the_same_way(model, data, said):
    with pytest.raises(BadLineError) as caught:
        checked(model, data)
    assert said in str(caught.value)


def test_whose_id_conversations_use_is_an_agent():
    line = checked(PersonLine, {"name": "Lea", "agent_id": "a", "team": "north", "team_from": "2026-05-01"})
    assert (line.role, line.email, line.team_from) == ("agent", None, date(2026, 5, 1))


def test_an_object_of_a_line():
    assert json_object(b' {"a": 1} \n') == {"a": 1}
    with pytest.raises(BadLineError, match="expected a JSON object, got int"):
        json_object(b"3")


def test_every_format_has_a_schema():
    for name, model in FORMATS.items():
        assert model.model_json_schema()["properties"], name


def test_each_line_is_taken_or_refused_in_its_place():
    """A row of a table, a line of JSON and what the reader refused stand in one receipt; a fault of ours is no refusal."""
    away = {"agent_id": "a-7", "first_day": "2026-05-04", "last_day": "2026-05-08"}
    backwards = {**away, "last_day": "2026-05-01"}
    items = [
        Record("a.csv", 2, away),
        Line("a.jsonl", 1, json.dumps(away).encode()),
        Line("a.jsonl", 2, b"{"),
        Refusal("a.csv", 3, "not CSV"),
        Record("a.csv", 4, backwards),
    ]
    receipt = Receipt()
    found = list(taken(items, receipt, row(AbsenceLine)))
    assert [(item.file, item.number, absence.agent_id) for item, absence in found] == [
        ("a.csv", 2, "a-7"),
        ("a.jsonl", 1, "a-7"),
    ]
    assert receipt.received == 5
    assert [(refusal.file, refusal.line) for refusal in receipt.refused] == [("a.jsonl", 2), ("a.csv", 3), ("a.csv", 4)]
    assert "last_day must be from first_day (2026-05-04) to three years later" in receipt.refused[2].reason
    with pytest.raises(ZeroDivisionError):
        list(taken(items, Receipt(), lambda _: 1 // 0))


@pytest.mark.parametrize(
    ("channel", "coaching"), [("coaching", True), (" Coaching", True), ("voice", False), (None, False)]
)
def test_a_coaching_conversation_is_known_by_its_channel(channel, coaching):
    assert ConversationLine.model_validate_json(line(channel=channel)).is_coaching is coaching


@pytest.mark.parametrize(
    ("given", "sure"),
    [
        (None, True),
        ({"from": "channels", "confidence": 1}, True),
        ({"from": "said", "confidence": 0.55}, False),
        ({"from": "separated", "confidence": 0.55, "confirmed": True}, True),
        (["another tool's field"], True),
    ],
)
def test_who_speaks_is_certain_unless_it_was_guessed_and_nobody_confirmed_it(given, sure):
    read = read_conversation(json.dumps({"id": "c", "turns": [], "speakers": given}).encode())
    assert read.line.conversation().speakers_sure is sure
    assert json.loads(read.document)["speakers"] == given


def test_a_confidence_that_is_no_share_is_refused():
    with pytest.raises(BadLineError, match=r"speakers\.confidence"):
        read_conversation(b'{"id": "c", "turns": [], "speakers": {"from": "said", "confidence": 80}}')


def test_what_is_masked_is_taken_as_far_as_it_is_there():
    """Other tools may have a field of this name."""
    good = {"turn": 0, "start": 0, "end": 2, "kind": "CARD"}
    said = line(**turn(text="no way"), masked=[good, good | {"turn": 1}, good | {"end": 9}, good | {"start": 2}, "x"])
    assert read_conversation(said).line.conversation().masked == (Masked(0, 0, 2, "CARD"),)
    assert read_conversation(line(**turn(text="no way"), masked="x")).line.conversation().masked is None
