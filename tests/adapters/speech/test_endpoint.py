"""A transcription server: what is sent to it, what is made of its answers, and what it may get wrong."""

import logging

import numpy as np
import pytest

from coachloop.adapters.openai_server import ATTEMPTS, Server
from coachloop.adapters.speech import endpoint
from coachloop.adapters.speech.endpoint import EndpointTranscriber
from coachloop.core.hearing.chunks import Spoken
from coachloop.core.hearing.heard import Heard
from coachloop.core.hearing.port import CantTranscribeError, TranscriberUnavailableError
from servers.listening import Asked, Fails, Listening, Script, listening

VOICE = np.ones(16_000 * 12, np.float32)
"""Somebody speaks from the tenth second on."""


@pytest.fixture(autouse=True)
def _activity(monkeypatch):
    """Voice activity is detected as the test says: a voice of sines is not taken for one on every machine."""
    monkeypatch.setattr(
        endpoint,
        "spoken",
        lambda samples, **_: Spoken(
            [(160_000, 192_000)] if samples.any() else [], length=len(samples), margin=0, longest=10**9
        ),
    )


class Ear:
    """A transcriber with a server; waits are noted, not waited."""

    def __init__(self, found: Listening, **how: str) -> None:
        self.slept: list[float] = []
        self.transcriber = EndpointTranscriber(Server(found.url, "whisper-1", **how), sleep=self.slept.append)

    def hear(self, **how: object) -> Heard:
        return self.transcriber.transcribe(VOICE, **how)


def answer(**more: object) -> dict[str, object]:
    said = {
        "task": "transcribe",
        "language": "english",
        "duration": 2.3,
        "text": "Hello there, it's me.",
        "words": [
            {"word": "Hello", "start": 0.4, "end": 0.6},
            {"word": "there", "start": 0.6, "end": 0.9},
            {"word": "it's", "start": 1.2, "end": 1.4},
            {"word": "me", "start": 1.4, "end": 1.5},
        ],
    }
    return said | more


def always(said: dict[str, object] | bytes | Fails) -> Script:
    return lambda _: said


def test_words_get_their_punctuation_and_the_time_they_were_said_at():
    with listening(always(answer())) as found:
        heard = Ear(found).hear()
    assert [word.text for word in heard.words] == ["Hello", "there,", "it's", "me."]
    assert [(round(word.start, 2), round(word.end, 2)) for word in heard.words] == [
        (10.4, 10.6),
        (10.6, 10.9),
        (11.2, 11.4),
        (11.4, 11.5),
    ]
    assert (heard.language, heard.language_probability) == ("en", 0.0)


def test_what_is_sent():
    with listening(always(answer())) as found:
        Ear(found, key="k-1").hear(language="en-GB", hotwords=("Harper Valley", "ISA"))
    [asked] = found.asked
    assert asked.fields == {
        "model": ["whisper-1"],
        "response_format": ["verbose_json"],
        "temperature": ["0"],
        "language": ["en"],
        "prompt": ["Harper Valley, ISA"],
        "timestamp_granularities[]": ["word", "segment"],
    }
    assert asked.headers["authorization"] == "Bearer k-1"
    assert asked.seconds == 2  # and not the ten seconds of silence


def test_its_turn_is_waited_for_before_it_is_asked():
    waits, slept = iter([3.0, 1.0, 0.0]), []
    with listening(always(answer())) as found:
        server = Server(found.url, "whisper-1")
        EndpointTranscriber(server, sleep=slept.append, turn=lambda: next(waits)).transcribe(VOICE)
    assert (slept, len(found.asked)) == ([3.0, 1.0], 1)


def test_where_nobody_speaks_nothing_is_sent():
    with listening(always(answer())) as found:
        heard = Ear(found).transcriber.transcribe(VOICE * 0, language="de")
        assert Ear(found).transcriber.transcribe(VOICE[:0]) == Heard(())
    assert (heard, found.asked) == (Heard((), "de"), [])


def test_a_server_that_knows_no_times_of_words_is_not_asked_for_them_again_and_its_name_stays():
    """Parts of another name are not gone on with: a recording longer than one turn of the worker would begin anew for ever."""

    def script(asked: Asked) -> dict[str, object] | Fails:
        if "timestamp_granularities[]" in asked.fields:
            return Fails(400, "unknown field: timestamp_granularities")
        return answer(words=None, segments=[{"start": 0.5, "end": 1.5, "text": " Hello there, you.", "id": 0}])

    with listening(script) as found:
        ear = Ear(found)
        before = ear.transcriber.name
        heard = [ear.hear(), ear.hear()]
    assert len(found.asked) == 3
    assert heard[0] == heard[1]
    assert [word.text for word in heard[0].words] == ["Hello", "there,", "you."]
    assert [round(word.end - word.start, 2) for word in heard[0].words] == [0.33, 0.39, 0.28]
    assert ear.transcriber.name == before == f"whisper-1@{found.url[7:-3]}-1"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Fails(400, "response_format 'verbose_json' is not compatible with model"), "no times with this model"),
        (answer(words=None), "no times with this model"),
        (answer(words=[{"word": "Hello", "start": 400, "end": 401}]), "times that are not in the sound"),
        (Fails(401), "status 401: check address, model and key"),
        (Fails(404), "status 404"),
        (Fails(429, headers={"Retry-After": "3600"}), "no answer from the transcription server: status 429"),
    ],
)
def test_what_somebody_has_to_mend_or_wait_for_is_said_at_once(script, reason):
    with listening(always(script)) as found:
        with pytest.raises(TranscriberUnavailableError, match=reason):
            Ear(found).hear()
        assert len(found.asked) == 1


@pytest.mark.parametrize(
    "script", [Fails(503), b"<html>", b"{}", b"[]", answer(words=[{"word": "x", "start": -1, "end": 0}])]
)
def test_what_may_pass_is_asked_for_again(script):
    with listening(always(script)) as found:
        ear = Ear(found)
        with pytest.raises(TranscriberUnavailableError, match="no answer from the transcription server"):
            ear.hear()
        assert (len(found.asked), len(ear.slept)) == (ATTEMPTS, ATTEMPTS - 1)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_sound_that_the_server_refuses_can_not_be_transcribed(status):
    with (
        listening(always(Fails(status, "a secret thing"))) as found,
        pytest.raises(CantTranscribeError, match=rf"^the transcription server refuses it \(status {status}\)$"),
    ):
        Ear(found).hear()


def test_a_server_that_is_not_there():
    with listening(always(answer())) as found:
        assert Ear(found).transcriber.check() == ""
    assert "no connection" in Ear(found).transcriber.check()
    with pytest.raises(TranscriberUnavailableError, match="no connection"):
        Ear(found).hear()


def test_what_is_said_is_never_logged(caplog):
    with caplog.at_level(logging.DEBUG), listening(always(answer())) as found:
        Ear(found).hear(hotwords=("a secret thing",))
    assert not [one for one in caplog.records if "secret" in one.getMessage() or "Hello" in one.getMessage()]
