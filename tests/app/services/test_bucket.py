"""A call's way with its recording in a bucket, while the connection to that comes and goes."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.test import RequestFactory

from builders import MANNERS, NOW, publish, score
from coachloop.adapters.audio.check import Limits
from coachloop.adapters.audio.copies import browser_copy
from coachloop.adapters.audio.cut import cut
from coachloop.adapters.audio.read import read
from coachloop.adapters.media import opened
from coachloop.adapters.readers.incoming import lines_of
from coachloop.adapters.readers.recordings import Shelf
from coachloop.app.models import Audio, Conversation, Verdict
from coachloop.app.queries import audio, listening
from coachloop.app.queries.viewing import OPERATOR
from coachloop.app.services import clip_sound, clips
from coachloop.app.services.ingest import ingest
from coachloop.app.services.transcribing import transcribe_waiting
from coachloop.core.hearing.heard import Heard, HeardWord, Separated
from coachloop.core.hearing.tools import Tools
from coachloop.core.model.media import CLIPS, MediaUnavailableError
from coachloop.web.ranges import ranged
from servers.bucket import Wire, a_bucket, place
from sounds import saved, speechlike

LIMITS = Limits(bytes=10**7, seconds=60)


@pytest.fixture(scope="module")
def store() -> Iterator[tuple[str, int]]:
    with a_bucket() as found:
        yield found


@pytest.fixture
def wire(store: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    import s3fs  # noqa: PLC0415 -- only where there is a bucket

    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    found = Wire(store)
    monkeypatch.setattr(settings, "HOME", tmp_path / "home")
    monkeypatch.setattr(settings, "MEDIA", partial(opened, place(found.port, "loop")))
    yield found
    found.close()


class Listener:
    """Hears the same sentence in every channel."""

    name = "listener"

    def transcribe(self, samples, *, language="", hotwords=()):  # noqa: ARG002 -- as the port has it
        said = "good morning how are you" if len(samples) else ""
        words = (HeardWord(word, 0.5 + 0.4 * n, 0.8 + 0.4 * n) for n, word in enumerate(said.split()))
        return Heard(tuple(words), "en", 0.99)


TOOLS = Tools(Listener(), separate=lambda _, words: Separated((tuple(words), ()), 0.9), read=read, copy=browser_copy)


def bring(path: Path) -> int:
    path.with_suffix(".json").write_text('{"id": "c-1", "agent_id": "lea", "started_at": "2026-03-02T09:00:00+00:00"}')
    return ingest(lines_of(path, Shelf(audio.media(), LIMITS)), viewer=OPERATOR, now=NOW).accepted


def test_from_the_recording_to_the_clip_and_gone(*, cast, wire, tmp_path, django_capture_on_commit_callbacks):
    publish(MANNERS)
    path = saved(tmp_path / "call.wav", speechlike(6.0, channels=2))
    media = audio.media()
    wire.cut()
    with pytest.raises(MediaUnavailableError):
        bring(path)
    assert not Conversation.objects.exists()
    wire.heal()
    wire.breaks_after = wire.passed + 1  # in the first answer
    assert bring(path) == 1
    row = Audio.objects.get()
    assert media.size(audio.name_of(row)) == path.stat().st_size

    wire.cut()
    assert "does not answer" in transcribe_waiting(TOOLS, viewer=cast.operator, now=lambda: NOW).waits
    wire.heal()
    assert transcribe_waiting(TOOLS, viewer=cast.operator, now=lambda: NOW).done == 1
    score()

    heard = listening.of(cast.ada, "c-1")
    whole = b"".join(media.read(heard.copy))
    request = RequestFactory().get("/", headers={"Range": "bytes=100-1099"})
    part = ranged(request, heard.copy, media=media, content_type="audio/mp4")
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-1099/{len(whole)}")
    assert b"".join(part.streaming_content) == whole[100:1100]
    assert media.size(heard.peaks) > 6

    verdict = Verdict.objects.get(behaviour__key="greets")
    clip = clips.make_clip(viewer=cast.ada, verdict_id=verdict.pk, title="Hello", why_good="It is warm.", now=NOW)
    hear = partial(clip_sound.heard, viewer=cast.lea, clip_id=clip.pk, cut=cut, now=NOW)
    wire.cut()
    with pytest.raises(MediaUnavailableError):
        hear()
    wire.heal()
    with media.file(hear()) as file:
        assert np.abs(read(file, start=0, end=9)).max() > 0.1
    assert len(list(media.lying(CLIPS))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        clips.withdraw(viewer=cast.lea, clip_id=clip.pk, now=NOW)
    assert list(media.lying(CLIPS)) == []
    media.remove(audio.name_of(row), heard.copy, heard.peaks)
    assert [one for folder in ("audio", "browser") for one in media.lying(folder)] == []
