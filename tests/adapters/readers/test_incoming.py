import json
import wave

import numpy as np
import pytest

from adapters.readers.told import said
from coachloop.adapters.audio.check import Limits
from coachloop.adapters.media import Folder
from coachloop.adapters.readers.incoming import files_of, lines_of
from coachloop.adapters.readers.recordings import Shelf

WHISPER = {"language": "en", "segments": [{"start": 0, "end": 1, "text": "Hello", "speaker": "agent"}]}


@pytest.fixture
def folder(tmp_path):
    """A recording with Whisper's transcript of it beside it, as Whisper itself leaves them."""
    place = tmp_path / "calls"
    place.mkdir()
    with wave.open(str(place / "c-1.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(1).integers(-9000, 9000, 16000, dtype=np.int16).tobytes())
    (place / "c-1.json").write_text(json.dumps(WHISPER))
    (place / "c-2.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Hi\n")
    return place


def test_a_transcript_beside_its_recording_is_its_words(folder, tmp_path):
    """Both are one conversation, and nothing needs to be transcribed."""
    assert [path.name for path in files_of(folder)] == ["c-1.wav", "c-2.vtt"]
    shelf = Shelf(Folder(tmp_path / "media"), Limits(bytes=10_000_000, seconds=60), "a-1")
    found = [line for path in files_of(folder) for line in lines_of(path, shelf)]
    first, second = (json.loads(line.raw) for line in found)
    assert (first["id"], first["agent_id"], first["language"]) == ("c-1", "a-1", "en")
    assert said(first) == [("agent", 0, 1, "Hello")]
    assert found[0].recording.name == first["audio"] == "c-1.wav"
    assert (second["id"], found[1].recording) == ("c-2", None)


def test_a_transcript_beside_a_recording_that_cant_be_read_is_named(folder, tmp_path):
    (folder / "c-1.json").write_text('{"segments": [{"text": 3}]}')
    shelf = Shelf(Folder(tmp_path / "media"), Limits(bytes=10_000_000, seconds=60))
    (refused,) = lines_of(folder / "c-1.wav", shelf)
    assert refused.reason == "c-1.json: segments.0.text: should be a valid string, got 3"


def test_of_several_transcripts_of_a_call_the_one_that_tells_the_most_is_taken(folder, tmp_path):
    """Whisper writes them all at once; beside a recording its subtitles are its words where no JSON has them."""
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Hi\n"
    for name in ("c-2.srt", "c-2.vtt", "c-3.vtt", "c-1.srt", "c-1.vtt"):
        (folder / name).write_text(vtt)
    (folder / "c-3.json").write_text(json.dumps(WHISPER))
    assert [path.name for path in files_of(folder)] == ["c-1.wav", "c-2.vtt", "c-3.json"]
    shelf = Shelf(Folder(tmp_path / "media"), Limits(bytes=10_000_000, seconds=60))
    (folder / "c-1.json").write_text('{"agent_id": "a-9"}')
    (line,) = lines_of(folder / "c-1.wav", shelf)
    assert said(json.loads(line.raw)) == [("agent", 1, 2, "Hi")]
    assert json.loads(line.raw)["agent_id"] == "a-9"
    (folder / "c-1.vtt").write_text("WEBVTT\n\nnothing\n")
    (refused,) = lines_of(folder / "c-1.wav", shelf)
    assert refused.reason.startswith("c-1.vtt:3: a time such as")
