"""Recordings of the cast's calls, as if somebody had brought them in and a copy for the browser had been made."""

from typing import Any

from coachloop.app.models import Audio, Conversation
from coachloop.app.queries import audio
from coachloop.app.queries.viewing import viewer
from coachloop.web.pages.media import link
from web.cast import Cast

SOUND = bytes(range(256)) * 10
DIGEST = "5" * 64


def heard(key: str, *, sound: bytes | None = SOUND, **more: Any) -> Audio:
    """The recording of a stored conversation; without a `sound` the copy is yet to be made."""
    facts = {"suffix": ".wav", "name": "call.wav", "codec": "pcm_s16le", "seconds": 55.0, "channels": 2}
    facts |= {"sample_rate": 8000, "size": 880044, "state": "waiting" if sound is None else "done"} | more
    row = Audio(conversation=Conversation.objects.get(key=key), sha256=DIGEST, **facts)
    if sound is not None:
        row.copied = audio.copy_name(row, ())
        path = audio.copy_of(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
    row.save()
    return row


def hearable(cast: Cast) -> dict[str, Any]:
    """Lea's call can be heard.

    Returns:
        `heard`: the end of a link to it that is the leader's.
    """
    return {"heard": link(viewer(cast.leader), audio.listenable(heard("lea-1"))).rsplit("/", 1)[1]}
