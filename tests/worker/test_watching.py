import json
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from builders import call
from coachloop.adapters.audio.check import Limits
from coachloop.adapters.media import Folder
from coachloop.adapters.readers.recordings import Shelf
from coachloop.app.models import Conversation
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services.programmes import add_programme
from coachloop.worker.watching import take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "watched").mkdir()
    return tmp_path / "watched"


@pytest.fixture
def look(tmp_path, folder):
    """One look at the folder, some minutes from now."""
    shelf = Shelf(Folder(tmp_path / "media"), Limits(bytes=10**6, seconds=60))
    return lambda minutes=2: take_in(folder, shelf, now=timezone.now() + timedelta(minutes=minutes))


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_lies_there_is_taken_and_put_away(folder, look):
    (folder / "monday").mkdir()
    (folder / "monday" / "calls.jsonl").write_text(json.dumps(call("c-1")))
    assert look().accepted == 1
    assert names(folder) == ["taken/monday/calls.jsonl"]
    assert look().received == 0
    assert Conversation.objects.count() == 1


def test_what_is_still_written_waits(folder, look):
    (folder / "calls.jsonl").write_text(json.dumps(call("c-1")))
    assert look(minutes=0).received == 0
    assert look().accepted == 1


def test_what_is_refused_lies_apart_with_the_reason(folder, look):
    (folder / "calls.jsonl").write_text(json.dumps(call("c-1")) + "\nnot JSON\n")
    assert (look().accepted, Conversation.objects.count()) == (1, 1)
    assert names(folder) == ["refused/calls.jsonl", "refused/calls.jsonl.why.txt"]
    assert (folder / "refused" / "calls.jsonl.why.txt").read_text().startswith("line 2: not JSON")


def test_the_same_name_again_is_another_file(folder, look):
    for key in ("c-1", "c-2"):
        (folder / "calls.jsonl").write_text(json.dumps(call(key)))
        assert look().accepted == 1
    assert len(names(folder)) == 2


def test_a_sidecar_goes_with_its_file(folder, look):
    (folder / "call.wav").write_bytes(b"no sound")
    (folder / "call.json").write_text('{"agent_id": "lea"}')
    assert look().refused
    assert names(folder) == ["refused/call.json", "refused/call.wav", "refused/call.wav.why.txt"]


def test_all_that_lies_beside_goes_with_its_file(folder, look):
    """Whisper writes the same words three times; what was left would be a call of its own at the next look."""
    said = "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Agent>Good morning\n"
    for name in ("a.vtt", "a.srt", "b.vtt"):
        (folder / name).write_text(said if name.endswith("vtt") else "1\n00:00:00,000 --> 00:00:02,000\nGood morning\n")
    (folder / "b.vtt.json").write_text('{"queue": "cards"}')
    (folder / "c.csv").write_text("no such table\n")
    (folder / "c.json").write_text(json.dumps(call("c-1")))
    assert look().accepted == 3
    assert names(folder) == [
        "refused/c.csv", "refused/c.csv.why.txt", "taken/a.srt", "taken/a.vtt", "taken/b.vtt", "taken/b.vtt.json", "taken/c.json",
    ]  # fmt: skip
    assert look().received == 0


def test_a_sidecar_that_is_still_written_keeps_its_recording_waiting(folder, look):
    (folder / "call.wav").write_bytes(b"no sound")
    (folder / "call.json").write_text("{}")
    ahead = (timezone.now() + timedelta(minutes=2)).timestamp()
    os.utime(folder / "call.json", (ahead, ahead))
    assert look().received == 0


def test_a_folder_that_is_not_there_is_logged_and_nothing_ends(tmp_path, caplog):
    assert take_in(tmp_path / "nowhere", Shelf(Folder(tmp_path), Limits(1, 1)), now=timezone.now()).received == 0
    assert "nowhere" in caplog.text


def test_on_a_divided_site_each_programme_has_a_folder(folder, look):
    """What lies elsewhere is put back with the way out; on another site a folder is a folder."""
    for key in ("harbour", "energy"):
        add_programme(viewer=OPERATOR, key=key, name=key, now=timezone.now())
    for place in ("harbour", "somewhere", "."):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "calls.jsonl").write_text(json.dumps(call(f"c-{place}")))
    assert look().accepted == 1
    assert Conversation.objects.get().programme.key == "harbour"
    assert "refused/somewhere/calls.jsonl" in names(folder)
    why = (folder / "refused" / "calls.jsonl.why.txt").read_text()
    assert "put it into a folder that is called like its programme's key" in why
    assert "energy, harbour" in why
