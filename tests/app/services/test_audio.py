import json
from dataclasses import replace

import pytest

from builders import NOW, call, lines
from coachloop.app.models import Audio, Conversation, Revision
from coachloop.app.queries.revisions import words_of
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import ingest
from coachloop.core.model.recording import Recording

pytestmark = pytest.mark.django_db

CALL = Recording("ab" * 32, ".wav", "call.wav", "pcm_s16le", 61.5, 2, 8000, 984_044, ("channel 2 is silent",))


def bring(*recordings: Recording, turns: object = None, **how: bool) -> ingest.Receipt:
    """The same call with each of these recordings, one after the other."""
    documents = [{**call("c-1"), "turns": turns, "audio": "call.wav", "audio_sha256": one.sha256} for one in recordings]
    rows = [replace(line, recording=one) for line, one in zip(lines(*documents), recordings, strict=True)]
    return ingest.ingest(rows, viewer=OPERATOR, now=NOW, **how)


def test_a_recording_waits_beside_its_conversation():
    receipt = bring(CALL)
    assert (receipt.accepted, receipt.notes[ingest.WAITING]) == (1, 1)
    row = Audio.objects.get()
    assert (row.conversation.key, row.state, row.seconds, row.notes) == (
        "c-1",
        "waiting",
        61.5,
        ["channel 2 is silent"],
    )


def test_the_same_again_changes_nothing():
    bring(CALL)
    assert bring(CALL).duplicates == 1
    assert Audio.objects.count() == 1


def test_another_recording_in_its_place_begins_anew():
    bring(CALL)
    Audio.objects.update(state="done", transcriber="somebody")
    assert bring(replace(CALL, sha256="cd" * 32)).refused
    bring(replace(CALL, sha256="cd" * 32), replace=True)
    row = Audio.objects.get()
    assert (row.sha256, row.state, row.transcriber) == ("cd" * 32, "waiting", "")


def test_the_same_recording_with_other_content_begins_anew_too():
    """Its new revision has no words, and what is muted may be other words."""
    bring(CALL)
    Audio.objects.update(state="done", transcriber="somebody", tries=2, agent_channel=1, copied="old")
    bring(replace(CALL, name="again.wav"), turns=[{"speaker": "agent", "text": "Hello"}], replace=True)
    row = Audio.objects.get()
    assert (row.state, row.transcriber, row.tries, row.agent_channel) == ("waiting", "", 0, None)
    assert (row.name, row.copied) == ("again.wav", "old")


def test_what_we_found_out_is_a_revision_and_what_came_in_is_still_a_duplicate():
    bring(CALL)
    row = Conversation.objects.get()
    found = json.loads(words_of(row)) | {"turns": [{"speaker": "agent", "text": "Hello", "start": 1.0}]}
    ingest.revise(row, json.dumps(found), now=NOW)
    row.refresh_from_db()
    assert (row.turn_count, row.revision) == (1, 2)
    assert json.loads(words_of(row))["turns"][0]["text"] == "Hello"
    assert bring(CALL).duplicates == 1
    assert Revision.objects.count() == 2
