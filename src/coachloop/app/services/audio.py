"""Recordings that come in: beside each conversation what its recording is, waiting for whoever makes words of it."""

from collections.abc import Iterable

from coachloop.app.models import Audio, Conversation
from coachloop.core.model.recording import Recording


def keep(arrived: Iterable[tuple[Conversation, Recording | None]]) -> None:
    """Note the recordings of stored conversations; what comes in the place of a known one, or comes again with other content, begins anew.

    In the transaction of whoever stores the conversations.
    """
    for row, recording in arrived:
        if recording is None:
            continue
        Audio.objects.filter(conversation=row).exclude(sha256=recording.sha256).delete()
        facts = {
            "suffix": recording.suffix,
            "name": recording.name[:200],
            "codec": recording.codec[:40],
            "seconds": recording.seconds,
            "channels": recording.channels,
            "sample_rate": recording.sample_rate,
            "size": recording.size,
            "notes": list(recording.notes),
        }
        anew = {"state": Audio.State.WAITING, "reason": "", "tries": 0, "transcriber": "", "agent_channel": None}
        Audio.objects.update_or_create(conversation=row, sha256=recording.sha256, defaults=facts | anew)
