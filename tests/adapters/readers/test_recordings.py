import json

import pytest

from coachloop.adapters.audio.check import Limits
from coachloop.adapters.media import Folder
from coachloop.adapters.readers.incoming import files_of, lines_of
from coachloop.adapters.readers.recordings import Shelf
from coachloop.core.model.receipt import Line, Refusal
from coachloop.core.model.wire import read_conversation
from sounds import saved, speechlike


@pytest.fixture
def shelf(tmp_path):
    return Shelf(Folder(tmp_path / "media"), Limits(bytes=10**7, seconds=60), "a-1")


@pytest.fixture
def calls(tmp_path):
    (tmp_path / "calls").mkdir()
    return tmp_path / "calls"


def only(path, shelf):
    (line,) = lines_of(path, shelf)
    return line


def test_a_recording_is_a_line_and_is_kept(calls, shelf):
    line = only(saved(calls / "c-7.wav", speechlike(2.0, channels=2)), shelf)
    assert isinstance(line, Line)
    said = read_conversation(line.raw).line
    assert (said.id, said.channel, said.agent_id, said.audio, said.turns) == ("c-7", "voice", "a-1", "c-7.wav", None)
    recording = line.recording
    assert (recording.seconds, recording.channels, recording.sample_rate) == (2.0, 2, 8000)
    kept = shelf.media.root / "audio" / recording.sha256[:2] / f"{recording.sha256}.wav"
    assert kept.read_bytes() == (calls / "c-7.wav").read_bytes()


def test_its_sidecar_says_the_rest(calls, shelf):
    path = saved(calls / "c-7.wav", speechlike(1.0))
    (calls / "c-7.json").write_text('{"id": "k-1", "agent_id": "lea", "team": "north", "mood": "blue"}')
    assert json.loads(only(path, shelf).raw).items() >= {"id": "k-1", "agent_id": "lea", "mood": "blue"}.items()
    assert files_of(calls) == [path]


def test_the_same_sound_twice_is_one_channel(calls, shelf):
    one = speechlike(1.0)
    assert only(saved(calls / "a.wav", one.repeat(2, axis=0)), shelf).recording.channels == 1


def test_another_file_of_the_same_name_is_other_content(calls, shelf):
    first = only(saved(calls / "c.wav", speechlike(1.0)), shelf)
    second = only(saved(calls / "c.wav", speechlike(1.0, seed=9)), shelf)
    assert read_conversation(first.raw).content_hash != read_conversation(second.raw).content_hash


@pytest.mark.parametrize("sidecar", ["[1]", "{", '{"id": "\\u0000"}'])
def test_a_sidecar_that_is_none_refuses_its_recording(calls, shelf, sidecar):
    path = saved(calls / "c.wav", speechlike(1.0))
    (calls / "c.json").write_text(sidecar)
    refusal = only(path, shelf)
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith("c.json: ")


def test_what_is_no_recording_is_refused_and_nothing_is_kept(calls, shelf):
    (calls / "c.wav").write_text("hello")
    assert isinstance(only(calls / "c.wav", shelf), Refusal)
    assert not shelf.media.root.exists()


def lines_file(calls, *rows):
    path = calls / "calls.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_line_may_name_the_recording_beside_it(calls, shelf):
    (calls / "recordings").mkdir()
    saved(calls / "recordings" / "c.wav", speechlike(1.0))
    turns = [{"speaker": "agent", "text": "Hello"}]
    path = lines_file(
        calls,
        {"id": "c-1", "audio": "recordings/c.wav", "turns": turns},
        {"id": "c-2", "audio": "recordings/gone.wav"},
        {"id": "c-3", "turns": turns},
    )
    first, second, third = lines_of(path, shelf)
    assert first.recording.seconds == 1.0
    assert json.loads(first.raw)["audio_sha256"] == first.recording.sha256
    assert (second.recording, third.recording) == (None, None)


def test_a_line_reaches_no_file_outside_of_its_folder(calls, shelf, tmp_path):
    saved(tmp_path / "secret.wav", speechlike(1.0))
    (calls / "link.wav").symlink_to(tmp_path / "secret.wav")
    for name in ("../secret.wav", str(tmp_path / "secret.wav"), "link.wav"):
        refusal = only(lines_file(calls, {"id": "c-1", "audio": name}), shelf)
        assert isinstance(refusal, Refusal)
        assert "outside" in refusal.reason
    assert not shelf.media.root.exists()


@pytest.mark.parametrize("name", [7, "", "x" * 2000, "a\0b", None, ["c.wav"]])
def test_a_name_that_no_file_has_is_left_to_whoever_takes_the_line(calls, shelf, name):
    line = only(lines_file(calls, {"id": "c-1", "audio": name}), shelf)
    assert line.recording is None


def test_a_named_recording_that_is_broken_refuses_its_line_alone(calls, shelf):
    (calls / "c.wav").write_text("no sound")
    first, second = lines_of(lines_file(calls, {"id": "c-1", "audio": "c.wav"}, {"id": "c-2", "turns": []}), shelf)
    assert first.reason.startswith("audio: ")
    assert isinstance(second, Line)
