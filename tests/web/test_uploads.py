"""Files come in by the browser in pieces, go on where they broke off, and become conversations."""

import base64
import fcntl
import io
import json
import math
import os
import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coachloop.app.errors import NotYoursError
from coachloop.app.models import Agent, Audio, AuditEntry, Conversation, Upload, User
from coachloop.app.queries import uploads as queries
from coachloop.app.queries.viewing import OPERATOR, viewer
from coachloop.app.services import uploads as services
from coachloop.core.model.receipt import Line
from web.cast import NORTH, Cast, call
from web.signed_in import seen, signed_in

pytestmark = pytest.mark.django_db

TUS, OFFSET = {"Tus-Resumable": "1.0.0"}, "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def _at_home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def tone(seconds: float = 2.0) -> bytes:
    """A wav file in which something is to be heard."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        samples = (round(8000 * math.sin(n / 5)) for n in range(int(8000 * seconds)))
        out.writeframes(b"".join(one.to_bytes(2, "little", signed=True) for one in samples))
    return file.getvalue()


def begun(client: Client, size: int, **said: str) -> Any:
    """The answer to a new file."""
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    return client.post("/recordings/uploads", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata})


def grown(client: Client, address: str, at: int, *, piece: bytes, **more: str) -> Any:
    """The answer to the next bytes."""
    headers = TUS | {"Upload-Offset": str(at), "Content-Type": OFFSET} | more
    return client.patch(address, piece, content_type=OFFSET, headers=headers)


def brought(who: User, content: bytes, **said: str) -> dict[str, Any]:
    """A whole file, in two pieces, and what became of it."""
    client = signed_in(who)
    address = begun(client, len(content), **said)["Location"]
    half = len(content) // 2
    assert grown(client, address, 0, piece=content[:half])["Upload-Offset"] == str(half)
    assert client.head(address, headers=TUS)["Upload-Offset"] == str(half)
    assert grown(client, address, half, piece=content[half:]).status_code == 204
    found: dict[str, Any] = client.get(address).json()
    return found


def transcript(cast: Cast, key: str = "theirs-1", agent: str = "lea", **more: Any) -> bytes:
    """A line of our own format."""
    one = call(agent, NORTH.get(agent, agent), "north", number=0, did=(True,) * 5, now=cast.now)
    return json.dumps(one | {"id": key} | more).encode()


def test_a_recording_becomes_a_conversation_that_waits_for_its_words(cast: Cast) -> None:
    """Of the agent that was chosen; the same file again is known, and the bytes of the upload are gone."""
    said = {"filename": "../../etc/Call 17.WAV", "agent": "lea", "queue": "mornings", "started_at": "2026-06-08T09:30"}
    found = brought(cast.leader, tone(), **said)
    assert (found["done"], found["conversations"], found["refused"]) == (True, 1, "")
    row = Conversation.objects.get(audio__isnull=False)
    assert found["address"] == f"/conversations/{row.key}"
    assert (row.agent and row.agent.key, row.queue, str(row.day)) == ("lea", "mornings", "2026-06-08")
    audio = Audio.objects.get()
    assert (audio.name, audio.state) == ("../../etc/Call 17.WAV", "waiting")
    page = seen(cast.leader, found["address"])
    assert "waits to be transcribed" in page
    assert found["address"] in seen(cast.leader, "/recordings/add")
    assert 'href="/recordings/add">' in seen(cast.leader, "/conversations")
    again = brought(
        cast.leader, tone(), filename="another name.wav", agent="lea", queue="mornings", started_at="2026-06-08T09:30"
    )
    assert (again["conversations"], again["address"]) == (1, found["address"])
    assert not list((queries.coming_in() / "uploads").iterdir())
    assert AuditEntry.objects.filter(action="recordings.upload", actor=cast.leader).count() == 2


def test_what_can_not_be_taken_says_why(cast: Cast) -> None:
    found = brought(cast.leader, b"%PDF-1.7 this is no sound", filename="call.wav", agent="lea")
    assert "PDF" in found["refused"]
    assert found["address"] == ""
    assert "PDF" in seen(cast.leader, "/recordings/add")
    assert "no conversation" in brought(cast.qa_lead, b"\n\n", filename="calls.jsonl")["refused"]


def test_a_transcript_is_the_agents_that_the_leader_chose_whatever_it_says(cast: Cast) -> None:
    """So nobody writes into another team; a QA lead's file is taken at its word."""
    said = transcript(cast, agent="sam", agent_name="Sam", team="south", agent_joined_on="1999-01-01")
    brought(cast.leader, said, filename="a.jsonl", agent="lea")
    row = Conversation.objects.get(key="theirs-1")
    assert not Agent.objects.filter(joined_on="1999-01-01").exists()
    assert (row.agent and row.agent.key, row.team and row.team.key) == ("lea", "north")
    brought(cast.qa_lead, transcript(cast, "theirs-2", agent="sam", team="south"), filename="b.jsonl")
    assert Conversation.objects.get(key="theirs-2").agent.key == "sam"  # type: ignore[union-attr]
    coaching = transcript(cast, "theirs-3", channel="Coaching", session_id=1, both_agreed=True)
    assert "session's page" in brought(cast.qa_lead, coaching, filename="c.jsonl")["refused"]
    known = brought(cast.other_leader, transcript(cast, "lea-1"), filename="d.jsonl", agent="sam")
    assert known["refused"]
    assert known["address"] == ""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=2000), cuts=st.lists(st.integers(0, 2000), max_size=6))
def test_however_it_breaks_off_it_is_whole_in_the_end(cast: Cast, content: bytes, cuts: list[int]) -> None:
    """Its length says how far it has come; who sends from anywhere else is told so, and what is too much is left."""
    who = viewer(cast.qa_lead)
    row = services.begin(viewer=who, name="x.bin", size=len(content), fields={}, now=cast.now)
    sent = []
    for cut in [*sorted(cuts), len(content)]:
        at = queries.offset(row)
        more = io.BytesIO(content[at : max(cut, at)] + (b"too much" if cut >= len(content) else b""))
        sent.append(services.append(viewer=who, key=row.key, at=at, read=more.read))
        if at:
            with pytest.raises(services.WrongStateError):
                services.append(viewer=who, key=row.key, at=at - 1, read=more.read)
    assert sent == sorted(sent)
    assert queries.path_of(row).read_bytes() == content
    services.drop(viewer=who, key=row.key)


def test_the_protocol(cast: Cast) -> None:
    """As tus 1.0.0 has it, and with words where something is wrong."""
    client = signed_in(cast.leader)
    able = client.options("/recordings/uploads")
    assert (able.status_code, able["Tus-Version"], able["Tus-Extension"]) == (204, "1.0.0", "creation,termination")
    assert able["Tus-Max-Size"] == str(queries.most_bytes())
    assert client.post("/recordings/uploads").status_code == 412
    assert client.post("/recordings/uploads", headers=TUS).status_code == 400
    assert begun(client, queries.most_bytes() + 1, agent="lea").status_code == 413
    assert begun(client, 0, agent="lea").content == b"It is empty."
    assert b"Choose whose calls" in begun(client, 9, filename="a.wav").content
    assert b"no agent whose calls" in begun(client, 9, agent="sam").content
    response = begun(client, 9, agent="lea", filename="a.wav")
    assert response.status_code == 201
    address = response["Location"]
    head = client.head(address, headers=TUS)
    assert (head["Upload-Offset"], head["Upload-Length"], head["Cache-Control"]) == ("0", "9", "no-store")
    assert client.patch(address, b"123", headers=TUS | {"Upload-Offset": "0"}).status_code == 415
    assert grown(client, address, 5, piece=b"123").status_code == 409
    assert grown(client, address, 0, piece=b"123", **{"Upload-Offset": "x"}).status_code == 400
    with queries.path_of(Upload.objects.get()).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert grown(client, address, 0, piece=b"123").status_code == 423
    assert grown(client, address, 0, piece=b"123").status_code == 204
    assert signed_in(cast.qa_lead).head(address, headers=TUS).status_code == 404
    assert client.delete(address, headers=TUS).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404


def test_whoever_ends_while_it_is_taken_in_takes_it_in_at_the_next_word(cast: Cast) -> None:
    """All bytes were here when the server was ended: an empty piece at the end is enough."""
    content, who = transcript(cast), viewer(cast.leader)
    row = services.begin(viewer=who, name="a.jsonl", size=len(content), fields={"agent": "lea"}, now=cast.now)
    services.append(viewer=who, key=row.key, at=0, read=io.BytesIO(content).read)
    client = signed_in(cast.leader)
    assert grown(client, f"/recordings/uploads/{row.key}", len(content), piece=b"").status_code == 204
    assert Conversation.objects.filter(key="theirs-1").exists()
    assert grown(client, f"/recordings/uploads/{row.key}", len(content), piece=b"").status_code == 204


def test_nobody_fills_the_disk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many open ones, and after two days they are forgotten."""
    monkeypatch.setattr(services, "MOST_OPEN", 2)
    client = signed_in(cast.leader)
    assert [begun(client, 9, agent="lea").status_code for _ in range(3)] == [201, 201, 422]
    assert services.forget_unfinished(now=cast.now + timedelta(hours=47)) == 0
    assert services.forget_unfinished(now=cast.now + timedelta(hours=49)) == 2
    assert not list((queries.coming_in() / "uploads").iterdir())
    with pytest.raises(NotYoursError):
        services.begin(viewer=OPERATOR, name="", size=1, fields={}, now=cast.now)


def test_bytes_that_nobody_knows_any_more_go(cast: Cast) -> None:
    """Of a user who was deleted, and where the server was ended while it took a file in."""
    content, who = transcript(cast), viewer(cast.leader)
    row = services.begin(viewer=who, name="a.jsonl", size=len(content), fields={"agent": "lea"}, now=cast.now)
    for name in (row.key, "0" * 40):
        (queries.folder() / f"{name}.in").mkdir()
        (queries.folder() / f"{name}.in" / "upload-1.wav").write_bytes(b"sound")
    lost = queries.folder() / ("1" * 40)
    lost.write_bytes(b"sound")
    for path in (lost, queries.folder() / f"{'0' * 40}.in"):
        os.utime(path, (cast.now.timestamp(), cast.now.timestamp()))
    assert services.forget_unfinished(now=cast.now + timedelta(hours=47)) == 0
    assert len(list(queries.folder().iterdir())) == 4
    assert services.forget_unfinished(now=cast.now + timedelta(hours=49)) == 1
    assert not list(queries.folder().iterdir())


def test_without_a_script_the_form_sends_files_whole(cast: Cast) -> None:
    client = signed_in(cast.leader)
    files = [io.BytesIO(transcript(cast)), io.BytesIO(transcript(cast, "theirs-2"))]
    for number, file in enumerate(files):
        file.name = f"{number}.jsonl"
    page = client.post("/recordings/add", {"files": files, "agent": "lea"}, follow=True).content.decode()
    assert page.count("Open the conversation") == 2
    refused = client.post("/recordings/add", {"files": [io.BytesIO(b"x")], "agent": "sam"}, follow=True)
    assert "no agent whose calls" in refused.content.decode()


def test_a_line_that_is_none_is_refused_by_whoever_takes_it(cast: Cast) -> None:
    """What can't be read goes on as it is, and a leader's file holds none of it."""
    row = services.begin(viewer=viewer(cast.leader), name="a", size=1, fields={"agent": "lea"}, now=cast.now)
    given = list(services._theirs([Line("a", 1, b"{nonsense")], row, {}, forced=True))
    assert given == [Line("a", 1, b"{nonsense")]
