import gzip
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.readers.told import GREETS, WANTS, said
from coachloop.adapters.readers import conversations
from coachloop.adapters.readers.conversations import Kind, files, kind, lines
from coachloop.core.model.receipt import Line, Refusal

NATIVE = {"id": "c-1", "turns": [{"speaker": "agent", "text": "Hello"}], "segments": [], "vcon": "ours"}
WHISPER = {"segments": [{"start": 0, "end": 1, "text": "Hello", "speaker": "agent"}]}
SUBRIP = "1\n00:00:00,000 --> 00:00:01,000\nAgent: Hello\n"


def raw(*objects):
    """Each on a line."""
    return "".join(json.dumps(found) + "\n" for found in objects).encode()


def test_native_lines_pass_through_byte_for_byte(tmp_path):
    """Whatever other fields they have, and whatever is wrong with them: whoever takes them in says so."""
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id" : "c-1", "turns": []}\n\nnot JSON "segments":\n' + raw(NATIVE) + b"[1]\n")
    found = list(lines(path))
    assert [(item.number, item.raw) for item in found] == [
        (1, b'{"id" : "c-1", "turns": []}\n'),
        (3, b'not JSON "segments":\n'),
        (4, raw(NATIVE)),
        (5, b"[1]\n"),
    ]


def test_a_file_may_hold_several_formats(read):
    """Each line by itself; one without an id is told by the file's name and its line."""
    taken, refused = read(raw(NATIVE, WHISPER, {"segments": [{"text": 3}]}, WHISPER), "many.jsonl", agent_id="a-1")
    assert [call["id"] for call in taken] == ["c-1", "many-2", "many-4"]
    assert ["agent_id" in call for call in taken] == [False, True, True]
    assert refused == [(3, "segments.0.text: should be a valid string, got 3")]


def test_a_document_may_be_a_list(read):
    taken, refused = read([NATIVE, WHISPER, 3], "many.json")
    assert [call["id"] for call in taken] == ["c-1", "many-2"]
    assert refused == [(3, "expected a JSON object, got int")]


def test_a_broken_first_line_does_not_hide_the_rest(tmp_path):
    path = tmp_path / "calls.txt"
    path.write_bytes(b'{"id": "c-0", "turns"\n' + raw(NATIVE))
    assert [item.number for item in lines(path)] == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("a.txt", raw(WHISPER), Kind.LINES),
        ("a.json", raw(WHISPER).rstrip(), Kind.LINES),
        ("a.json", json.dumps(WHISPER, indent=1).encode(), Kind.DOCUMENT),
        ("a.json", b" \n[1, 2]", Kind.LINES),
        ("a.json", b"[\n1]", Kind.DOCUMENT),
        ("a.json", SUBRIP.encode(), Kind.SUBTITLES),
        ("a.json", gzip.compress(SUBRIP.encode(), mtime=0), Kind.SUBTITLES),
        ("a.jsonl.gz", b"no matter", Kind.LINES),
        ("a.csv", b"speaker,conversation_id,text\n", Kind.TABLE),
        ("a.csv", b"id,text\n", None),
        ("a.wav", b"RIFF\x00\x00", None),
        ("a.vtt", b"", Kind.LINES),
    ],
)
def test_a_file_is_known_by_its_content(tmp_path, *, name, content, how):
    path = tmp_path / name
    path.write_bytes(content)
    assert kind(path) is how


def test_what_is_nobodys_is_refused_with_what_is_read(refusal):
    assert refusal(b"RIFF\x00\x00", "a.wav") == (1, f"is none of the formats that are read: {conversations.NAMES}")


def test_a_large_file_is_refused_before_it_is_read(refusal, monkeypatch):
    text = SUBRIP + "\n" * 2000
    assert "is larger than 0 MB" in refusal(text, "a.srt", limit=1000)[1]
    assert "is larger than 0 MB" in refusal(gzip.compress(text.encode()), "a.srt.gz", limit=1000)[1]
    assert "at most 100 are read" in refusal(json.dumps(WHISPER) + " " * 200, "a.json", limit=100)[1]
    monkeypatch.setattr(conversations, "LINE_LIMIT", 50)
    assert "at most 50 are taken" in refusal(SUBRIP, "a.srt")[1]


def test_a_sidecar_says_what_the_format_lacks(one, tmp_path):
    """By the file's name without its suffix, or with it; the more exact goes first."""
    (tmp_path / "call.json").write_text('{"id": "c-9", "agent_id": "a-2", "started_at": "2026-05-04", "turns": 3}')
    call = one(SUBRIP, "call.srt", agent_id="a-1")
    assert (call["id"], call["agent_id"], call["started_at"]) == ("c-9", "a-2", "2026-05-04")
    assert said(call) == [("agent", 0, 1, "Hello")]
    (tmp_path / "call.srt.json").write_text('{"team": "north"}')
    call = one(SUBRIP, "call.srt", agent_id="a-1")
    assert (call["id"], call["agent_id"], call["team"]) == ("call", "a-1", "north")


def test_a_transcript_beside_another_is_no_sidecar(one, tmp_path):
    (tmp_path / "call.json").write_text(json.dumps(WHISPER))
    assert one(SUBRIP, "call.srt")["id"] == "call"


@pytest.mark.parametrize("sidecar", [b"{", b"[]", b"\xff", b'{"agent_speaker": {}}', b"\x00", b" " * 2_000_000])
def test_a_sidecar_that_cant_be_read_refuses_its_transcript(tmp_path, sidecar):
    (tmp_path / "call.srt").write_text(SUBRIP)
    (tmp_path / "call.json").write_bytes(sidecar)
    (found,) = lines(tmp_path / "call.srt")
    assert isinstance(found, Refusal)
    assert found.file.endswith("call.json")
    assert "as the sidecar of a transcript" in found.reason


def test_the_agent_is_told_by_the_channel_or_by_what_they_say(one):
    turns = [f"Speaker 1: {GREETS}", f"Speaker 2: {WANTS}", "Speaker 1: Sure.", "Speaker 2: Ok."]
    call = one("\n".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},100\n{turn}\n" for n, turn in enumerate(turns, 1)))
    assert [who for who, *_ in said(call)] == ["agent", "customer", "agent", "customer"]


def test_where_one_side_has_its_name_the_other_is_whoever_says_the_most(one):
    segments = [
        {"start": 0, "end": 1, "text": "Hello", "speaker": "Agent 1"},
        {"start": 2, "end": 3, "text": "Hi", "speaker": "Tim"},
        {"start": 4, "end": 5, "text": "I am the one who pays", "speaker": "Ms Berg"},
        {"start": 6, "end": 7, "text": "Beep", "speaker": "IVR"},
        {"start": 8, "end": 9, "text": "and nobody knows who"},
    ]
    assert [who for who, *_ in said(one({"segments": segments}))] == ["agent", "other", "customer", "other", "other"]


def test_a_folder_gives_its_conversations_and_not_their_sidecars(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("a.srt", "a.json", "b.wav", "b.json", "c.txt", "deep/d.JSONL.gz", "deep/e.csv", "x.vtt", "x.vtt.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "f.json").write_text('{"who": "nobody"}')
    (tmp_path / "g.json").write_text(json.dumps(WHISPER))
    (tmp_path / "g.vtt").write_text("WEBVTT\n")
    (tmp_path / "h.srt").write_text(SUBRIP)
    (tmp_path / "h.json").write_text("{broken")
    found = [str(path.relative_to(tmp_path)) for path in files(list(tmp_path.rglob("*")))]
    assert found == ["a.srt", "deep/d.JSONL.gz", "deep/e.csv", "f.json", "g.json", "h.srt", "x.vtt"]


@pytest.mark.parametrize("name", ["../a.json", "-.json", "a" * 300 + ".json"])
def test_odd_names_do_no_harm(tmp_path, name):
    """A file that is not there is refused, not raised."""
    (found,) = lines(tmp_path / name)
    assert isinstance(found, Refusal)


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "call.json"
    path.mkdir()
    (found,) = lines(path)
    assert "Is a directory" in found.reason
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(gzip.compress(json.dumps(WHISPER, indent=1).encode() + os.urandom(200))[:120])
    assert all(isinstance(item, Refusal) for item in lines(broken))


DEEP = b'{"segments":' + b"[" * 100_000
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=3,
)
KEYS = [
    "segments",
    "utterances",
    "results",
    "Transcript",
    "CustomerMetadata",
    "vcon",
    "uuid",
    "dialog",
    "parties",
    "payload",
]
KEYS += [
    "signatures",
    "ciphertext",
    "recipients",
    "audio_url",
    "status",
    "analysis",
    "attachments",
    "words",
    "JobStatus",
]
INNER = [
    "text",
    "start",
    "end",
    "words",
    "speaker",
    "channels",
    "alternatives",
    "transcript",
    "body",
    "type",
    "ContactId",
]
HOSTILE = st.dictionaries(
    st.sampled_from(KEYS),
    ANY | st.lists(st.dictionaries(st.sampled_from(INNER), ANY, max_size=5), max_size=3),
    min_size=1,
)


@settings(max_examples=40)
@given(data=HOSTILE, indent=st.sampled_from([None, 1]))
def test_whatever_the_json_holds_nothing_is_raised(data, indent, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "hostile.json"
    path.write_text(json.dumps(data, indent=indent), encoding="utf-8")
    for item in lines(path):
        assert isinstance(item, Line | Refusal)
        assert isinstance(item, Line) or item.reason


@pytest.mark.parametrize(
    "content",
    [
        DEEP,
        b"{\n" + DEEP[1:],
        b'{"segments": [{"text": "a", "start": 1e999, "end": 2}]}',
        b'{"segments": [{"text": "a", "start": ' + b"9" * 5000 + b"}]}",
        b'{"segments": [{"text": "a\\u0000"}]}',
        b'{"segments": [{"text": "\\ud800"}]}',
        b'{"segments": [{"text": "a"}',
        b'{\n"segments": [{"text": "a"}',
        b'{"results": {"channels": [{"alternatives": [{"words": [[]]}]}]}}',
    ],
)
def test_hostile_files_are_refused_or_left_to_whoever_takes_them_in(tmp_path, content):
    path = tmp_path / "call.json"
    path.write_bytes(content)
    for item in lines(path):
        assert isinstance(item, Refusal) or item.raw == content
