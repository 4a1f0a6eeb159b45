"""Recordings of the cast's calls, as if somebody had brought them in and a copy for the browser had been made."""

import json
import os
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from coachloop.app.models import Audio, Clip, Conversation, Revision, Verdict
from coachloop.app.queries import audio, clips
from coachloop.app.queries.viewing import viewer
from coachloop.app.services import clips as making
from coachloop.app.services.uploads import begin
from coachloop.web.links import clip_link, link
from sounds import lying
from web.cast import Cast, call, take_in

SECONDS = 55.0
RATE = 16_000
SPOKEN = "spoken-1"
DIGEST = sha256(os.environ.get("PYTEST_XDIST_WORKER", "").encode()).hexdigest()
"""Of its own for each worker, so that no two write the same file; whoever moves into a house of another one plays what that one wrote."""


@cache
def sound() -> bytes:
    """A minute of a telephone call in stereo as a browser plays it: the agent hums low, the customer high, in turns of five and a half seconds."""
    import av  # noqa: PLC0415 -- only where something is heard

    at = np.arange(int(SECONDS * RATE)) / RATE
    agent = (at % 11 < 5) * np.sin(2 * np.pi * 220 * at)
    customer = ((at - 5.5) % 11 < 5) * np.sin(2 * np.pi * 440 * at)
    file = BytesIO()
    with av.open(file, "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=RATE, layout="stereo", options={"aac_coder": "fast"})
        whole = av.AudioFrame.from_ndarray(
            np.stack([agent, customer]).astype(np.float32) * 0.5, format="fltp", layout="stereo"
        )
        whole.sample_rate = RATE
        fifo = av.AudioFifo()
        fifo.write(whole)
        for frame in fifo.read_many(1024, partial=True):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def heard(key: str, *, ready: bool = True, **more: Any) -> Audio:
    """The recording of a stored conversation; where it is not `ready`, the copy that is heard is yet to be made."""
    facts = {"suffix": ".wav", "name": "call.wav", "codec": "pcm_s16le", "seconds": SECONDS, "channels": 2}
    facts |= {"sample_rate": RATE, "size": 880044, "state": "done" if ready else "waiting", "agent_channel": 0} | more
    row = Audio(conversation=Conversation.objects.get(key=key), sha256=DIGEST, **facts)
    if ready:
        row.copied = audio.copy_name(row, ())
        _lay(lying(audio.copy_of(row)))
    row.save()
    return row


def _lay(path: Path) -> None:
    """The files of a copy; those that lie there are left alone, since another process may play them."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(audio.PEAKS).write_bytes(peaks())
        path.write_bytes(sound())


def peaks() -> bytes:
    """Of the same sound."""
    at = np.arange(int(SECONDS * 20)) / 20
    loud = np.stack([at % 11 < 5, (at - 5.5) % 11 < 5], axis=1) * 64
    return b"\x02" + np.stack([-loud, loud], axis=2).astype(np.int8).tobytes()


def hearable(cast: Cast) -> dict[str, Any]:
    """Lea's call can be heard.

    Returns:
        `heard`: the end of a link to it that is the leader's.
    """
    return {"heard": link(viewer(cast.leader), audio.listenable(heard("lea-1"))).rsplit("/", 1)[1]}


def clip_heard(cast: Cast, clip_id: int) -> dict[str, Any]:
    """A clip can be heard, and its agent agreed to that; its words are those of the recording.

    Returns:
        `clip_heard`: the end of a link to it that is the leader's.
    """
    clip = Clip.objects.select_related("conversation").get(pk=clip_id)
    said = Revision.objects.get(conversation=clip.conversation, number=clip.revision)
    said.pk, said.number = None, said.number + 1
    said.document = json.dumps(json.loads(said.document) | {"audio_sha256": DIGEST})
    said.save()
    Clip.objects.filter(pk=clip_id).update(
        revision=said.number, consented_at=cast.now, voice_consented_at=cast.now, withdrawn_at=None
    )
    heard(clip.conversation.key)
    shown = clips.clip(viewer(cast.leader), clip_id)
    assert shown
    return {"clip_heard": clip_link(viewer(cast.leader), shown).rsplit("/", 1)[1]}


def spoken_clip(cast: Cast) -> dict[str, Any]:
    """A moment of that call is a clip, which Lea is asked about.

    Returns:
        `spoken_clip`: its id.
    """
    spoken_call(cast)
    verdict = Verdict.objects.get(
        behaviour__key="open_questions", attempt__evaluation__conversation__key=SPOKEN, outcome="met"
    )
    made = making.make_clip(
        viewer=viewer(cast.leader),
        verdict_id=verdict.pk,
        title="One open question, and silence",
        why_good="The customer says what matters, because nobody talks.",
        now=cast.now,
    )
    return {"spoken_clip": made.pk}


def spoken_call(cast: Cast) -> dict[str, Any]:
    """One more call of Lea's, in which it is known of every word when it was spoken; scored, and ready to be heard.

    Returns:
        `spoken`: its key.
    """
    said = call("lea", "Lea Rossi", "north", number=1, did=(True, False, False, True, True), now=cast.now)
    turns = [turn | {"words": _timed(turn)} for turn in said["turns"]]
    take_in([said | {"id": SPOKEN, "turns": turns, "audio_sha256": DIGEST}], cast.now)
    heard(SPOKEN)
    return {"spoken": SPOKEN}


def uploading(cast: Cast) -> dict[str, Any]:
    """The leader has begun to bring in a recording of Lea's, and none of it is here.

    Returns:
        `upload`: its key.
    """
    fields = {"agent": "lea"}
    row = begin(viewer=viewer(cast.leader), name="call 17.wav", size=880_044, fields=fields, now=cast.now)
    return {"upload": row.key}


def word_second(turn: int, offset: int) -> float:
    """When the word at this character of a turn of that call was spoken."""
    row = Revision.objects.get(conversation__key=SPOKEN)
    said = json.loads(row.document)["turns"][turn]
    return float(said["words"][len(said["text"][:offset].split())]["start"])


def _timed(turn: dict[str, Any]) -> list[dict[str, Any]]:
    words = turn["text"].split()
    return [{"text": word, "start": round(turn["start"] + 5 * n / len(words), 2)} for n, word in enumerate(words)]
