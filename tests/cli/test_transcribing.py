"""`ingest` and `transcribe` with somebody who hears the same words in every recording."""

import json
from dataclasses import replace

import pytest

from coachloop.adapters.audio.read import read
from coachloop.app.models import Audio
from coachloop.cli import transcribing
from coachloop.core.hearing.heard import Heard, HeardWord
from coachloop.core.hearing.port import CantTranscribeError
from coachloop.core.hearing.tools import Tools
from sounds import saved, speechlike


class Hears:
    """A transcriber."""

    name = "hears-1"

    def transcribe(self, samples, *, language="", hotwords=()):  # noqa: ARG002 -- as the port has it
        if len(samples) < 16_000:
            raise CantTranscribeError("shorter than a word")
        return Heard((HeardWord("Good", 0.1, 0.3), HeardWord("morning.", 0.3, 0.8)), "en", 1.0)


def copy(path, to, *, muted):  # noqa: ARG001 -- as the port has it
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(path.read_bytes())


@pytest.fixture
def hearing(monkeypatch, tmp_path, settings):
    """Whoever transcribes here."""
    settings.HOME = tmp_path / "home"
    here = [Tools(Hears(), separate=lambda *_: None, read=read, copy=copy)]
    monkeypatch.setattr(transcribing, "ensure_speech_models", lambda: None)
    monkeypatch.setattr(transcribing, "hearing", lambda: here[0])
    return here


@pytest.fixture
def calls(tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    saved(folder / "c-1.wav", speechlike(2.0, channels=2))
    saved(folder / "c-2.mp3", speechlike(2.0, channels=2, rate=44100), "mp3")
    return folder


def exported(house):
    return [json.loads(line) for line in house("export", "conversations").out.splitlines()]


def test_recordings_become_conversations_that_are_scored(house, hearing, calls):  # noqa: ARG001
    got = house("ingest", calls, "--agent", "lea", "--json")
    assert (got.code, got.json["accepted"], got.json["refused"]) == (0, 2, [])
    assert "without a transcript: kept, waiting for transcription" not in got.json["notes"]
    for said in exported(house):
        assert [(turn["speaker"], turn["text"]) for turn in said["turns"]] == [
            ("agent", "Good morning."),
            ("customer", "Good morning."),
        ]
    assert house("score", "--json").json["verdicts"]["met"] == 2
    assert house("ingest", calls, "--agent", "lea", "--json").json["duplicates"] == 2


def test_they_may_wait(house, hearing, calls):  # noqa: ARG001
    got = house("ingest", calls, "--later", "--json").json
    assert got["notes"]["without a transcript: kept, waiting for transcription"] == 2
    assert house("transcribe").out.startswith("2 recordings transcribed.")
    assert house("transcribe", "--json").json["transcribed"] == 0


def test_where_nothing_transcribes_they_are_kept_and_the_way_out_is_told(house, hearing, calls):
    hearing[0] = replace(hearing[0], transcriber=None)
    got = house("ingest", calls, "--json")
    assert (got.code, got.json["accepted"]) == (0, 2)
    assert any("models get whisper-base" in note for note in got.json["notes"])
    wrong = house("transcribe")
    assert wrong.code == 2
    assert "COACHLOOP_SPEECH_URL" in wrong.err


def test_what_is_refused_is_told_with_its_reason_and_the_rest_goes_on(house, hearing, calls):  # noqa: ARG001
    (calls / "c-0.wav").write_text("no sound")
    saved(calls / "c-3.wav", speechlike(0.7, channels=2))
    got = house("ingest", calls, "--json")
    assert (got.code, got.json["accepted"]) == (1, 3)
    reasons = {row["file"].rpartition("/")[2]: row["reason"] for row in got.json["refused"]}
    assert set(reasons) == {"c-0.wav", "c-3.wav"}
    assert reasons["c-3.wav"] == "shorter than a word"
    assert Audio.objects.get(conversation__key="c-3").state == "failed"
